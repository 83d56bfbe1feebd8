import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import type { Video } from '../src/api/types.ts';
import { addVideo, readyVideo } from './fixtures.ts';
import { test as base, expect } from './player-fixtures.ts';

const SECONDS = 90;
const SWITCHES = 10;
/** Of 255, on the average of all fields: sizes differ by 1 or 2, neighbouring pictures of the flickering source by some 40. */
const MOST_DIFFERENCE = 8;
const INTO_PICTURE_SECONDS = 0.01;
/** A busy machine tells of a picture late; leaving out a part of the video would be more than this. */
const SLACK_SECONDS = 0.5;

/**
 * One that browsers play as it is, with a key picture every 2 s: its own quality is passed through. It flickers, so that
 * each picture differs much from the next.
 */
const test = base.extend<object, { safe: Video }>({
  safe: [
    async ({ admin }, use) => {
      const folder = await mkdtemp(join(tmpdir(), 'matinee-safe-'));
      const file = join(folder, 'safe.mp4');
      const inputs = [
        `testsrc2=s=640x360:r=24:d=${SECONDS},eq=brightness=0.3*sin(n):eval=frame`,
        `sine=f=440:b=4:r=48000:d=${SECONDS}`,
      ];
      const picture = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '48', '-crf', '26'];
      const sound = ['-c:a', 'aac', '-ac', '2', '-b:a', '96k', '-movflags', '+faststart'];
      const from = inputs.flatMap((input) => ['-f', 'lavfi', '-i', input]);
      execFileSync('ffmpeg', ['-nostdin', '-v', 'error', ...from, ...picture, ...sound, file]);
      const { id } = await addVideo(admin, file, { title: 'As it is', visibility: 'public' });
      await rm(folder, { recursive: true });
      await use(await readyVideo(admin, id));
    },
    { scope: 'worker', timeout: 240_000 },
  ],
});

type Frame = { mediaTime: number; shownAt: number; height: number; picture: number[] };

/**
 * Notes each picture that is shown: when, of which moment, and what it looks like
 * in 16 × 9 grey fields, which is the same for all sizes of one picture.
 */
async function watchPictures(page: Page): Promise<void> {
  await page.evaluate(() => {
    const { video } = document.querySelector('matinee-player') as unknown as { video: HTMLVideoElement };
    // Drawn larger and averaged: scaling at once would leave out most of a picture, and something else of each size.
    const canvas = new OffscreenCanvas(160, 90);
    const context = canvas.getContext('2d', { willReadFrequently: true });
    const frames: Frame[] = [];
    const events: string[] = [];
    Object.assign(window, { frames, interruptions: events });
    for (const type of ['emptied', 'seeking', 'pause', 'error']) video.addEventListener(type, () => events.push(type));
    const note: VideoFrameRequestCallback = (_, { presentationTime }) => {
      // On a busy machine the video has gone on since it called: the frame says itself of which moment it is.
      const shown = new VideoFrame(video);
      context?.drawImage(shown, 0, 0, 160, 90);
      const { data = [] } = context?.getImageData(0, 0, 160, 90) ?? {};
      const picture = new Array<number>(16 * 9).fill(0);
      for (let at = 0; at < 160 * 90; at++) {
        const field = 16 * Math.floor(at / 1600) + Math.floor((at % 160) / 10);
        picture[field] = (picture[field] ?? 0) + (data[4 * at + 1] ?? 0) / 100;
      }
      const [mediaTime, height] = [shown.timestamp / 1e6, shown.displayHeight];
      frames.push({ mediaTime, shownAt: presentationTime / 1000, height, picture });
      shown.close();
      video.requestVideoFrameCallback(note);
    };
    video.requestVideoFrameCallback(note);
  });
}

function difference(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, at) => sum + Math.abs(value - (b[at] ?? 0)), 0) / a.length;
}

// Decoding is the browser's: a phone differs in nothing here.
test('ten changes between the source and the sizes made from it are not seen', { tag: '@desktop' }, async ({
  page,
  player,
  safe,
}) => {
  test.slow();
  expect(safe.rungs.map(({ id }) => id)).toContain('source');
  await page.goto(`/w/${safe.id}`);
  await player.play();
  const { sizes } = await player.stats();
  const [largest = 0, smallest = 0] = [sizes[0], sizes.at(-1)];
  expect(largest).toBeGreaterThan(smallest);
  await watchPictures(page);
  const jumps: string[] = [];
  for (let at = 0; at < SWITCHES; at++) {
    const size = at % 2 === 0 ? smallest : largest;
    const { currentTime } = await player.stats();
    if (currentTime > SECONDS / 2) {
      await page.keyboard.press('0'); // a busy machine is not at the end before it has changed
      jumps.push('seeking');
    }
    await player.chooseQuality(`${size}p`);
    await player.until(`${size}p is shown`, ({ height, paused }) => !paused && Math.abs(height - size) < 8);
  }
  const interruptions = await page.evaluate(() => (window as unknown as { interruptions: string[] }).interruptions);
  expect(interruptions, 'what only the viewer may do').toEqual(jumps);
  const frames = await page.evaluate(() => (window as unknown as { frames: Frame[] }).frames);
  const changes = frames.flatMap((after, at) => {
    const before = frames[at - 1];
    return before && before.height !== after.height ? [{ before, after }] : [];
  });
  expect(changes.length).toBeGreaterThanOrEqual(SWITCHES);
  for (const { before, after } of changes) {
    const jump = after.mediaTime - before.mediaTime;
    const what = `${before.height} at ${before.mediaTime} to ${after.height} at ${after.mediaTime}`;
    if (after.mediaTime < 1) continue; // the viewer jumped to the beginning
    expect(jump, what).toBeGreaterThanOrEqual(0);
    expect(jump, what).toBeLessThan(after.shownAt - before.shownAt + SLACK_SECONDS);
  }

  // What was shown on both sides is what belongs there, in whichever size.
  await page.reload(); // the largest was chosen last, and is all that is fetched now
  await player.until('it is loaded', ({ height }) => Math.abs(height - largest) < 8);
  await watchPictures(page);
  for (const { before, after } of changes.slice(0, SWITCHES)) {
    for (const { mediaTime, picture, height } of [before, after]) {
      const reference = await pictureAt(page, largest, mediaTime);
      expect(difference(picture, reference), `${height}p at ${mediaTime}`).toBeLessThan(MOST_DIFFERENCE);
    }
  }
  expect((await player.stats()).errors).toBe(0);
});

/** The picture of a moment in a size, while the player is paused. */
async function pictureAt(page: Page, size: number, moment: number): Promise<readonly number[]> {
  await page.evaluate((seconds) => {
    (window as unknown as { frames: Frame[] }).frames.length = 0;
    (document.querySelector('matinee-player') as unknown as { seek(to: number): void }).seek(seconds);
  }, moment + INTO_PICTURE_SECONDS);
  let picture: readonly number[] | undefined;
  const find = async () => {
    const frames = await page.evaluate(() => (window as unknown as { frames: Frame[] }).frames);
    const isIt = ({ height, mediaTime }: Frame) =>
      Math.abs(height - size) < 8 && Math.abs(mediaTime - moment) < INTO_PICTURE_SECONDS;
    picture = frames.findLast(isIt)?.picture;
    return picture !== undefined;
  };
  await expect.poll(find, { message: `${size}p at ${moment} s`, timeout: 30_000 }).toBe(true);
  return picture ?? [];
}
