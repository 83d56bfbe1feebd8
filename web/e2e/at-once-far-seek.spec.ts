import { loadavg } from 'node:os';
import { type Early, expect, quantiles, test } from './at-once-fixtures.ts';
import { PlayerOnPage } from './fixtures.ts';

/** How many jumps are made; more of them give figures that mean something. */
const SEEKS = Number(process.env.MATINEE_E2E_SEEKS ?? 4);
const PATIENCE_MS = 90_000;

type Jump = { to: number; milliseconds: number | null };

// Speed is the server's: a phone differs in nothing here.
test(
  'a jump far into a video that is not made yet shows a picture with sound',
  { tag: '@desktop' },
  async ({ page, early }, info) => {
    test.setTimeout(60_000 + SEEKS * PATIENCE_MS);
    const player = new PlayerOnPage(page);
    await page.goto(`/w/${early.video.id}`);
    await player.play();
    const { duration } = await player.stats();

    const jumps: Jump[] = [];
    for (let at = 0; at < SEEKS; at++) {
      const to = (0.1 + 0.85 * random(at)) * duration;
      jumps.push({ to: Math.round(to), milliseconds: await page.evaluate(jump, { to, patience: PATIENCE_MS }) });
    }

    const times = jumps.flatMap(({ milliseconds }) => (milliseconds === null ? [] : [milliseconds]));
    const state = (await (await early.api.get(`/api/v1/videos/${early.video.id}`)).json()).state;
    const report = { seeks: SEEKS, ...quantiles(times), failed: SEEKS - times.length, load: loadavg(), state, jumps };
    console.log(JSON.stringify(report));
    await info.attach('far-seek.json', { body: JSON.stringify(report), contentType: 'application/json' });
    expect(report.failed).toBe(0);
    await expect(page.locator('matinee-player').getByRole('alert')).toBeHidden();
    expect((await player.stats()).errors).toBe(0);
  },
);

// What is asked for is the same on a phone.
test('a jump asks for nothing but the smallest size of the part it goes to', { tag: '@desktop' }, async ({
  page,
  early,
}) => {
  const player = new PlayerOnPage(page);
  await page.goto(`/w/${early.video.id}`);
  await player.play();
  const { duration, sizes } = await player.stats();
  expect(sizes.length, 'there is a choice').toBeGreaterThan(1);
  const asked: { size: number; number: number }[] = [];
  page.on('request', (request) => {
    const [, size, number] = /-(\d+)\/(\d+)\.m4s$/.exec(new URL(request.url()).pathname.replace(/audio-\d+/, '')) ?? [];
    if (size) asked.push({ size: Number(size), number: Number(number) });
  });
  const starts = await startsOfSegments(early, sizes.at(-1) ?? 0);
  for (const share of [0.31, 0.52, 0.77]) {
    const number = starts.findLastIndex((start) => start <= share * duration);
    const to = (starts[number] ?? 0) + 0.4; // the segment before is not far, and not wanted
    asked.length = 0;
    expect(await page.evaluate(jump, { to, patience: PATIENCE_MS })).not.toBeNull();
    const there = asked.filter((part) => Math.abs(part.number - number) < 3); // one of the old place may be on its way
    expect(there[0]).toEqual({ size: sizes.at(-1), number });
  }
});

/** When each segment of a size begins, by its playlist. */
async function startsOfSegments({ api, playback }: Early, size: number): Promise<number[]> {
  const playlist = await (await api.get(new URL(`h264-${size}.m3u8`, playback.hls).href)).text();
  let end = 0;
  return [...playlist.matchAll(/#EXTINF:([\d.]+)/g)].map(([, seconds]) => {
    const start = end;
    end += Number(seconds);
    return start;
  });
}

/** The same places in each run, all over the video: the fractional parts of multiples of the golden ratio. */
function random(at: number): number {
  return (0.5 + at * 0.618_033_988_75) % 1;
}

/** Jumps, and measures how long it takes until a picture from there is shown and sound of there was decoded; null when it does not come. */
async function jump({ to, patience }: { to: number; patience: number }): Promise<number | null> {
  type Element = { seek(seconds: number): void; video: HTMLVideoElement & { webkitAudioDecodedByteCount: number } };
  const player = document.querySelector('matinee-player') as unknown as Element;
  const { video } = player;
  const pressed = performance.now();
  const heard = video.webkitAudioDecodedByteCount;
  player.seek(to);
  const isThere = (seconds: number) => seconds >= to - 0.5 && seconds < to + 30;
  return new Promise((resolve) => {
    const giveUp = setTimeout(() => resolve(null), patience);
    const look: VideoFrameRequestCallback = (now, { mediaTime }) => {
      const sounds = video.webkitAudioDecodedByteCount > heard;
      if (isThere(mediaTime) && sounds && isThere(video.currentTime) && !video.seeking) {
        clearTimeout(giveUp);
        resolve(Math.round(now - pressed));
      } else video.requestVideoFrameCallback(look);
    };
    video.requestVideoFrameCallback(look);
  });
}
