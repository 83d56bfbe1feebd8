import { addVideo, BUNNY, expect, PlayerOnPage, readyVideo, test } from './fixtures.ts';

test('the first page follows a video from its file to all its sizes', async ({ page, admin }) => {
  await page.goto('/');
  await expect(page.getByRole('heading', { name: 'Videos' })).toBeVisible();
  const before = Date.now();
  await addVideo(admin, BUNNY, { title: `Live ${before}`, visibility: 'private' });
  const card = page.getByRole('article').filter({ hasText: `Live ${before}` });
  await expect(card).toBeVisible();
  await expect(card).toHaveAttribute('data-state', /playable|ready/, { timeout: 60_000 });
  await expect(card.getByText('0:30')).toBeVisible();
  await expect(card).toHaveAttribute('data-state', 'ready', { timeout: 90_000 });
  await expect(card.getByRole('progressbar')).toHaveCount(0);
});

test('who watches early gets the sizes that are made meanwhile', async ({ page, admin }) => {
  const { id } = await addVideo(admin, BUNNY, { title: 'Early', visibility: 'private' });
  await page.goto(`/w/${id}`);
  const player = new PlayerOnPage(page);
  await player.until('it starts by itself', ({ currentTime }) => currentTime > 0.5, 60_000);
  const { rungs } = await readyVideo(admin, id);
  const stats = await player.until('all sizes are on offer', ({ sizes }) => sizes.length === rungs.length);
  await page.keyboard.press('2');
  if (stats.paused) await page.keyboard.press('k'); // where making it took longer than watching it
  await player.showControls();
  await player.quality.click();
  await expect(page.getByRole('menuitemradio')).toHaveCount(rungs.length + 1);
  await page.keyboard.press('Escape');
  await player.until('it plays on', ({ paused, currentTime }) => !paused && currentTime > 7);
  expect(stats.errors).toBe(0);
});

test('a lost connection is a pause and not the end of an upload', async ({ page }) => {
  let connected = false;
  await page.route('**/*', (route) => {
    const isContent = route.request().method() === 'PATCH' && !route.request().url().includes('/api/v1/videos/');
    return isContent && !connected ? route.abort('connectionfailed') : route.continue();
  });
  await page.goto('/upload');
  await page.locator('input[type=file]').setInputFiles(BUNNY);
  const row = page.getByRole('article');
  await expect(row.getByText('Connection lost, trying again')).toBeVisible();
  connected = true;
  await expect(row).toHaveAttribute('data-step', 'sent', { timeout: 60_000 });
});
