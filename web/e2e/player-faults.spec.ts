import { expect, test } from './player-fixtures.ts';

test.describe('when something breaks', () => {
  test('the player says that it is offline and goes on by itself', async ({ page, player, bunny }) => {
    await page.goto(`/w/${bunny.id}`);
    await player.play();
    await page.context().setOffline(true);
    const note = page.getByText('You are offline. Playback goes on when the connection is back.');
    await expect(note).toBeVisible();
    await page.keyboard.press('8'); // nothing is buffered there
    await player.until('it waits', ({ currentTime, bufferedAhead }) => currentTime > 23 && bufferedAhead === 0);
    await expect(page.getByRole('button', { name: 'Try again' })).toBeHidden();

    await page.context().setOffline(false);
    await expect(note).toBeHidden();
    await player.until('it plays on from there', ({ currentTime, paused }) => !paused && currentTime > 24.5, 60_000);
  });

  test('a video that cannot be loaded says what to do, and another try plays it', async ({ page, player, bunny }) => {
    test.slow(); // the engine asks four times before it gives up
    await page.route('**/*.m3u8', (route) => route.abort());
    await page.goto(`/w/${bunny.id}`);
    const alert = page.locator('matinee-player').getByRole('alert');
    await expect(alert).toContainText('The video could not be loaded. Check your connection and try again.', {
      timeout: 60_000,
    });
    await page.unroute('**/*.m3u8');
    await page.getByRole('button', { name: 'Try again' }).click();
    await player.until('it plays', ({ paused, currentTime }) => !paused && currentTime > 0.3);
    await expect(alert).toBeHidden();
  });

  test('captions that cannot be loaded do not stop the film', async ({ page, player, film }) => {
    await page.route('**/*.vtt', (route) => route.abort());
    await page.goto(`/w/${film.id}`);
    await player.until('it is loaded', ({ duration }) => duration > 0);
    await page.getByRole('button', { name: 'Captions off (C)' }).click();
    await page.getByRole('menuitemradio', { name: 'English' }).click();
    await expect(page.getByText('The captions could not be loaded.')).toBeAttached();
    await expect(page.getByRole('button', { name: 'Captions off (C)' })).toBeAttached();
    await player.play();
  });
});
