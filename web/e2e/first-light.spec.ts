import { ADMIN, expect, FRIDAY, PlayerOnPage, slowUplink, test } from './fixtures.ts';
import { MatineeServer } from './matinee-server.ts';

test.use({ storageState: { cookies: [], origins: [] } });

test('from the setup link to a film that starts by itself', async ({ page, context }) => {
  const server = await MatineeServer.start();
  try {
    await test.step('the first administrator is created', async () => {
      await page.goto(server.setupUrl);
      await page.getByLabel('Your name').fill(ADMIN.name);
      await page.getByLabel('Email').fill(ADMIN.email);
      await page.getByLabel('Password', { exact: true }).fill('short');
      await page.getByRole('button', { name: 'Create the administrator' }).click();
      await expect(page.getByText('Use at least 12 characters.')).toBeVisible();
      await page.getByLabel('Password', { exact: true }).fill(ADMIN.password);
      await page.getByRole('button', { name: 'Create the administrator' }).click();
    });

    await test.step('the first page says what to do next', async () => {
      await expect(page.getByRole('heading', { name: 'The room is ready, the screen is empty' })).toBeVisible();
      await expect(page.getByRole('button', { name: 'Try it with a sample clip' })).toBeVisible();
      await page.getByRole('main').getByRole('link', { name: 'Upload a video' }).click();
    });

    // The film would otherwise be there before anybody could wait for it.
    const limit = await slowUplink(page, 30_000);
    const link = await test.step('a dropped file has a title and a link at once', async () => {
      await page.locator('input[type=file]').setInputFiles(FRIDAY);
      await expect(page.getByLabel('Title')).toHaveValue('friday-640x480-6s');
      const watch = page.getByRole('link', { name: 'Watch' });
      await expect(watch).toBeVisible();
      return `${server.url}${await watch.getAttribute('href')}`;
    });

    await test.step('its page, opened meanwhile, starts playing by itself', async () => {
      const watching = await context.newPage();
      await watching.goto(link);
      await expect(watching.getByText('It starts by itself as soon as it can play.')).toBeVisible();
      await limit(-1);
      const player = new PlayerOnPage(watching);
      const stats = await player.until('the film plays by itself', (now) => now.currentTime > 1, 60_000);
      expect(stats.errors).toBe(0);
      expect(stats.buffered).toHaveLength(1);
      await watching.close();
    });

    await test.step('the upload page and the first page show it in the end', async () => {
      await expect(page.getByText('Ready in all sizes')).toBeVisible({ timeout: 60_000 });
      await page.goto(server.url);
      const card = page.getByRole('article').filter({ hasText: 'friday-640x480-6s' });
      await expect(card).toHaveAttribute('data-state', 'ready');
      await expect(card.getByText('0:06')).toBeVisible();
    });
  } finally {
    await server.stop();
  }
});

test('the sample clip plays without any file of one’s own', async ({ page }) => {
  const server = await MatineeServer.start();
  try {
    const origin = { Origin: server.url };
    const data = { token: server.setupToken, ...ADMIN };
    await page.request.post(`${server.url}/api/v1/setup`, { data, headers: origin });
    await page.goto(server.url);
    await page.getByRole('button', { name: 'Try it with a sample clip' }).click();
    await expect(page).toHaveURL(/\/w\/[0-9A-Za-z]{22}$/);
    const stats = await new PlayerOnPage(page).until('it plays', (now) => now.currentTime > 1, 60_000);
    expect(stats.errors).toBe(0);
  } finally {
    await server.stop();
  }
});
