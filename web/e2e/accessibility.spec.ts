import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { addVideo, expect, NOT_A_VIDEO, test } from './fixtures.ts';
import { MatineeServer } from './matinee-server.ts';

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

    test('what is not there yet, or failed, has no serious barrier', async ({ page, admin }) => {
      const { id } = await addVideo(admin, NOT_A_VIDEO, { title: 'Not a film', visibility: 'private' });
      await page.goto(`/w/${id}`);
      await expect(page.getByRole('button', { name: 'Try again' })).toBeVisible();
      expect(await findings(page)).toEqual([]);

      const waiting = await admin.post('/api/v1/videos', { data: { title: 'Later' } });
      await page.goto(`/w/${(await waiting.json()).id}`);
      await expect(page.getByRole('heading', { name: 'Waiting for its file' })).toBeVisible();
      expect(await findings(page)).toEqual([]);
    });

    test('pages for strangers have no serious barrier', async ({ stranger, admin }) => {
      expect(admin).toBeDefined(); // the server is set up
      for (const [path, heading] of [
        ['/sign-in', 'Sign in'],
        ['/setup?token=used', 'This server is set up already'],
        ['/nowhere', 'There is nothing at this address'],
      ] as const) {
        await stranger.goto(path);
        await expect(stranger.getByRole('heading', { name: heading })).toBeVisible();
        expect(await findings(stranger)).toEqual([]);
      }
    });

    test('the pages of a new server have no serious barrier', async ({ stranger }) => {
      const server = await MatineeServer.start();
      try {
        await stranger.goto(server.setupUrl);
        await expect(stranger.getByRole('button', { name: 'Create the administrator' })).toBeVisible();
        expect(await findings(stranger)).toEqual([]);
        await stranger.goto(server.url);
        await expect(stranger.getByText('This server has no administrator yet')).toBeVisible();
        expect(await findings(stranger)).toEqual([]);
      } finally {
        await server.stop();
      }
    });
  });
}
