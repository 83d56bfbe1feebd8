import { expect, PlayerOnPage, test } from './fixtures.ts';

test.describe('the player', () => {
  test('plays one buffered range without an error, also after a seek', async ({ page, bunny }) => {
    const player = new PlayerOnPage(page);
    await page.goto(`/w/${bunny.id}`);
    await player.play();
    await page.keyboard.press('6');
    const stats = await player.until('it plays on at 60 %', ({ currentTime }) => currentTime > 18.5);
    expect(stats.buffered).toHaveLength(1);
    expect(stats.errors).toBe(0);
    expect(stats.duration).toBeCloseTo(30, 0);
  });

  test('fixes a size and goes back to automatic', async ({ page, long }) => {
    const player = new PlayerOnPage(page);
    await page.goto(`/w/${long.id}`);
    await player.play();
    const { sizes } = await player.stats();
    const smallest = sizes.at(-1) ?? 0;
    expect(sizes.length).toBeGreaterThan(1);

    await player.chooseQuality(`${smallest}p`);
    const fixed = await player.until('the small picture is shown', ({ height }) => height <= smallest + 8);
    await expect(player.quality).toHaveText(`${smallest}p`);
    expect(fixed.buffered).toHaveLength(1);

    await player.chooseQuality(/^Auto/);
    await expect(player.quality).toHaveText(/^Auto/);
    await page.keyboard.press('9'); // where nothing is buffered yet
    await player.until('a larger picture comes back', ({ height }) => height > smallest + 8);
    expect((await player.stats()).errors).toBe(0);
  });

  test('follows the network', async ({ page, long }) => {
    test.slow();
    const network = await page.context().newCDPSession(page);
    const limit = (megabits: number) =>
      network.send('Network.emulateNetworkConditions', {
        offline: false,
        latency: 30,
        downloadThroughput: (megabits * 1e6) / 8,
        uploadThroughput: (megabits * 1e6) / 8,
      });
    const player = new PlayerOnPage(page);
    await network.send('Network.enable');
    await limit(20);
    await page.goto(`/w/${long.id}`);
    await player.play();
    const { sizes } = await player.stats();
    const [largest = 0, smallest = 0] = [sizes[0], sizes.at(-1)];

    await limit(0.5);
    await page.keyboard.press('5'); // each time to where nothing is buffered yet
    await player.until('it goes down', ({ switches }) => (switches.at(-1) ?? largest) < largest);
    await player.until('the smaller picture is shown', ({ height }) => height < largest - 8);
    await limit(20);
    await page.keyboard.press('8');
    await player.until('it goes up again', ({ switches }) => (switches.at(-1) ?? smallest) > smallest);
    await player.until('the larger picture is shown', ({ height }) => height > smallest + 8);
    expect((await player.stats()).errors).toBe(0);
  });

  // A phone has no keyboard.
  test('obeys the keys', { tag: '@desktop' }, async ({ page, bunny }) => {
    const player = new PlayerOnPage(page);
    await page.goto(`/w/${bunny.id}`);
    await player.until('it is loaded', ({ duration }) => duration > 0);
    const press = (key: string) => page.keyboard.press(key);
    const isAt = (seconds: number) =>
      player.until(`it is at ${seconds} s`, ({ currentTime }) => Math.round(currentTime) === seconds);

    await press('l');
    await isAt(10);
    await press('j');
    await isAt(0);
    await press('ArrowRight');
    await isAt(5);
    await press('ArrowLeft');
    await isAt(0);

    await press('m');
    await expect(page.getByRole('button', { name: 'Unmute (M)' })).toBeAttached();
    await press('m');
    await press('ArrowDown');
    await expect(page.getByRole('slider', { name: 'Volume' })).toHaveValue('0.95');

    await press('Space');
    await player.until('it plays', ({ paused, currentTime }) => !paused && currentTime > 0);
    await press('k');
    await player.until('it pauses', ({ paused }) => paused);
    await press('f');
    await expect.poll(() => page.evaluate(() => document.fullscreenElement?.localName)).toBe('matinee-player');
    await press('f');
    await expect.poll(() => page.evaluate(() => document.fullscreenElement)).toBeNull();
  });

  // A phone has no pointer to move.
  test('hides its controls while it plays and shows them again', { tag: '@desktop' }, async ({ page, bunny }) => {
    const player = new PlayerOnPage(page);
    await page.goto(`/w/${bunny.id}`);
    await player.play();
    const stage = page.locator('matinee-player .stage');
    await expect(stage).toHaveClass(/quiet/);
    await player.element.hover();
    await expect(stage).not.toHaveClass(/quiet/);
    await page.keyboard.press('k');
  });

  test('can play again from the end', async ({ page, bunny }) => {
    const player = new PlayerOnPage(page);
    await page.goto(`/w/${bunny.id}`);
    await player.play();
    await page.keyboard.press('End');
    const again = page.locator('matinee-player [data-part=big]');
    await expect(again).toHaveAccessibleName('Play again (K)');
    await again.click();
    await player.until('it starts over', ({ paused, currentTime }) => !paused && currentTime > 0 && currentTime < 10);
  });
});
