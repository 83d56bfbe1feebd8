import { barriers, expect, test } from './player-fixtures.ts';

for (const colorScheme of ['dark', 'light'] as const) {
  test.describe(`the player in the ${colorScheme} look`, () => {
    test.use({ colorScheme });

    test('has no serious barrier in its menus, list of keys and panel', async ({ page, player, film, isMobile }) => {
      await page.goto(`/w/${film.id}?t=3`);
      await player.until('it is loaded', ({ duration }) => duration > 0);
      for (const name of [/^Captions/, /^Quality/, 'Settings']) {
        await page.getByRole('button', { name }).click();
        await expect(page.getByRole('menu')).toBeVisible();
        expect(await barriers(page)).toEqual([]);
        if (name === 'Settings') break;
        await page.keyboard.press('Escape');
      }
      await page.getByRole('menuitem', { name: 'Statistics' }).click();
      expect(await barriers(page)).toEqual([]);
      if (isMobile) return;
      await page.keyboard.press('?');
      await expect(page.getByRole('dialog', { name: 'Keys of the player' })).toBeVisible();
      expect(await barriers(page)).toEqual([]);
    });
  });
}
