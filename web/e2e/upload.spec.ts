import { randomFillSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import type { Locator, Page, TestInfo } from '@playwright/test';
import { BUNNY, expect, FRIDAY, slowUplink, test } from './fixtures.ts';
import { ownServer } from './own-server.ts';

const files = (page: Page): Locator => page.getByTestId('files');
const row = (page: Page, name: string): Locator => page.getByRole('article', { name, exact: true });

/** A file that takes a while to send; what is in it does not matter before it has arrived. */
async function largeFile(info: TestInfo, megabytes: number): Promise<string> {
  const path = info.outputPath('large.mp4');
  await writeFile(path, randomFillSync(Buffer.alloc(megabytes * 1_000_000)));
  return path;
}

/** Slow enough to do something meanwhile on a machine that is slow itself. */
const SLOW = 300_000;
/** Far enough on its way that the browser and the server both know of it. */
const UNDER_WAY = /^([5-9]|[1-9]\d) ?%$/;

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
  await expect(friday.getByText('Original quality: plays as it came, no encoding needed.')).toBeVisible();
  await friday.getByRole('link', { name: 'Manage' }).click();
  await expect(page.getByRole('heading', { name: 'friday-640x480-6s' })).toBeVisible();
});

test('a file pauses and goes on from there', async ({ page }, info) => {
  const path = await largeFile(info, 12);
  await page.goto('/upload');
  const limit = await slowUplink(page, SLOW);
  await files(page).setInputFiles(path);
  const large = row(page, 'large.mp4');
  await expect(large.getByText(UNDER_WAY)).toBeVisible();
  await expect(large.getByText(/\/s$/)).toBeVisible();
  await expect(large.getByText(/^12 MB · about .+ more on disk/)).toBeVisible();
  await large.getByRole('button', { name: 'Pause large.mp4' }).click();
  await expect(large.getByText(/^Paused at/)).toBeVisible();
  const resumed = page.waitForRequest((request) => request.method() === 'PATCH' && request.url().includes('/tus/'));
  await limit(-1);
  await large.getByRole('button', { name: 'Go on with large.mp4' }).click();
  expect(Number((await resumed).headers()['upload-offset'])).toBeGreaterThan(0);
  await expect(large).toHaveAttribute('data-step', 'sent', { timeout: 60_000 });
});

test('what a file takes and when it plays is said while it is sent', async ({ page }) => {
  await page.goto('/upload');
  await slowUplink(page, SLOW / 10);
  await files(page).setInputFiles(BUNNY);
  const bunny = row(page, 'big-buck-bunny-480p-30s.mp4');
  await expect(bunny.getByText(/^4\.1 MB · about .+ more on disk · playable in .+, all sizes in .+/)).toBeVisible();
  await expect(page).toHaveTitle(/^\(\d+%\) Upload · Matinee$/);
});

// A phone's browser notifies by other means only.
test('a tab that is not seen says when a video is ready', { tag: '@desktop' }, async ({ page }) => {
  await page.addInitScript(() => {
    const told: string[] = [];
    class FakeNotification {
      static permission = 'default';
      static asked = 0;
      static async requestPermission() {
        FakeNotification.asked++;
        FakeNotification.permission = 'granted';
        return 'granted';
      }
      constructor(text: string) {
        told.push(text);
      }
    }
    Object.assign(window, { Notification: FakeNotification, told });
  });
  const look = (seen: boolean) =>
    page.evaluate((hidden) => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
      document.dispatchEvent(new Event('visibilitychange'));
    }, !seen);
  await page.goto('/upload');
  const limit = await slowUplink(page, SLOW / 10);
  await files(page).setInputFiles(FRIDAY);
  const friday = row(page, 'friday-640x480-6s.mp4');
  await expect(friday.getByRole('link', { name: 'Watch' })).toBeVisible();
  expect(await page.evaluate('Notification.asked'), 'nobody was asked unasked').toBe(0);
  await page.getByRole('button', { name: 'Tell me when it is ready' }).click();
  await expect(page.getByRole('button', { name: 'Do not tell me' })).toBeVisible();
  await look(false);
  await limit(-1);
  await expect(page).toHaveTitle('▶ Ready: friday-640x480-6s', { timeout: 90_000 });
  expect(await page.evaluate('told')).toEqual(['“friday-640x480-6s” is ready to watch.']);
  await look(true);
  await expect(page).toHaveTitle('Upload · Matinee');
});

test('after a reload the same file goes on where it stopped', async ({ page }, info) => {
  const path = await largeFile(info, 12);
  await page.goto('/upload');
  const limit = await slowUplink(page, SLOW);
  await files(page).setInputFiles(path);
  await expect(row(page, 'large.mp4').getByText(UNDER_WAY)).toBeVisible();
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
  await slowUplink(page, SLOW);
  await files(page).setInputFiles(path);
  const large = row(page, 'large.mp4');
  await expect(large.getByText(UNDER_WAY)).toBeVisible();
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
    const limit = await slowUplink(page, SLOW);
    await files(page).setInputFiles(path);
    const large = row(page, 'large.mp4');
    await expect(large.getByText(UNDER_WAY)).toBeVisible();
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
