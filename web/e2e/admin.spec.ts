import { expect, test } from './fixtures.ts';

test('an administrator looks after people', async ({ page, stranger }, info) => {
  const email = `grace-${info.project.name}-${Date.now()}@example.com`;
  await page.goto('/admin');
  await expect(page).toHaveURL(/\/admin\/users$/);
  await page.getByRole('button', { name: 'Create a user' }).click();
  const dialog = page.getByRole('dialog', { name: 'Create a user' });
  await dialog.getByLabel('Name').fill('Grace Hopper');
  await dialog.getByLabel('Email').fill(email);
  await dialog.getByLabel('First password').fill('a bug in the relay');
  await dialog.getByRole('button', { name: 'Create' }).click();
  await expect(page.getByText('Grace Hopper can sign in now.')).toBeVisible();

  await test.step('she signs in and may not administrate', async () => {
    await stranger.goto('/library');
    await stranger.getByRole('main').getByRole('link', { name: 'Sign in' }).click();
    await stranger.getByLabel('Email').fill(email);
    await stranger.getByLabel('Password', { exact: true }).fill('a bug in the relay');
    await stranger.getByRole('button', { name: 'Sign in' }).click();
    await expect(stranger).toHaveURL(/\/library$/);
    await stranger.goto('/admin/users');
    await expect(stranger.getByRole('heading', { name: 'This is not yours to open' })).toBeVisible();
    await stranger.goto('/library');
    await expect(stranger.getByRole('heading', { name: 'You have no videos yet' })).toBeVisible();
  });

  const row = page.getByRole('row').filter({ hasText: email });
  await row.getByRole('combobox', { name: 'Role of Grace Hopper' }).selectOption('viewer');
  await expect(page.getByText('Saved.')).toBeVisible();
  await row.getByRole('button', { name: 'Reset password of Grace Hopper' }).click();
  const reset = page.getByRole('dialog', { name: 'New password for Grace Hopper' });
  await reset.getByLabel('New password').fill('another bug in it');
  await reset.getByRole('button', { name: 'Set the password' }).click();
  await expect(page.getByText('Grace Hopper has a new password.')).toBeVisible();

  await test.step('her session has ended, and she comes back to the same page', async () => {
    await stranger.getByRole('link', { name: 'Ready', exact: true }).click();
    await expect(stranger.getByText('You are signed out. Sign in again to go on.')).toBeVisible();
    await stranger.getByRole('main').getByRole('link', { name: 'Sign in' }).click();
    await stranger.getByLabel('Email').fill(email);
    await stranger.getByLabel('Password', { exact: true }).fill('another bug in it');
    await stranger.getByRole('button', { name: 'Sign in' }).click();
    await expect(stranger).toHaveURL(/\/library\?state=ready$/);
  });

  await row.getByRole('button', { name: 'Suspend Grace Hopper' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Suspend' }).click();
  await expect(page.getByText('Grace Hopper is suspended.')).toBeVisible();
  await row.getByRole('button', { name: 'Let in again: Grace Hopper' }).click();
  await expect(page.getByText('Grace Hopper may sign in again.')).toBeVisible();
});

test('tasks are found by state and kind, and the disk has its numbers', async ({ page, bunny }) => {
  await page.goto(`/admin/tasks?video=${bunny.id}`);
  await expect(page.getByRole('table', { name: 'Tasks' })).toBeVisible();
  await page.getByLabel('Kind').selectOption('chunk');
  await expect(page).toHaveURL(/kind=chunk/);
  await expect(page.getByRole('row').filter({ hasText: 'chunk 1' })).toHaveCount(1);
  await page.getByLabel('State').selectOption('failed');
  await expect(page.getByRole('heading', { name: 'No such tasks' })).toBeVisible();
  await page.getByRole('link', { name: 'Storage' }).click();
  await expect(page.getByRole('heading', { name: 'Room for videos' })).toBeVisible();
  await expect(page.getByRole('img', { name: /The disk is \d+ ?% full/ })).toBeVisible();
});

test('a task that waits says why and for about how long', async ({ page, bunny }) => {
  await page.route('**/api/v1/tasks?*', async (route) => {
    const answer = await (await route.fetch()).json();
    const message = 'Others have their turn first.';
    const why_waiting = { code: 'owner_turn', message, ahead: 3, eta_seconds: 240 };
    const waiting = { ...answer.items[0], state: 'queued', finished_at: null, why_waiting, eta_seconds: 240 };
    await route.fulfill({ json: { ...answer, items: [waiting, ...answer.items.slice(1)] } });
  });
  await page.goto(`/admin/tasks?video=${bunny.id}`);
  const row = page.getByRole('row').filter({ hasText: 'Queued' });
  await expect(row).toContainText('Others have their turn first.');
  await expect(row).toContainText('about 4 min left');
});
