import { statSync } from 'node:fs';
import { addVideo, expect, FRIDAY, test } from './fixtures.ts';

test('details are saved on purpose and can be undone', async ({ page, admin }) => {
  const { id } = await addVideo(admin, FRIDAY, { title: 'Draft', visibility: 'private' });
  await page.goto(`/manage/${id}`);
  await expect(page.getByRole('button', { name: 'Save' })).toHaveCount(0);
  await page.getByLabel('Title').fill('The harbour');
  await page.getByLabel('Tags').fill('sea, ships');
  await page.getByLabel('Description').fill('Morning light.');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Saved.')).toBeVisible();
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
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download original' }).click();
  expect(statSync(await (await download).path()).size).toBe(bunny.size_bytes);
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
