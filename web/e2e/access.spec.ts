import { ADMIN, addVideo, expect, FRIDAY, readyVideo, test } from './fixtures.ts';

test('a private video does not exist for a stranger until it is public', async ({ page, stranger, admin }) => {
  const { id } = await addVideo(admin, FRIDAY, { title: 'A secret Friday', visibility: 'private' });
  await readyVideo(admin, id);

  await stranger.goto(`/w/${id}`);
  await expect(stranger.getByRole('heading', { name: 'There is nothing at this address' })).toBeVisible();
  await stranger.goto('/');
  await expect(stranger.getByRole('heading', { name: 'Videos' })).toBeVisible();
  await expect(stranger.getByText('A secret Friday')).toHaveCount(0);

  await page.goto(`/w/${id}`);
  await page.getByLabel('Who can watch').selectOption('public');
  await expect.poll(async () => (await (await admin.get(`/api/v1/videos/${id}`)).json()).visibility).toBe('public');
  await stranger.goto(`/w/${id}`);
  await expect(stranger.getByRole('heading', { name: 'A secret Friday' })).toBeVisible();
  await expect(stranger.getByRole('button', { name: 'Delete this video' })).toHaveCount(0);
});

test('deleting asks with the name of the video', async ({ page, admin }) => {
  const { id } = await addVideo(admin, FRIDAY, { title: 'Not for long', visibility: 'private' });
  await page.goto(`/w/${id}`);
  await page.getByRole('button', { name: 'Delete this video' }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete “Not for long”?' });
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialog).toBeHidden();
  await page.getByRole('button', { name: 'Delete this video' }).click();
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await expect(page).toHaveURL(/\/$/);
  await expect(page.getByRole('article').filter({ hasText: 'Not for long' })).toHaveCount(0);
  await page.goto(`/w/${id}`);
  await expect(page.getByRole('heading', { name: 'There is nothing at this address' })).toBeVisible();
});

test('an unknown address says so', async ({ stranger }) => {
  await stranger.goto('/no/such/page');
  await expect(stranger.getByRole('heading', { name: 'There is nothing at this address' })).toBeVisible();
  await stranger.getByRole('link', { name: 'Go to the first page' }).click();
  await expect(stranger).toHaveURL(/\/$/);
});

test('signing in leads on and signing out ends it', async ({ stranger, admin }) => {
  expect(admin).toBeDefined(); // the account must exist
  await stranger.goto('/upload');
  await stranger.getByRole('main').getByRole('link', { name: 'Sign in' }).click();
  await stranger.getByLabel('Email').fill(ADMIN.email);
  await stranger.getByLabel('Password', { exact: true }).fill('not the password');
  await stranger.getByRole('button', { name: 'Sign in' }).click();
  await expect(stranger.getByRole('alert')).toHaveText('This email and password do not belong together.');
  await stranger.getByLabel('Password', { exact: true }).fill(ADMIN.password);
  await stranger.getByRole('button', { name: 'Sign in' }).click();
  await expect(stranger).toHaveURL(/\/upload$/);

  await stranger.getByRole('button', { name: `Account of ${ADMIN.name}` }).click();
  await stranger.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(stranger.getByRole('link', { name: 'Sign in' }).first()).toBeVisible();
});

test('a list that cannot be loaded offers another try', async ({ page, bunny }) => {
  await page.route('**/api/v1/videos?*', (route) =>
    route.fulfill({
      status: 503,
      contentType: 'application/problem+json',
      body: JSON.stringify({
        title: 'Service Unavailable',
        status: 503,
        code: 'unavailable',
        detail: 'The server is busy. Try again in a moment.',
        request_id: 'req-1234',
      }),
    }),
  );
  await page.goto('/');
  await expect(page.getByText('The server is busy. Try again in a moment.')).toBeVisible();
  await expect(page.getByText('req-1234')).toBeVisible();
  await page.unroute('**/api/v1/videos?*');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('link', { name: bunny.title })).toBeVisible();
});
