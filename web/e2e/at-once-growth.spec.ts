import type { Page } from '@playwright/test';
import { expect, test } from './player-fixtures.ts';

/** A busy machine tells of a picture late; leaving out a part of the video would be more than this. */
const SLACK_SECONDS = 0.5;

/** Shows only the smallest size in the masters until it is called: as early in a video's life. */
async function hideLargerSizes(page: Page): Promise<() => void> {
  let early = true;
  await page.route('**/master.m3u8', async (route) => {
    const answer = await route.fetch();
    const text = await answer.text();
    return route.fulfill({ response: answer, body: early ? smallestOnly(text) : text });
  });
  return () => {
    early = false;
  };
}

function smallestOnly(master: string): string {
  const lines = master.split('\n');
  const sizes = lines.flatMap((line, at) => {
    const height = /^#EXT-X-STREAM-INF:.*RESOLUTION=\d+x(\d+)/.exec(line)?.[1];
    return height ? [{ at, height: Number(height) }] : [];
  });
  const least = Math.min(...sizes.map(({ height }) => height));
  const hidden = new Set(sizes.filter(({ height }) => height > least).flatMap(({ at }) => [at, at + 1]));
  return lines.filter((line, at) => !hidden.has(at) && !line.startsWith('#EXT-X-I-FRAME-STREAM-INF')).join('\n');
}

type Seen = { events: string[]; frames: { shownAt: number; mediaTime: number; height: number }[] };

/** Notes each picture that is shown from now on, and whatever interrupts playing. */
async function watchClosely(page: Page): Promise<void> {
  await page.evaluate(() => {
    const { video } = document.querySelector('matinee-player') as unknown as { video: HTMLVideoElement };
    const seen: Seen = { events: [], frames: [] };
    Object.assign(window, { seen });
    for (const type of ['emptied', 'seeking', 'pause', 'error']) {
      video.addEventListener(type, () => seen.events.push(type));
    }
    const note: VideoFrameRequestCallback = (_, { mediaTime, height, presentationTime }) => {
      seen.frames.push({ shownAt: presentationTime / 1000, mediaTime, height });
      video.requestVideoFrameCallback(note);
    };
    video.requestVideoFrameCallback(note);
  });
}

async function seen(page: Page): Promise<Seen> {
  return page.evaluate(() => (window as unknown as { seen: Seen }).seen);
}

/** How far the picture jumped, at most, against the clock on the wall, in seconds. A slow machine drops pictures and does not jump. */
function largestJump({ frames }: Seen): number {
  const jumps = frames.slice(1).map((frame, at) => {
    const before = frames[at];
    return before ? Math.abs(frame.mediaTime - before.mediaTime) - (frame.shownAt - before.shownAt) : 0;
  });
  return Math.max(0, ...jumps);
}

const grow = (page: Page) =>
  page.locator('matinee-player').evaluate((player) => (player as unknown as { refresh(): void }).refresh());

test('larger sizes are taken up while it plays, without a break, and said', async ({ page, player, long }) => {
  const showAll = await hideLargerSizes(page);
  await page.goto(`/w/${long.id}`);
  await player.play();
  const [smallest = 0, ...none] = (await player.stats()).sizes;
  expect(none).toEqual([]);
  await player.until('it has buffered ahead', ({ bufferedAhead }) => bufferedAhead > 8);

  await watchClosely(page);
  showAll();
  await grow(page);
  const { currentTime: grownAt, sizes } = await player.until('it has them', ({ sizes }) => sizes.length > 1);
  await expect(page.locator('matinee-player').getByText(`${sizes[0]}p is ready`)).toBeVisible();
  const top = await player.until('the largest is shown', ({ height }) => height > smallest + 8);
  expect(top.currentTime - grownAt).toBeLessThan(15);
  await player.until('it plays on', ({ currentTime }) => currentTime > top.currentTime + 2);

  const all = await seen(page);
  expect(all.events).toEqual([]);
  expect(new Set(all.frames.map(({ height }) => height)).size).toBe(2);
  expect(largestJump(all)).toBeLessThan(SLACK_SECONDS);
  expect((await player.stats()).errors).toBe(0);
  expect((await player.stats()).buffered).toHaveLength(1);

  const news = page.locator('matinee-player .news');
  await expect(news).toHaveAttribute('data-part', 'quality');
  await player.showControls();
  await player.quality.click();
  await expect(page.getByRole('menuitemradio')).toHaveCount(sizes.length + 1);
  await expect(news).toHaveCount(0);
});

test('who chose a size that comes later is brought to it without a break', async ({ page, player, long }) => {
  const showAll = await hideLargerSizes(page);
  await page.addInitScript(() => localStorage.setItem('matinee-player', JSON.stringify({ quality: 1080 })));
  await page.goto(`/w/${long.id}`);
  await player.play();
  const [smallest = 0] = (await player.stats()).sizes;
  await expect(player.quality).toHaveText(`${smallest}p`);
  await player.until('it has buffered ahead', ({ bufferedAhead }) => bufferedAhead > 8);
  await watchClosely(page);
  showAll();
  await grow(page);
  const { currentTime, height } = await player.until('the size is shown', ({ height }) => height > smallest + 8);
  await player.until('it plays on', (stats) => stats.currentTime > currentTime + 2);
  await expect(player.quality).toHaveText(`${height}p`);
  const all = await seen(page);
  expect(all.events).toEqual([]);
  expect(largestJump(all)).toBeLessThan(SLACK_SECONDS);
});

test('a master that cannot be read again disturbs nothing, and is read the next time', async ({
  page,
  player,
  long,
}) => {
  const showAll = await hideLargerSizes(page);
  await page.goto(`/w/${long.id}`);
  await player.play();
  await page.route('**/master.m3u8', (route) => route.fulfill({ status: 404, body: 'gone' }));
  const asked = page.waitForRequest('**/master.m3u8');
  await grow(page);
  await asked;
  const { currentTime } = await player.stats();
  await player.until('it plays on', (stats) => stats.currentTime > currentTime + 1);
  await expect(page.locator('matinee-player').getByRole('alert')).toBeHidden();
  await page.unroute('**/master.m3u8');
  showAll();
  await grow(page);
  await player.until('it has the sizes', ({ sizes }) => sizes.length > 1);
});
