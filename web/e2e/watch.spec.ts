import { addVideo, FRIDAY, readyVideo } from './fixtures.ts';
import { expect, test } from './player-fixtures.ts';

test.describe('the page of a video', () => {
  test('plays from the moments that its description names', async ({ page, player, admin, bunny }) => {
    const description = `A rabbit.\n0:20 The apple\nSee ${bunny.watch_url}?t=10`;
    const changed = await admin.patch(`/api/v1/videos/${bunny.id}`, { data: { description } });
    expect(changed.ok(), await changed.text()).toBe(true);
    await page.goto(`/w/${bunny.id}`);
    await player.until('it is loaded', ({ duration }) => duration > 0);
    const loaded = await page.evaluate(() => performance.timeOrigin);

    await page.getByRole('button', { name: '0:20' }).click();
    await player.until('it plays from 20 s on', ({ paused, currentTime }) => !paused && currentTime > 20.2);
    await expect(page).toHaveURL(/\?t=20$/);
    await page.getByRole('button', { name: `${bunny.watch_url}?t=10` }).click();
    await player.until('it plays from 10 s on', ({ currentTime }) => currentTime > 10.2 && currentTime < 19);
    expect(await page.evaluate(() => performance.timeOrigin), 'the page was not loaded again').toBe(loaded);
    await expect(page).toHaveTitle('Big Buck Bunny · Matinee');
  });

  test('leads a stranger to a private video by way of signing in', async ({ stranger, admin }) => {
    const { id } = await addVideo(admin, FRIDAY, { title: 'Private Friday', visibility: 'private' });
    await readyVideo(admin, id);
    await stranger.goto(`/w/${id}`);
    await expect(stranger.getByText('The video may be private')).toBeVisible();
    await stranger.getByRole('main').getByRole('link', { name: 'Sign in' }).click();
    await expect(stranger).toHaveURL(new RegExp(`/sign-in\\?next=.*${id}`));
  });
});
