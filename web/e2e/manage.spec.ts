import { statSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { addVideo, expect, FRIDAY, footage, NOT_A_VIDEO, readyVideo, test } from './fixtures.ts';

/** Chooses from the download menu, and returns the size of the file that comes. */
async function download(page: Page, name: RegExp): Promise<number> {
  const file = page.waitForEvent('download');
  await page.getByText('Download', { exact: true }).click();
  await page.getByRole('link', { name }).click();
  return statSync(await (await file).path()).size;
}

test('details are saved on purpose and can be undone', async ({ page, admin }) => {
  const { id } = await addVideo(admin, FRIDAY, { title: 'Draft', visibility: 'private' });
  await page.goto(`/manage/${id}`);
  await expect(page.getByRole('button', { name: 'Save' })).toHaveCount(0);
  await page.getByLabel('Title').fill('The harbour');
  await page.getByLabel('Tags').fill('sea, ships');
  await page.getByLabel('Description').fill('Morning light.');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.').hover(); // which keeps it there
  await expect(page.getByRole('heading', { name: 'The harbour' })).toBeVisible();
  const saved = await (await admin.get(`/api/v1/videos/${id}`)).json();
  expect(saved).toMatchObject({ title: 'The harbour', description: 'Morning light.', tags: ['sea', 'ships'] });

  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByLabel('Title')).toHaveValue('Draft');
  const undone = await (await admin.get(`/api/v1/videos/${id}`)).json();
  expect(undone).toMatchObject({ title: 'Draft', description: '', tags: [] });
});

test('leaving with changes asks, and another tab of the page does not', async ({ page, admin }) => {
  const { id } = await addVideo(admin, FRIDAY, { title: 'Unsaved', visibility: 'private' });
  await page.goto(`/manage/${id}`);
  await page.getByLabel('Title').fill('Changed');
  await page.getByRole('tab', { name: 'Report' }).click();
  await expect(page).toHaveURL(/tab=report/);
  await page.getByRole('link', { name: 'Matinee' }).click();
  const dialog = page.getByRole('dialog', { name: 'Leave without saving?' });
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('tab', { name: 'Details' }).click();
  await expect(page.getByLabel('Title')).toHaveValue('Changed');
  await page.getByRole('link', { name: 'Matinee' }).click();
  await dialog.getByRole('button', { name: 'Leave' }).click();
  await expect(page).toHaveURL(/\/$/);
});

test('what somebody else saved meanwhile is not overwritten', async ({ page, admin }) => {
  const { id } = await addVideo(admin, FRIDAY, { title: 'Two editors', visibility: 'private' });
  await page.goto(`/manage/${id}`);
  await page.getByLabel('Title').fill('Mine');
  const other = await admin.patch(`/api/v1/videos/${id}`, {
    data: { title: 'Theirs', description: 'Also theirs.' },
    headers: { 'Content-Type': 'application/merge-patch+json' },
  });
  expect(other.ok()).toBe(true);
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('alert')).toContainText('Somebody else changed this video');
  await expect(page.getByRole('alert')).toContainText('Theirs');
  await page.getByRole('button', { name: 'Go on with mine' }).click();
  await expect(page.getByLabel('Description')).toHaveValue('Also theirs.');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Saved.')).toBeVisible();
  const saved = await (await admin.get(`/api/v1/videos/${id}`)).json();
  expect(saved).toMatchObject({ title: 'Mine', description: 'Also theirs.' });
});

// A phone has no keyboard.
test('who may watch is chosen with the keyboard alone', { tag: '@desktop' }, async ({ page, stranger, admin }) => {
  const { id } = await addVideo(admin, FRIDAY, { title: 'Opened to all', visibility: 'private' });
  await page.goto(`/manage/${id}`);
  await page.getByRole('tab', { name: 'Details' }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('tab', { name: 'Access' })).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('radio', { name: /^Unlisted/ })).toBeChecked();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('radio', { name: /^Public/ })).toBeChecked();
  await page.getByRole('button', { name: 'Save' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByText('Saved.')).toBeVisible();
  await stranger.goto(`/w/${id}`);
  await expect(stranger.getByRole('heading', { name: 'Opened to all' })).toBeVisible();
});

test('the report shows the plan and the checks, and the original comes back whole', async ({ page, bunny }) => {
  await page.goto(`/manage/${bunny.id}?tab=report`);
  const report = page.getByRole('tabpanel', { name: 'Report' });
  await expect(report.getByText('24 per second')).toBeVisible();
  await expect(report.getByRole('table', { name: 'Sizes' }).getByRole('row')).toHaveCount(bunny.rungs.length + 1);
  await expect(report.getByRole('img', { name: 'Passed' }).first()).toBeVisible();
  await expect(report.getByRole('img', { name: 'Failed' })).toHaveCount(0);
  expect(await download(page, /^Original/)).toBe(bunny.size_bytes);
  await page.getByRole('button', { name: 'Repair' }).click();
  await expect(page.getByText('Repaired: nothing is missing.')).toBeVisible({ timeout: 60_000 });
});

test('deleting offers the way back at once, and the bin later', async ({ page, admin }) => {
  const { id } = await addVideo(admin, FRIDAY, { title: 'Gone and back', visibility: 'private' });
  await page.goto(`/manage/${id}`);
  await page.getByRole('button', { name: 'Delete' }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete “Gone and back”?' });
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await expect(page).toHaveURL(/\/library$/);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByText('“Gone and back” is back.')).toBeVisible();
  await expect(page.getByRole('article').filter({ hasText: 'Gone and back' })).toBeVisible();

  await admin.delete(`/api/v1/videos/${id}`);
  await page.getByRole('link', { name: 'Bin' }).click();
  const binned = page.getByRole('article', { name: 'Gone and back' });
  await binned.getByRole('button', { name: 'Restore' }).click();
  await expect(binned).toHaveCount(0);
  expect((await admin.get(`/api/v1/videos/${id}`)).status()).toBe(200);

  await admin.delete(`/api/v1/videos/${id}`);
  await page.reload();
  await binned.getByRole('button', { name: 'Delete for good' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete for good' }).click();
  await expect(binned).toHaveCount(0);
  expect((await admin.post(`/api/v1/videos/${id}/restore`)).status()).toBe(404);
});

test('a size comes as one file that plays anywhere', async ({ page, bunny, admin }) => {
  await page.goto(`/manage/${bunny.id}`);
  await expect(page.getByText('Ready in all sizes')).toBeVisible();
  const { plan } = await (await admin.get(`/api/v1/videos/${bunny.id}/encoding`)).json();
  const smallest = plan.rungs.at(-1);
  expect(await download(page, new RegExp(`^${smallest.height}p as MP4`))).toBeGreaterThan(smallest.bytes * 0.9);
  await page.getByText('Download', { exact: true }).click();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('link', { name: /as MP4/ })).toHaveCount(0);
});

test('the picture of a video is one that was made, any frame, or an image', async ({ page, bunny, admin }) => {
  const current = async () => (await (await admin.get(`/api/v1/videos/${bunny.id}/poster`)).json()).current;
  await page.goto(`/manage/${bunny.id}?tab=pictures`);
  const tab = page.getByRole('tabpanel', { name: 'Pictures' });
  await expect(tab.getByText('Chosen by the server')).toBeVisible();
  const candidate = tab.getByRole('button', { name: /^The frame at/ }).last();
  await expect(candidate).toBeVisible({ timeout: 90_000 });
  await candidate.click();
  await expect(candidate).toHaveAttribute('aria-pressed', 'true');
  await expect(tab.getByText('A frame that was chosen')).toBeVisible();

  const field = tab.getByLabel('A frame of the video');
  await field.fill('9:00:00');
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  await tab.getByRole('button', { name: 'Take the player’s time' }).click();
  await expect(field).toHaveValue('0:00');
  await field.fill('0:12.5');
  await field.press('Enter');
  await expect.poll(async () => (await current()).time_seconds).toBeCloseTo(12.5, 0);

  const image = { name: 'mine.png', mimeType: 'image/png', buffer: await page.screenshot() };
  await tab.getByLabel('An image for this video').setInputFiles(image);
  await expect(tab.getByText('An image that was sent')).toBeVisible();
  const text = { name: 'mine.png', mimeType: 'image/png', buffer: Buffer.from('no image') };
  await tab.getByLabel('An image for this video').setInputFiles(text);
  await expect(tab.getByRole('alert')).toBeVisible();
  await tab.getByRole('button', { name: 'Back to automatic' }).click();
  await expect(tab.getByText('Chosen by the server')).toBeVisible();
});

test('another file takes the place of one that plays, and a bad one does not', async ({ page, admin }) => {
  const { id } = await addVideo(admin, FRIDAY, { title: 'Two cuts', visibility: 'private' });
  const { duration_seconds } = await readyVideo(admin, id);
  await page.goto(`/manage/${id}?tab=versions`);
  const tab = page.getByRole('tabpanel', { name: 'Versions' });
  const file = tab.getByLabel('The file that replaces this one');
  await expect(tab.getByRole('button', { name: /^Replace the file/ })).toBeVisible();

  await test.step('a file that is no video is said, and changes nothing', async () => {
    await file.setInputFiles(NOT_A_VIDEO);
    const replacement = tab.getByRole('region', { name: 'Replacement' });
    await expect(replacement.getByRole('alert')).toContainText('The video plays on as it was.', { timeout: 60_000 });
    await expect(page.getByRole('region', { name: 'Player' })).toBeVisible();
    expect((await (await admin.get(`/api/v1/videos/${id}`)).json()).state).toBe('ready');
    await replacement.getByRole('button', { name: 'Hide' }).click();
    await expect(replacement).toHaveCount(0);
  });

  await test.step('another video takes over once it can play', async () => {
    await file.setInputFiles(footage('flower-960x540-5s.mp4'));
    await expect(tab.getByRole('article').filter({ hasText: 'Plays now' })).toContainText('flower-960x540-5s', {
      timeout: 90_000,
    });
    await expect(tab.getByText('Replaced; whoever watches it may finish')).toBeVisible();
    const now = await (await admin.get(`/api/v1/videos/${id}`)).json();
    expect(now.duration_seconds).not.toBe(duration_seconds);
  });
});
