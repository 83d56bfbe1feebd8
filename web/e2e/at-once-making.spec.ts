import type { Page } from '@playwright/test';
import { expect, test } from './player-fixtures.ts';

/** Answers every segment from a number on with "not now", until it is called. Returns also how often it did. */
async function refuseFrom(page: Page, first: number, seconds: number) {
  let refusals = 0;
  let refusing = true;
  await page.route(/\/(\d+)\.m4s$/, (route) => {
    const number = Number(/\/(\d+)\.m4s/.exec(route.request().url())?.[1]);
    if (!refusing || number < first) return route.continue();
    refusals++;
    return route.fulfill({
      status: 503,
      headers: { 'Retry-After': String(seconds), 'Content-Type': 'application/problem+json' },
      body: JSON.stringify({ status: 503, code: 'segment_busy' }),
    });
  });
  return {
    refusals: () => refusals,
    give: () => {
      refusing = false;
    },
  };
}

test.describe('a part that is still to be made', () => {
  test('is waited for as long as the server says, with the reason on the picture', async ({ page, player, long }) => {
    test.slow(); // it is refused more often than any other failure would be borne
    const server = await refuseFrom(page, 10, 1);
    await page.goto(`/w/${long.id}`);
    await player.play();
    await page.keyboard.press('7'); // nothing is there yet
    const said = page.locator('matinee-player [data-part=making]');
    await expect(said).toHaveText('Making this part… about 1 s');
    await expect(said).toBeVisible();
    await expect.poll(server.refusals, { timeout: 60_000 }).toBeGreaterThan(16); // picture and sound, eight times
    await expect(page.locator('matinee-player').getByRole('alert')).toBeHidden();
    server.give();
    const stats = await player.until(
      'it plays on by itself',
      ({ currentTime, paused }) => !paused && currentTime > 84.5,
    );
    await expect(said).toHaveText('');
    expect(stats.errors).toBe(0);
  });

  test('is no reason to speak while there is enough to watch', async ({ page, player, long }) => {
    const server = await refuseFrom(page, 3, 1); // from the 12th second on, or thereabouts
    await page.goto(`/w/${long.id}`);
    await player.play();
    await expect.poll(server.refusals).toBeGreaterThan(3);
    await expect(page.locator('matinee-player [data-part=making]')).toHaveText('');
    server.give();
    await player.until('it goes on', ({ bufferedAhead, currentTime }) => currentTime + bufferedAhead > 14);
  });

  test('can be left for another, at once', async ({ page, player, long }) => {
    await refuseFrom(page, 10, 30);
    await page.goto(`/w/${long.id}`);
    await player.play();
    await page.keyboard.press('7');
    await expect(page.locator('matinee-player [data-part=making]')).toHaveText('Making this part… about 30 s');
    await page.keyboard.press('0');
    await player.until('it plays from the beginning', ({ currentTime }) => currentTime > 0.3 && currentTime < 30);
    await expect(page.locator('matinee-player [data-part=making]')).toHaveText('');
  });

  test('is waited for at the very first press of play too', async ({ page, player, long }) => {
    const server = await refuseFrom(page, 0, 2);
    await page.goto(`/w/${long.id}`);
    await player.until('the length is known', ({ duration }) => duration > 0);
    await page.keyboard.press('k');
    await expect(page.locator('matinee-player [data-part=making]')).toHaveText('Making this part… about 2 s');
    server.give();
    await player.until('it plays', ({ currentTime, paused }) => !paused && currentTime > 0.3);
  });
});
