import { loadavg } from 'node:os';
import type { Page } from '@playwright/test';
import { type Early, expect, quantiles, test } from './at-once-fixtures.ts';
import { PlayerOnPage } from './fixtures.ts';

/** How many watch at once: most of them only fetch, as a player does; the others are pages. */
const VIEWERS = Number(process.env.MATINEE_E2E_VIEWERS ?? 5);
const PAGES = Math.min(2, VIEWERS);
const WATCH_MS = Number(process.env.MATINEE_E2E_WATCH_SECONDS ?? 20) * 1000;
const AHEAD_SECONDS = 8;
/** The server answers within 6 s, with a segment or with a time to ask again; the rest is for a busy machine. */
const HANGS_AFTER_MS = 40_000;

type Part = { url: string; start: number; seconds: number };
type Watched = { firstMs: number | null; stalledMs: number; refusals: number; faults: string[] };

// Speed is the server's: a phone differs in nothing here.
test(
  'many viewers at many places of a video that is not made yet are all served or told to wait',
  {
    tag: '@desktop',
  },
  async ({ browser, page, early }, info) => {
    test.setTimeout(WATCH_MS + 240_000);
    const pages = [page, ...(await Promise.all(Array.from({ length: PAGES - 1 }, () => browser.newPage())))];
    const fetching = Array.from({ length: VIEWERS - PAGES }, (_, at) => follow(early, at));
    const watching = pages.map((each, at) => watch(each, early, 0.3 + (0.5 * at) / PAGES));
    const [followed] = await Promise.all([Promise.all(fetching), Promise.all(watching)]);
    for (const other of pages.slice(1)) await other.close();

    const firsts = followed.flatMap(({ firstMs }) => (firstMs === null ? [] : [firstMs]));
    const report = {
      viewers: VIEWERS,
      first: quantiles(firsts),
      withoutPicture: followed.length - firsts.length,
      refusals: followed.reduce((sum, { refusals }) => sum + refusals, 0),
      stalledMs: followed.map(({ stalledMs }) => stalledMs),
      faults: followed.flatMap(({ faults }) => faults),
      load: loadavg(),
    };
    console.log(JSON.stringify(report));
    await info.attach('viewers.json', { body: JSON.stringify(report), contentType: 'application/json' });
    expect(report.faults).toEqual([]);
  },
);

/** Watches in a page from a place on: it plays, or says that it waits; it never shows an error. */
async function watch(page: Page, { server, video }: Early, share: number): Promise<void> {
  const player = new PlayerOnPage(page);
  await page.goto(`${server.url}/w/${video.id}?t=${Math.floor(share * (video.duration_seconds ?? 0))}`);
  await player.until('the video is loaded', ({ duration }) => duration > 0);
  await page.keyboard.press('k');
  const making = page.locator('matinee-player [data-part=making]');
  const { currentTime: start } = await player.stats();
  const playsOrSays = async () => {
    const { currentTime } = await player.stats();
    return currentTime > start + 0.5 || (await making.textContent()) !== '';
  };
  await expect.poll(playsOrSays, { timeout: 60_000 }).toBe(true);
  const end = Date.now() + WATCH_MS;
  await expect.poll(() => Date.now() > end, { timeout: WATCH_MS + 10_000 }).toBe(true);
  await expect(page.locator('matinee-player').getByRole('alert')).toBeHidden();
  expect((await player.stats()).errors).toBe(0);
}

/** Fetches the smallest picture and its sound from some place on, as a player does that plays in real time. */
async function follow({ playback }: Early, at: number): Promise<Watched> {
  const agent = `viewer-${at}`;
  const watched: Watched = { firstMs: null, stalledMs: 0, refusals: 0, faults: [] };
  const began = Date.now();
  const end = began + WATCH_MS;
  const tracks = await smallest(playback.hls, agent);
  const place = ((0.13 + at * 0.618_033_988_75) % 0.9) * playback.duration_seconds;
  const lists = tracks.map((parts) => parts.filter(({ start, seconds }) => start + seconds > place));
  let playable = 0; // seconds that are here
  for (let next = 0; Date.now() < end; next++) {
    const parts = lists.flatMap((list) => list[next] ?? []);
    if (parts.length === 0) break;
    for (const part of parts) await get(part.url, agent, end, watched);
    if (watched.faults.length > 0 || Date.now() >= end) break;
    watched.firstMs ??= Date.now() - began;
    const played = (Date.now() - began - watched.firstMs - watched.stalledMs) / 1000;
    if (played > playable) watched.stalledMs += Math.round(1000 * (played - playable));
    playable += parts[0]?.seconds ?? 0;
    const ahead = playable - Math.min(played, playable);
    if (ahead > AHEAD_SECONDS) await pause(1000 * (ahead - AHEAD_SECONDS));
  }
  return watched;
}

/** Asks for a segment until it comes or time is up. */
async function get(url: string, agent: string, end: number, watched: Watched): Promise<void> {
  do {
    const answer = await ask(url, agent).catch((error: Error) => error.message);
    if (typeof answer === 'string') {
      watched.faults.push(`${url}: ${answer}`);
      return;
    }
    const body = await answer.arrayBuffer();
    const again = Number(answer.headers.get('retry-after'));
    if (answer.status === 200 && body.byteLength > 0) return;
    if (answer.status !== 503 || !(again > 0)) {
      watched.faults.push(`${url}: ${answer.status}, ${body.byteLength} bytes`);
      return;
    }
    watched.refusals++;
    await pause(1000 * again);
  } while (Date.now() < end);
}

function ask(url: string, agent: string): Promise<Response> {
  return fetch(url, { headers: { 'User-Agent': agent }, signal: AbortSignal.timeout(HANGS_AFTER_MS) });
}

/** The segments of the smallest picture, and those of the sound where it has its own. */
async function smallest(master: string, agent: string): Promise<Part[][]> {
  const lines = (await (await ask(master, agent)).text()).split('\n');
  const sizes = lines.flatMap((line, at) => {
    const bits = /^#EXT-X-STREAM-INF:.*?BANDWIDTH=(\d+)/.exec(line)?.[1];
    return bits ? [{ bits: Number(bits), uri: lines[at + 1] ?? '' }] : [];
  });
  const picture = sizes.toSorted((a, b) => a.bits - b.bits)[0]?.uri;
  const sound = lines.flatMap((line) => /^#EXT-X-MEDIA:TYPE=AUDIO.*URI="([^"]+)"/.exec(line)?.[1] ?? [])[0];
  const lists = [picture, sound].flatMap((uri) => (uri ? [new URL(uri, master).href] : []));
  return Promise.all(lists.map((list) => partsOf(list, agent)));
}

async function partsOf(list: string, agent: string): Promise<Part[]> {
  const lines = (await (await ask(list, agent)).text()).split('\n');
  const parts: Part[] = [];
  let start = 0;
  lines.forEach((line, at) => {
    const seconds = Number(/^#EXTINF:([\d.]+)/.exec(line)?.[1] ?? 0);
    if (seconds === 0) return;
    parts.push({ url: new URL(lines[at + 1] ?? '', list).href, start, seconds });
    start += seconds;
  });
  return parts;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
