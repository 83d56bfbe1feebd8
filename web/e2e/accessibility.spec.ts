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

    test('pages for owners and administrators have no serious barrier', async ({ page, bunny, admin }) => {
      test.slow();
      const { id } = await addVideo(admin, NOT_A_VIDEO, { title: 'No film at all', visibility: 'private' });
      const gone = await admin.post('/api/v1/videos', { data: { title: 'Binned' } });
      await admin.delete(`/api/v1/videos/${(await gone.json()).id}`);
      for (const [path, ready] of [
        ['/library', page.getByRole('heading', { name: 'Your videos' })],
        ['/library/bin', page.getByRole('button', { name: 'Restore' }).first()],
        [`/manage/${bunny.id}`, page.getByRole('region', { name: 'Reel' })],
        [`/manage/${bunny.id}?tab=access`, page.getByRole('radio', { name: /^Public/ })],
        [`/manage/${bunny.id}?tab=tracks`, page.getByRole('tabpanel', { name: 'Tracks' })],
        [`/manage/${bunny.id}?tab=pictures`, page.getByRole('button', { name: 'Send an image' })],
        [`/manage/${bunny.id}?tab=versions`, page.getByRole('heading', { name: 'Files of this video' })],
        [`/manage/${bunny.id}?tab=report`, page.getByRole('table', { name: 'Sizes' })],
        [`/manage/${id}?tab=report`, page.getByRole('heading', { name: /not a video or audio file/ })],
        ['/admin/users', page.getByRole('table', { name: 'Users' })],
        ['/admin/tasks', page.getByRole('table', { name: 'Tasks' })],
        ['/admin/storage', page.getByRole('heading', { name: 'Room for videos' })],
      ] as const) {
        await page.goto(path);
        await expect(ready).toBeVisible();
        expect(await findings(page), path).toEqual([]);
      }
      await page.goto('/admin/users');
      await page.getByRole('button', { name: 'Create a user' }).click();
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
