import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type APIRequestContext, request } from '@playwright/test';
import type { Playback, Video } from '../src/api/types.ts';
import { ADMIN, addVideo, test as base, expect } from './fixtures.ts';
import { MatineeServer } from './matinee-server.ts';

/** How many minutes the long source lasts: enough that its ladder is far from there while a test runs. */
const MINUTES = Number(process.env.MATINEE_E2E_MINUTES ?? 20);

type Started = {
  /** A server of its own: it goes on encoding for minutes, and that must not slow the other tests down. */
  server: MatineeServer;
  api: APIRequestContext;
};

/** A video that has just become playable, and whose ladder is not there. */
export type Early = Started & { video: Video; playback: Playback };

type Workers = { lone: Started; early: Early };

export const test = base.extend<object, Workers>({
  lone: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures' names from the pattern.
    async ({}, use) => {
      const server = await MatineeServer.start();
      const api = await request.newContext({ baseURL: server.url, extraHTTPHeaders: { Origin: server.url } });
      const answer = await api.post('/api/v1/setup', { data: { token: server.setupToken, ...ADMIN } });
      expect(answer.status(), await answer.text()).toBe(201);
      await use({ server, api });
      await api.dispose();
      await server.stop();
    },
    { scope: 'worker' },
  ],
  early: [
    async ({ lone }, use) => {
      const folder = await mkdtemp(join(tmpdir(), 'matinee-early-'));
      const { id } = await addVideo(lone.api, source(folder), { title: 'A long evening', visibility: 'public' });
      await rm(folder, { recursive: true });
      const video = await playableVideo(lone.api, id);
      const playback: Playback = await (await lone.api.get(`/api/v1/videos/${id}/playback`)).json();
      await use({ ...lone, video, playback });
    },
    { scope: 'worker', timeout: 240_000 },
  ],
  baseURL: ({ lone }, use) => use(lone.server.url),
  storageState: async ({ lone }, use) => use(await lone.api.storageState()),
});

export { expect };

/**
 * A long file that browsers do not play, made in a second: a few seconds are
 * encoded and then repeated. Picture and sound are repeated each for itself: one
 * file that is repeated as a whole leaves a gap at each joint.
 */
function source(folder: string): string {
  const given = process.env.MATINEE_E2E_SOURCE;
  if (given) return given;
  const [picture, sound, film] = ['picture.mp4', 'sound.m4a', 'film.mp4'].map((name) => join(folder, name));
  if (!picture || !sound || !film) throw new Error('no names');
  const size = ['-f', 'lavfi', '-i', 'testsrc2=s=640x360:r=25:d=8'];
  ffmpeg(...size, '-c:v', 'mpeg4', '-q:v', '5', '-g', '25', picture);
  ffmpeg('-f', 'lavfi', '-i', 'sine=f=440:b=4:r=48000:d=8', '-c:a', 'aac', '-b:a', '96k', sound);
  const [repeat, last] = [
    ['-stream_loop', '-1'],
    ['-t', String(60 * MINUTES)],
  ] as const;
  ffmpeg(...repeat, '-i', picture, ...repeat, '-i', sound, '-map', '0:v', '-map', '1:a', '-c', 'copy', ...last, film);
  return film;
}

function ffmpeg(...args: string[]): void {
  execFileSync('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...args]);
}

async function playableVideo(api: APIRequestContext, id: string): Promise<Video> {
  let video: Video | undefined;
  const state = async () => {
    video = await (await api.get(`/api/v1/videos/${id}`)).json();
    return video?.state;
  };
  await expect.poll(state, { timeout: 150_000, intervals: [200] }).toMatch(/playable|ready/);
  if (!video) throw new Error(`no video ${id}`);
  return video;
}

/** The middle of some figures, and the one that 95 % do not exceed. */
export function quantiles(figures: readonly number[]): { p50: number; p95: number } {
  const ordered = figures.toSorted((a, b) => a - b);
  const at = (share: number) => ordered[Math.min(ordered.length - 1, Math.floor(share * ordered.length))] ?? Number.NaN;
  return { p50: at(0.5), p95: at(0.95) };
}
