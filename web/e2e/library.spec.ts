import { expect, test } from './fixtures.ts';
import { ownServer } from './own-server.ts';

test('a long list goes on, ends, and is where one left it', async ({ page, context }) => {
  const { server, api } = await ownServer(context);
  try {
    await page.goto(`${server.url}/library`);
    await expect(page.getByRole('heading', { name: 'You have no videos yet' })).toBeVisible();
    for (let number = 1; number <= 30; number++) {
      const headers = { Origin: server.url };
      await api.post(`${server.url}/api/v1/videos`, { data: { title: `Video ${number}` }, headers });
    }
    await page.reload();
    const rows = page.getByRole('article');
    await expect(rows).toHaveCount(24);
    await page.getByRole('button', { name: 'Show more' }).click();
    await expect(rows).toHaveCount(30);
    await expect(page.getByText('That is everything.')).toBeVisible();
    await page.getByRole('link', { name: 'Video 2', exact: true }).click();
    await expect(page.getByRole('tab', { name: 'Details' })).toBeVisible();
    await page.goBack();
    await expect(rows).toHaveCount(30);
    await expect(page.getByRole('link', { name: 'Video 2', exact: true })).toBeInViewport();
  } finally {
    await server.stop();
  }
});

test('the states of one’s videos are filters in the address', async ({ page, bunny, admin }) => {
  await admin.post('/api/v1/videos', { data: { title: 'Still to come' } });
  await page.goto('/library');
  await page.getByRole('link', { name: 'Ready', exact: true }).click();
  await expect(page).toHaveURL(/state=ready$/);
  await expect(page.getByRole('article').filter({ hasText: bunny.title }).first()).toBeVisible();
  await expect(page.getByText('Still to come')).toHaveCount(0);
  await page.getByRole('link', { name: 'Being made' }).click();
  await expect(page.getByRole('article').filter({ hasText: 'Still to come' }).first()).toBeVisible();
  await expect(page.getByRole('link', { name: 'Being made' })).toHaveAttribute('aria-current', 'page');
});
