import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';

/** Serious and critical findings of axe, in words. */
async function findings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
}

for (const colorScheme of ['dark', 'light'] as const) {
  test.describe(`in the ${colorScheme} look`, () => {
    test.use({ colorScheme });

    test('pages for people who are signed in have no serious barrier', async ({ page, bunny }) => {
      await page.goto('/');
      await expect(page.getByRole('link', { name: bunny.title })).toBeVisible();
      await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', colorScheme);
      expect(await findings(page)).toEqual([]);

      await page.goto('/upload');
      await expect(page.getByText('Drop videos here, or choose them')).toBeVisible();
      expect(await findings(page)).toEqual([]);

      await page.goto(`/w/${bunny.id}`);
      await expect(page.getByRole('button', { name: /^Quality/ })).toBeVisible();
      await page.getByRole('button', { name: /^Quality/ }).click();
      expect(await findings(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Delete this video' }).click();
      expect(await findings(page)).toEqual([]);
    });

    test('pages for strangers have no serious barrier', async ({ browser, server, admin }) => {
      expect(admin).toBeDefined();
      const context = await browser.newContext({
        baseURL: server.url,
        colorScheme,
        storageState: { cookies: [], origins: [] },
      });
      const page = await context.newPage();
      for (const [path, heading] of [
        ['/sign-in', 'Sign in'],
        ['/setup?token=used', 'This server is set up already'],
        ['/nowhere', 'There is nothing at this address'],
      ] as const) {
        await page.goto(path);
        await expect(page.getByRole('heading', { name: heading })).toBeVisible();
        expect(await findings(page)).toEqual([]);
      }
      await context.close();
    });
  });
}
