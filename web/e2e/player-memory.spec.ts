import { expect, test } from './player-fixtures.ts';

test.describe('what the player remembers', () => {
  test('a link begins where it says', async ({ page, player, bunny }) => {
    for (const [moment, seconds] of [
      ['12', 12],
      ['0m20s', 20],
    ] as const) {
      await page.goto(`/w/${bunny.id}?t=${moment}`);
      await player.until(`it is at ${seconds} s`, ({ currentTime }) => Math.round(currentTime) === seconds);
    }
  });

  test('it goes on where one left off, and starts over when asked', async ({ page, player, bunny }) => {
    await page.goto(`/w/${bunny.id}`);
    await player.play();
    await page.keyboard.press('4');
    await player.until('it plays from 12 s on', ({ currentTime }) => currentTime > 12.3);
    await page.keyboard.press('k');
    await player.until('it is paused', ({ paused }) => paused);

    await page.reload();
    await expect(page.getByText('Resumed at 0:12')).toBeVisible();
    await player.until('it is at 12 s', ({ currentTime }) => Math.floor(currentTime) === 12);
    await page.getByRole('button', { name: 'Start over' }).click();
    await player.until('it is at the beginning', ({ currentTime }) => currentTime === 0);
    await expect(page.getByText('Resumed at')).toBeHidden();

    await page.goto(`/w/${bunny.id}?t=3`); // a link is asked for, a place only remembered
    await player.until('it is at 3 s', ({ currentTime }) => Math.round(currentTime) === 3);
  });

  test('the end of a video is no place to come back to', async ({ page, player, bunny }) => {
    await page.goto(`/w/${bunny.id}`);
    await player.play();
    await page.keyboard.press('9');
    await player.until('it is near the end', ({ currentTime }) => currentTime > 27.2);
    await page.reload();
    const { currentTime } = await player.until('it is loaded', ({ duration }) => duration > 0);
    expect(currentTime).toBe(0);
    await expect(page.getByText('Resumed at')).toBeHidden();
  });

  // The volume of a phone is its own.
  test('speed, sound and size are as they were in the last video', { tag: '@desktop' }, async ({
    page,
    player,
    bunny,
    film,
  }) => {
    await page.goto(`/w/${bunny.id}`);
    await player.play();
    await player.chooseQuality('240p');
    for (const key of ['>', '>', 'ArrowDown', 'ArrowDown', 'm']) await page.keyboard.press(key);
    await player.until('the small picture is shown', ({ height }) => height === 240);

    await page.goto(`/w/${film.id}`);
    const stats = await player.until('a picture is there', ({ height }) => height > 0);
    expect([stats.playbackRate, stats.height]).toEqual([1.5, 240]);
    await expect(player.quality).toHaveText('240p');
    await expect(page.getByRole('button', { name: 'Unmute (M)' })).toBeAttached();
    await page.keyboard.press('m');
    await expect(page.getByRole('slider', { name: 'Volume' })).toHaveValue('0.9');
  });
});
