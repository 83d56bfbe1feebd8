import { randomFillSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import type { Locator, Page, TestInfo } from '@playwright/test';
import { BUNNY, expect, FRIDAY, test } from './fixtures.ts';
import { ownServer } from './own-server.ts';

const files = (page: Page): Locator => page.getByTestId('files');
const row = (page: Page, name: string): Locator => page.getByRole('article', { name, exact: true });

/** A file that takes a while to send; what is in it does not matter before it has arrived. */
async function largeFile(info: TestInfo, megabytes: number): Promise<string> {
  const path = info.outputPath('large.mp4');
  await writeFile(path, randomFillSync(Buffer.alloc(megabytes * 1_000_000)));
  return path;
}

/** Lets the page send no faster than this. */
async function slowUplink(page: Page, bytesPerSecond: number): Promise<(bytesPerSecond: number) => Promise<void>> {
  const network = await page.context().newCDPSession(page);
  await network.send('Network.enable');
  const limit = async (uploadThroughput: number) => {
    const more = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput };
    await network.send('Network.emulateNetworkConditions', more);
  };
  await limit(bytesPerSecond);
  return limit;
}

test('several files become videos, each with its reel', async ({ page }) => {
  await page.goto('/upload');
  await files(page).setInputFiles([FRIDAY, BUNNY]);
  for (const name of ['friday-640x480-6s.mp4', 'big-buck-bunny-480p-30s.mp4']) {
    await expect(row(page, name)).toHaveAttribute('data-step', 'sent', { timeout: 60_000 });
    await expect(row(page, name).getByRole('region', { name: 'Reel' })).toBeVisible({ timeout: 60_000 });
  }
  const friday = row(page, 'friday-640x480-6s.mp4');
  await expect(friday.getByText('Ready in all sizes')).toBeVisible({ timeout: 90_000 });
  await expect(friday.getByText('1 of 1 chunk made')).toBeVisible();
  await friday.getByRole('link', { name: 'Manage' }).click();
  await expect(page.getByRole('heading', { name: 'friday-640x480-6s' })).toBeVisible();
});

test('a file pauses and goes on from there', async ({ page }, info) => {
  const path = await largeFile(info, 12);
  await page.goto('/upload');
  const limit = await slowUplink(page, 1_000_000);
  await files(page).setInputFiles(path);
  const large = row(page, 'large.mp4');
  await expect(large.getByText(/^[1-9]\d? ?%$/)).toBeVisible();
  await expect(large.getByText(/\/s$/)).toBeVisible();
  await expect(large.getByText(/^12 MB · about .+ more on disk$/)).toBeVisible();
  await large.getByRole('button', { name: 'Pause large.mp4' }).click();
  await expect(large.getByText(/^Paused at/)).toBeVisible();
  const resumed = page.waitForRequest((request) => request.method() === 'PATCH' && request.url().includes('/tus/'));
  await limit(-1);
  await large.getByRole('button', { name: 'Go on with large.mp4' }).click();
  expect(Number((await resumed).headers()['upload-offset'])).toBeGreaterThan(0);
  await expect(large).toHaveAttribute('data-step', 'sent', { timeout: 60_000 });
});

test('after a reload the same file goes on where it stopped', async ({ page }, info) => {
  const path = await largeFile(info, 12);
  await page.goto('/upload');
  const limit = await slowUplink(page, 1_000_000);
  await files(page).setInputFiles(path);
  await expect(row(page, 'large.mp4').getByText(/^[1-9]\d? ?%$/)).toBeVisible();
  page.once('dialog', (dialog) => void dialog.accept());
  await page.reload();

  const unfinished = page.getByRole('region', { name: 'Not sent completely' });
  await expect(unfinished.getByText('Pick the file again to go on where it stopped.')).toBeVisible();
  await expect(unfinished.getByText(/^[1-9]\d? ?% sent$/)).toBeVisible();
  const again = unfinished.getByLabel('The file large.mp4 again');
  await again.setInputFiles(FRIDAY);
  await expect(unfinished.getByRole('alert')).toContainText('is another file');

  await limit(-1);
  const resumed = page.waitForRequest((request) => request.method() === 'PATCH' && request.url().includes('/tus/'));
  await again.setInputFiles(path);
  expect(Number((await resumed).headers()['upload-offset'])).toBeGreaterThan(0);
  await expect(row(page, 'large.mp4')).toHaveAttribute('data-step', 'sent', { timeout: 60_000 });
  await expect(unfinished).toHaveCount(0);
  await page.reload();
  await expect(page.getByRole('button', { name: /Drop videos here/ })).toBeVisible();
  await expect(unfinished).toHaveCount(0);
});

test('removing a file takes back what was sent and its video', async ({ page, admin }, info) => {
  const path = await largeFile(info, 12);
  await page.goto('/upload');
  await slowUplink(page, 1_000_000);
  await files(page).setInputFiles(path);
  const large = row(page, 'large.mp4');
  await expect(large.getByText(/^[1-9]\d? ?%$/)).toBeVisible();
  const href = await large.getByRole('link', { name: 'Watch' }).getAttribute('href');
  const id = href?.split('/').at(-1);
  await large.getByRole('button', { name: 'Remove large.mp4' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await expect(large).toHaveCount(0);
  await expect.poll(async () => (await admin.get(`/api/v1/videos/${id}`)).status()).toBe(404);
});

test('a file that cannot fit is refused before it is sent', async ({ page, context }, info) => {
  const { server } = await ownServer(context, { args: ['--max-upload', '1MB'] });
  try {
    await page.goto(`${server.url}/upload`);
    await expect(page.getByText(/up to 1 MB each/)).toBeVisible();
    await files(page).setInputFiles([await largeFile(info, 2), FRIDAY]);
    await expect(row(page, 'large.mp4').getByRole('alert')).toContainText('larger than the 1 MB');
    await expect(row(page, 'large.mp4').getByRole('button', { name: 'Try again' })).toHaveCount(0);
    await expect(row(page, 'friday-640x480-6s.mp4')).toHaveAttribute('data-step', 'sent', { timeout: 60_000 });
    const listed = await (await context.request.get(`${server.url}/api/v1/videos?owner=me`)).json();
    expect(listed.items.map(({ title }: { title: string }) => title)).toEqual(['friday-640x480-6s']);
  } finally {
    await server.stop();
  }
});

test('no room on the disk is said before a byte is sent', async ({ page, context }) => {
  const { server } = await ownServer(context, { args: ['--reserve', '900TB'] });
  try {
    await page.goto(`${server.url}/upload`);
    await expect(page.getByText(/The server has room for 0 byte/)).toBeVisible();
    await files(page).setInputFiles(FRIDAY);
    await expect(row(page, 'friday-640x480-6s.mp4').getByRole('alert')).toContainText('The server has no room for it');
  } finally {
    await server.stop();
  }
});

test('a server that is killed costs a pause and not the upload', async ({ page, context }, info) => {
  const path = await largeFile(info, 12);
  const { server } = await ownServer(context);
  try {
    await page.goto(`${server.url}/upload`);
    const limit = await slowUplink(page, 1_000_000);
    await files(page).setInputFiles(path);
    const large = row(page, 'large.mp4');
    await expect(large.getByText(/^[1-9]\d? ?%$/)).toBeVisible();
    await server.kill();
    await expect(large.getByText(/Nothing is lost/)).toBeVisible();
    await expect(page.getByText('The server does not answer. Trying again…')).toBeVisible();
    await limit(-1);
    await server.restart();
    await expect(large).toHaveAttribute('data-step', 'sent', { timeout: 60_000 });
    await expect(page.getByText('The server does not answer. Trying again…')).toHaveCount(0);
  } finally {
    await server.stop();
  }
});

// A phone has nothing to drop or paste.
test('files may be dropped and pasted anywhere on the page', { tag: '@desktop' }, async ({ page }) => {
  await page.goto('/upload');
  await expect(page.getByRole('button', { name: /Drop videos here/ })).toBeVisible();
  const give = (kind: 'drop' | 'paste', name: string) =>
    page.evaluate(
      ([event, fileName]) => {
        const data = new DataTransfer();
        data.items.add(new File([''], fileName));
        const init = { bubbles: true, cancelable: true };
        const target = document.querySelector('h1') ?? document.body;
        if (event === 'paste') target.dispatchEvent(new ClipboardEvent('paste', { ...init, clipboardData: data }));
        else
          for (const type of ['dragenter', 'dragover', 'drop'])
            target.dispatchEvent(new DragEvent(type, { ...init, dataTransfer: data }));
      },
      [kind, name] as const,
    );
  await give('drop', 'dropped.mp4');
  await expect(row(page, 'dropped.mp4').getByRole('alert')).toHaveText('This file is empty. Choose another one.');
  await give('paste', 'pasted.mp4');
  await expect(row(page, 'pasted.mp4')).toBeVisible();
});

test('what is no video says so in the row, in the library and on its page', async ({ page }, info) => {
  const path = info.outputPath('holiday.mp4');
  await writeFile(path, 'These are words and no pictures.\n'.repeat(100));
  await page.goto('/upload');
  await files(page).setInputFiles(path);
  const holiday = row(page, 'holiday.mp4');
  await expect(holiday.getByText(/not a video or audio file/)).toBeVisible({ timeout: 30_000 });
  await holiday.getByRole('link', { name: 'Manage' }).click();
  await expect(page.getByRole('heading', { name: /not a video or audio file/ })).toBeVisible();
  await page.getByRole('tab', { name: 'Report' }).click();
  await expect(page.getByRole('tabpanel', { name: 'Report' }).getByText('not_a_video')).toBeVisible();
  await page.goto('/library?state=failed');
  await expect(page.getByRole('article').filter({ hasText: 'holiday' }).first()).toContainText(
    'not a video or audio file',
  );
});
