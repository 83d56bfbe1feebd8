// Measures in Chromium how long it takes from pressing play to the first picture, and from opening a page to it, of our watch page
// and of a bare page with hls.js on the same stream. It prints a line of JSON: {"press ours local": [milliseconds, …], …}.
//
//   node first-frame.mjs WATCH_URL MASTER_URL REPEAT CHROMIUM
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const [watch, master, repeat, executablePath] = process.argv.slice(2);
const ofWeb = createRequire(new URL('../../web/package.json', import.meta.url));
const { chromium } = ofWeb('@playwright/test');
const library = readFileSync(ofWeb.resolve('hls.js/dist/hls.min.js'));

// What a person writes who has read the first example of hls.js: the stream is loaded with the page.
const page = `<!doctype html><title>bare</title><video muted playsinline width="1280"></video><script src="/hls.min.js"></script>
<script>const video = document.querySelector('video'), hls = new Hls(); hls.loadSource(${JSON.stringify(master)}); hls.attachMedia(video);
hls.on(Hls.Events.MANIFEST_PARSED, () => { window.pressable = true; });</script>`;

const bare = createServer((request, response) => {
  const [type, body] = request.url === '/hls.min.js' ? ['text/javascript', library] : ['text/html', page];
  response.writeHead(200, { 'Content-Type': type }).end(body);
});
await new Promise((done) => bare.listen(0, '127.0.0.1', done));

const LINES = {
  local: null,
  '10 Mbit/s, 40 ms': { offline: false, latency: 40, downloadThroughput: 10e6 / 8, uploadThroughput: 10e6 / 8 },
};

const PAGES = {
  ours: {
    url: watch,
    ready: () => (document.querySelector('matinee-player')?.stats?.duration ?? 0) > 0,
    video: () => document.querySelector('matinee-player').video,
  },
  'hls.js': {
    url: `http://127.0.0.1:${bare.address().port}/`,
    ready: () => window.pressable === true,
    video: () => document.querySelector('video'),
  },
};

/** In the page: presses play and returns when it was pressed and when the first picture that moves was shown, in milliseconds of the page. */
const press = `(find) => new Promise((resolve, reject) => {
  const video = find();
  video.muted = true;
  const pressed = performance.now();
  const from = video.currentTime;
  const look = (now, { mediaTime }) => mediaTime > from ? resolve({ pressed, shown: now }) : video.requestVideoFrameCallback(look);
  video.requestVideoFrameCallback(look);
  video.play().catch(reject);
})`;

async function sample(browser, { url, ready, video }, line, idle) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  try {
    const tab = await context.newPage();
    if (line) {
      const session = await context.newCDPSession(tab);
      await session.send('Network.enable');
      await session.send('Network.emulateNetworkConditions', line);
    }
    await tab.goto(url, { waitUntil: 'commit' });
    await tab.waitForFunction(ready, undefined, { timeout: 60_000, polling: 20 });
    if (idle) await tab.waitForTimeout(3000);
    return await tab.evaluate(`(${press})(${video})`);
  } finally {
    await context.close();
  }
}

const results = {};
const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--autoplay-policy=no-user-gesture-required'],
});
try {
  for (let round = -1; round < Number(repeat); round++) {
    for (const [lineName, line] of Object.entries(LINES)) {
      const both = Object.entries(PAGES);
      if (round % 2) both.reverse();
      for (const [pageName, at] of both) {
        const pressed = await sample(browser, at, line, true);
        const opened = await sample(browser, at, line, false);
        if (round < 0) continue; // the first round warms the disk's and the browser's caches
        (results[`press ${pageName} ${lineName}`] ??= []).push(pressed.shown - pressed.pressed);
        (results[`open ${pageName} ${lineName}`] ??= []).push(opened.shown);
      }
    }
  }
} finally {
  await browser.close();
  bare.close();
}
console.log(JSON.stringify(results));
