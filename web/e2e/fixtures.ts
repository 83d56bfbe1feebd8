import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type APIRequestContext, test as base, expect, type Page, request } from '@playwright/test';
import type { CreatedVideo, Video } from '../src/api/types.ts';
import type { PlayerStats } from '../src/player/index.ts';
import { MatineeServer } from './matinee-server.ts';

export const ADMIN = { name: 'Ada Lovelace', email: 'ada@example.com', password: 'a film before the film' };

/** A file of real footage. */
export function footage(name: string): string {
  return fileURLToPath(new URL(`../../internal/testkit/clips/footage/${name}`, import.meta.url));
}

export const FRIDAY = footage('friday-640x480-6s.mp4');
export const BUNNY = footage('big-buck-bunny-480p-30s.mp4');
export const NOT_A_VIDEO = footage('LICENCES.md');

type WorkerFixtures = {
  /** A server that all tests of a worker share. */
  server: MatineeServer;
  /** Requests of its administrator, with the session's cookie. */
  admin: APIRequestContext;
  /** A public video of 30 seconds that is ready in several sizes. */
  bunny: Video;
  /** One of two minutes, in two sizes: far more than a player buffers, so that there is always something left to choose. */
  long: Video;
};

type TestFixtures = {
  /** A page of somebody who is not signed in. */
  stranger: Page;
};

export const test = base.extend<TestFixtures, WorkerFixtures>({
  server: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures' names from the pattern.
    async ({}, use) => {
      const server = await MatineeServer.start();
      await use(server);
      await server.stop();
    },
    { scope: 'worker' },
  ],
  admin: [
    async ({ server }, use) => {
      const context = await request.newContext({ baseURL: server.url, extraHTTPHeaders: { Origin: server.url } });
      const answer = await context.post('/api/v1/setup', { data: { token: server.setupToken, ...ADMIN } });
      expect(answer.status(), await answer.text()).toBe(201);
      await use(context);
      await context.dispose();
    },
    { scope: 'worker' },
  ],
  bunny: [
    async ({ admin }, use) => {
      const { id } = await addVideo(admin, BUNNY, { title: 'Big Buck Bunny', visibility: 'public' });
      await use(await readyVideo(admin, id));
    },
    { scope: 'worker', timeout: 180_000 },
  ],
  long: [
    async ({ admin }, use) => {
      const folder = await mkdtemp(join(tmpdir(), 'matinee-long-'));
      const file = join(folder, 'long.mp4');
      const picture = 'testsrc2=s=640x360:r=12:d=120,noise=alls=40:allf=t'; // noise, so that a size costs what it may
      const encoder = ['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '30', '-pix_fmt', 'yuv420p'];
      execFileSync('ffmpeg', ['-nostdin', '-v', 'error', '-f', 'lavfi', '-i', picture, ...encoder, file]);
      const { id } = await addVideo(admin, file, { title: 'Two minutes', visibility: 'public' });
      await rm(folder, { recursive: true });
      await use(await readyVideo(admin, id));
    },
    { scope: 'worker', timeout: 240_000 },
  ],
  baseURL: ({ server }, use) => use(server.url),
  storageState: async ({ admin }, use) => use(await admin.storageState()),
  page: async ({ page }, use) => {
    const faults = collectFaults(page);
    await use(page);
    expect(faults, 'scripts that failed or were refused').toEqual([]);
  },
  stranger: async ({ browser, baseURL, colorScheme }, use) => {
    const context = await browser.newContext({ baseURL, colorScheme, storageState: { cookies: [], origins: [] } });
    const page = await context.newPage();
    const faults = collectFaults(page);
    await use(page);
    expect(faults, 'scripts that failed or were refused').toEqual([]);
    await context.close();
  },
});

export { expect };

/** Notes uncaught errors and whatever the content security policy refuses. */
function collectFaults(page: Page): string[] {
  const faults: string[] = [];
  page.on('pageerror', ({ message }) => faults.push(message));
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) faults.push(message.text());
  });
  return faults;
}

/** Creates a video and sends its file in one request. */
export async function addVideo(
  admin: APIRequestContext,
  file: string,
  fields: { title: string; visibility: Video['visibility'] },
): Promise<CreatedVideo> {
  const created = await admin.post('/api/v1/videos', { data: fields });
  expect(created.status(), await created.text()).toBe(201);
  const video: CreatedVideo = await created.json();
  const sent = await admin.put(video.upload.put_url, {
    data: await readFile(file),
    headers: { 'Content-Type': 'application/octet-stream' },
    timeout: 60_000,
  });
  expect(sent.ok(), await sent.text()).toBe(true);
  return video;
}

/** Waits until a video is ready in all sizes. */
export async function readyVideo(admin: APIRequestContext, id: string): Promise<Video> {
  let video: Video | undefined;
  await expect
    .poll(
      async () => {
        video = await (await admin.get(`/api/v1/videos/${id}`)).json();
        return video?.state;
      },
      { timeout: 150_000, intervals: [500] },
    )
    .toBe('ready');
  if (!video) throw new Error(`no video ${id}`);
  return video;
}

/** Lets the page send no faster than this; what is returned sets another speed, -1 for none. */
export async function slowUplink(
  page: Page,
  bytesPerSecond: number,
): Promise<(bytesPerSecond: number) => Promise<void>> {
  const network = await page.context().newCDPSession(page);
  await network.send('Network.enable');
  const limit = async (uploadThroughput: number) => {
    const more = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput };
    await network.send('Network.emulateNetworkConditions', more);
  };
  await limit(bytesPerSecond);
  return limit;
}

/** The player of a page, as a viewer and as its numbers. */
export class PlayerOnPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get element() {
    return this.page.locator('matinee-player');
  }

  get quality() {
    return this.page.getByRole('button', { name: /^Quality/ });
  }

  async stats(): Promise<PlayerStats> {
    return this.element.evaluate((player) => (player as unknown as { stats: PlayerStats }).stats);
  }

  /** Waits until a condition on the numbers holds, and returns them. */
  async until(what: string, condition: (stats: PlayerStats) => boolean, timeout = 30_000): Promise<PlayerStats> {
    let stats: PlayerStats | undefined;
    const holds = async () => {
      stats = await this.stats().catch(() => undefined);
      return stats !== undefined && condition(stats);
    };
    try {
      await expect.poll(holds, { message: what, timeout, intervals: [100] }).toBe(true);
    } catch (error) {
      throw new Error(`${what}: last seen ${JSON.stringify(stats)}`, { cause: error });
    }
    return stats as PlayerStats;
  }

  /** Shows the controls, as a pointer over the picture does. */
  async showControls(): Promise<void> {
    await this.element.focus().catch(() => undefined);
    await this.element.evaluate((player) =>
      player.shadowRoot?.querySelector('[data-part=stage]')?.dispatchEvent(new Event('focusin')),
    );
  }

  async play(): Promise<void> {
    await this.until('the video is loaded', ({ duration }) => duration > 0);
    await this.page.keyboard.press('k');
    await this.until('the video plays', ({ paused, currentTime }) => !paused && currentTime > 0.3);
  }

  async chooseQuality(name: string | RegExp): Promise<void> {
    await this.showControls();
    await this.quality.click();
    await this.page.getByRole('menuitemradio', { name }).click();
  }
}
