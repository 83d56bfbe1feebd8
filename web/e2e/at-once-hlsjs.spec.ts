import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import type { APIRequestContext, Page } from '@playwright/test';
import type { Playback } from '../src/api/types.ts';
import { addVideo, BUNNY, expect, readyVideo, test } from './fixtures.ts';

const HLS_JS = createRequire(import.meta.url).resolve('hls.js/dist/hls.min.js');
const FRAMES = 720; // of the bunny, at 24 a second

type Seen = { fatal: string[]; levels: number[]; ended: boolean; seconds: number; place: number };

/** Adds a video and returns where to play it from, as soon as that is known. */
async function early(admin: APIRequestContext, title: string): Promise<{ id: string; hls: string }> {
  const { id } = await addVideo(admin, BUNNY, { title, visibility: 'public' });
  let playback: Playback | undefined;
  const known = async () => {
    const answer = await admin.get(`/api/v1/videos/${id}/playback`);
    if (answer.ok()) playback = await answer.json();
    return answer.status();
  };
  await expect.poll(known, { timeout: 90_000, intervals: [100] }).toBe(200);
  return { id, hls: playback?.hls ?? '' };
}

/** A page with nothing but a video and hls.js on it. */
async function bare(page: Page, hls: string): Promise<void> {
  const html = '<!doctype html><title>Bare</title><video muted controls></video><script src="/bare/hls.js"></script>';
  await page.route('**/bare/', (route) => route.fulfill({ contentType: 'text/html', body: html }));
  await page.route('**/bare/hls.js', (route) => route.fulfill({ path: HLS_JS, contentType: 'text/javascript' }));
  await page.goto('/bare/');
  await page.evaluate((source) => {
    // biome-ignore lint/suspicious/noExplicitAny: the page has hls.js as a global and no types.
    const { Hls } = window as any;
    const video = document.querySelector('video') as HTMLVideoElement;
    const seen: Seen = { fatal: [], levels: [], ended: false, seconds: 0, place: 0 };
    Object.assign(window, { seen });
    const player = new Hls();
    player.on(Hls.Events.MANIFEST_PARSED, (_: unknown, { levels }: { levels: { height: number }[] }) => {
      seen.levels = levels.map(({ height }) => height);
      void video.play();
    });
    player.on(Hls.Events.ERROR, (_: unknown, { fatal, details }: { fatal: boolean; details: string }) => {
      if (fatal) seen.fatal.push(details);
    });
    video.addEventListener('timeupdate', () =>
      Object.assign(seen, { place: video.currentTime, seconds: video.duration }),
    );
    video.addEventListener('ended', () => Object.assign(seen, { ended: true }));
    player.loadSource(source);
    player.attachMedia(video);
  }, hls);
}

// What other players do does not differ on a phone.
test.describe('another player that opens a video early', { tag: '@desktop' }, () => {
  test('hls.js plays it to its end on the sizes of the master that it read', async ({ page, admin }) => {
    test.slow();
    const { id, hls } = await early(admin, 'Early, elsewhere');
    const offered = heights(await (await admin.get(hls)).text());
    await bare(page, hls);
    const seen = () => page.evaluate(() => (window as unknown as { seen: Seen }).seen);
    await expect.poll(async () => (await seen()).ended, { timeout: 150_000 }).toBe(true);
    const { fatal, levels, place, seconds } = await seen();
    expect(fatal).toEqual([]);
    expect(place).toBeCloseTo(seconds, 0);
    expect(seconds).toBeCloseTo(30, 0);
    expect(levels.length).toBeGreaterThan(0);
    expect(offered).toEqual(expect.arrayContaining(levels));

    // Opened again, it has all of them.
    const { rungs } = await readyVideo(admin, id);
    await bare(page, hls);
    await expect.poll(async () => (await seen()).levels.length).toBe(rungs.length);
  });

  test('ffmpeg reads every picture of it', async ({ admin }) => {
    test.slow();
    const { hls } = await early(admin, 'Early, in a shell');
    const read = ['-nostdin', '-v', 'error', '-i', hls, '-map', '0:v:0', '-c', 'copy', '-f', 'framemd5', '-'];
    const { stdout, stderr } = await promisify(execFile)('ffmpeg', read, { timeout: 150_000 });
    expect(stderr).toBe('');
    const pictures = stdout.split('\n').filter((line) => line && !line.startsWith('#'));
    expect(pictures).toHaveLength(FRAMES);
  });
});

function heights(master: string): number[] {
  return [...master.matchAll(/^#EXT-X-STREAM-INF:.*RESOLUTION=\d+x(\d+)/gm)].map(([, height]) => Number(height));
}
