import { expect, test } from './player-fixtures.ts';

test.describe('the tools of the player', () => {
  test.beforeEach(async ({ page, player, bunny }) => {
    await page.goto(`/w/${bunny.id}`);
    await player.until('it is loaded', ({ duration }) => duration > 0);
  });

  test('the statistics say what is played and how well', async ({ page, player }) => {
    const panel = page.locator('matinee-player [data-part=stats]');
    const toggle = async () => {
      await page.getByRole('button', { name: 'Settings' }).click();
      await page.getByRole('menuitem', { name: 'Statistics' }).click();
    };
    await player.play();
    await page.keyboard.press('k');
    await toggle();
    await expect(panel).toBeVisible();
    await expect(panel).toContainText(/Picture\d+×\d+ in \d+×\d+/);
    await expect(panel).toContainText(/Size fetched\d+p, [\d.]+ Mbit\/s/);
    await expect(panel).toContainText('avc1');
    await expect(panel).toContainText(/Buffer[\d.]+ s/);
    await expect(panel).toContainText(/Frames dropped\d+ of \d+/);
    await expect(panel).toContainText(/Loaded in[\d.]+ s, first picture [\d.]+ s/);
    await toggle();
    await expect(panel).toBeHidden();
  });

  test('a link to this moment is copied', async ({ page, player, bunny }) => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.keyboard.press('5');
    await player.until('it is at 15 s', ({ currentTime }) => Math.round(currentTime) === 15);
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('menuitem', { name: 'Copy link at 0:15' }).click();
    await expect(page.locator('matinee-player [data-part=flash]')).toHaveText('Copied');
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(`${bunny.watch_url}?t=15`);
  });

  // A phone has no right button.
  test('the right button offers the same tools at the pointer', { tag: '@desktop' }, async ({ page }) => {
    await page.locator('matinee-player').click({ button: 'right', position: { x: 200, y: 100 } });
    await expect(page.getByRole('menuitem', { name: 'Copy link', exact: true })).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('menu')).toHaveCount(0);
  });

  // Its button is for wide pictures.
  test('picture in picture says whether it is on', { tag: '@desktop' }, async ({ page, player }) => {
    await player.play();
    const button = page.getByRole('button', { name: 'Picture in picture (I)' });
    const isSmall = () => page.evaluate(() => document.pictureInPictureElement !== null);
    await player.showControls();
    await expect(button).toHaveAttribute('aria-pressed', 'false');
    await button.click();
    await expect.poll(isSmall).toBe(true);
    await expect(button).toHaveAttribute('aria-pressed', 'true');
    await page.keyboard.press('i');
    await expect.poll(isSmall).toBe(false);
    await expect(button).toHaveAttribute('aria-pressed', 'false');
  });

  test('the system is told what plays', async ({ page, player, bunny }) => {
    await player.play();
    const told = await page.evaluate(() => {
      const { title, artist, artwork } = navigator.mediaSession.metadata ?? {};
      return { title, artist, artwork: artwork?.[0]?.src };
    });
    expect(told).toEqual({ title: 'Big Buck Bunny', artist: bunny.owner.name, artwork: bunny.poster_url });
  });
});

test.describe('fingers', () => {
  // A desktop has no fingers.
  test('jump by two taps, show and hide the bar by one, and have room', { tag: '@phone' }, async ({
    page,
    player,
    bunny,
  }) => {
    await page.goto(`/w/${bunny.id}`);
    await player.play();
    const box = await player.element.boundingBox();
    if (!box) throw new Error('no player');
    const tapAt = (share: number) => page.touchscreen.tap(box.x + box.width * share, box.y + box.height / 3);
    const { currentTime: before } = await player.stats();
    await Promise.all([tapAt(0.9), tapAt(0.9)]); // sent together: a slow machine must not tear them apart
    await expect(page.locator('matinee-player [data-part=skip]')).toHaveText('+10 s');
    await player.until('it jumped on', ({ currentTime }) => currentTime > before + 10);

    const stage = page.locator('matinee-player .stage');
    await expect(stage).toHaveClass(/quiet/); // after a while
    await tapAt(0.5);
    await expect(stage).not.toHaveClass(/quiet/);
    await page.keyboard.press('k');

    for (const button of await page.locator('matinee-player .row button:visible').all()) {
      const { width = 0, height = 0 } = (await button.boundingBox()) ?? {};
      expect(Math.min(width, height), (await button.getAttribute('aria-label')) ?? '').toBeGreaterThanOrEqual(44);
    }
  });
});
