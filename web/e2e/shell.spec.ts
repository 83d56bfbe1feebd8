import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { ownServer } from './own-server.ts';

/** Presses two keys that lead somewhere. The second counts only soon after the first: a machine may be too slow for that once. */
async function go(page: Page, key: string, place: RegExp): Promise<void> {
  await expect(async () => {
    await page.keyboard.press('g');
    await page.keyboard.press(key);
    await expect(page).toHaveURL(place, { timeout: 3000 });
  }).toPass();
}

// A phone has no keyboard.
test('keys lead to the places of the app, but not while typing', { tag: '@desktop' }, async ({ page, bunny }) => {
  await page.goto('/');
  await expect(page.getByRole('heading', { name: 'Videos' })).toBeVisible();
  await page.keyboard.press('?');
  const help = page.getByRole('dialog', { name: 'Keys' });
  await expect(help.getByText('Go to Upload')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(help).toBeHidden();
  await go(page, 'l', /\/library$/);
  await go(page, 'u', /\/upload$/);
  await page.goto('/admin/users');
  await expect(page.getByRole('heading', { name: 'Users' })).toBeVisible();
  await page.keyboard.press('/');
  await expect(page.getByRole('searchbox', { name: 'Find by email' })).toBeFocused();
  await page.keyboard.type('gh?');
  await expect(page).toHaveURL(/\/admin\/users$/);
  await page.goto(`/w/${bunny.id}`);
  await expect(page.getByRole('heading', { name: bunny.title })).toBeVisible();
  await go(page, 'h', /\/$/);
});

test('a server that is away is said, and the page goes on by itself when it is back', async ({ page, context }) => {
  const { server } = await ownServer(context);
  try {
    await page.goto(`${server.url}/library`);
    await expect(page.getByRole('heading', { name: 'You have no videos yet' })).toBeVisible();
    await server.kill();
    await expect(page.getByText('The server does not answer. Trying again…')).toBeVisible();
    await page.getByRole('link', { name: 'Bin' }).click();
    await expect(page.getByRole('heading', { name: 'The server cannot be reached' })).toBeVisible({ timeout: 30_000 });
    await server.restart();
    await expect(page.getByText('The server does not answer. Trying again…')).toHaveCount(0, { timeout: 30_000 });
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(page.getByRole('heading', { name: 'The bin is empty' })).toBeVisible();
    await context.setOffline(true);
    await expect(page.getByText(/^You are offline/)).toBeVisible();
    await context.setOffline(false);
    await expect(page.getByText(/^You are offline/)).toHaveCount(0);
  } finally {
    await server.stop();
  }
});

test('no page is wider than its window', async ({ page, bunny }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  const pages = [
    ...['/', '/upload', '/library', '/library/bin', '/admin/users', '/admin/tasks', '/admin/storage', '/nowhere'],
    ...['details', 'access', 'tracks', 'pictures', 'versions', 'report'].map((tab) => `/manage/${bunny.id}?tab=${tab}`),
    `/w/${bunny.id}`,
  ];
  for (const path of pages) {
    await page.goto(path);
    await expect(page.getByRole('heading').first()).toBeVisible();
    const beyond = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(beyond, path).toBeLessThanOrEqual(0);
  }
});
