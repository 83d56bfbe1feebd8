import { addVideo, BUNNY, expect, test } from './fixtures.ts';

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

test('a lost connection is a pause and not the end of an upload', async ({ page, context }) => {
  const network = await context.newCDPSession(page);
  await network.send('Network.enable');
  const conditions = (offline: boolean, bytesPerSecond: number) =>
    network.send('Network.emulateNetworkConditions', {
      offline,
      latency: 5,
      downloadThroughput: -1,
      uploadThroughput: bytesPerSecond,
    });
  await page.goto('/upload');
  await expect(page.getByText('Drop videos here, or choose them')).toBeVisible();
  await conditions(false, 500_000);
  await page.locator('input[type=file]').setInputFiles(BUNNY);
  const row = page.getByRole('article');
  await expect(row.getByText(/left$/)).toBeVisible();
  await conditions(true, 500_000);
  await expect(row.getByText('Connection lost, trying again')).toBeVisible();
  await conditions(false, -1);
  await expect(row).toHaveAttribute('data-step', 'sent', { timeout: 60_000 });
});
