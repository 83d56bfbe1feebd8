import { QueryClient } from '@tanstack/react-query';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { followVideos } from './events';
import { keys } from './queries';

/** A stream that the test speaks on. */
class FakeSource extends EventTarget {
  static readonly CLOSED = 2;
  static opened: FakeSource[] = [];
  readyState = 1;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;

  readonly url: string;

  constructor(url: string) {
    super();
    this.url = url;
    FakeSource.opened.push(this);
  }

  close(): void {
    this.readyState = FakeSource.CLOSED;
  }

  say(name: string, lastEventId: string, data = '{}'): void {
    this.dispatchEvent(new MessageEvent(name, { data, lastEventId }));
  }

  static get latest(): FakeSource {
    const source = FakeSource.opened.at(-1);
    if (!source) throw new Error('no stream was opened');
    return source;
  }
}

/** The ids that somebody waits for. */
class Waits extends EventTarget {
  #ids: readonly string[] = [];

  get = () => this.#ids;

  set(ids: readonly string[]): void {
    this.#ids = ids;
    this.dispatchEvent(new Event('change'));
  }

  subscribe = (changed: () => void) => {
    this.addEventListener('change', changed);
    return () => this.removeEventListener('change', changed);
  };
}

class FakePage extends EventTarget {
  hidden = false;
}

let page: FakePage;

function show(visible: boolean): void {
  page.hidden = !visible;
  page.dispatchEvent(new Event('visibilitychange'));
}

beforeEach(() => {
  page = new FakePage();
  FakeSource.opened = [];
  vi.stubGlobal('EventSource', FakeSource);
  vi.stubGlobal('document', page);
});

afterEach(() => vi.unstubAllGlobals());

function follow(): { cache: QueryClient; asked: () => unknown[]; stop: () => void } {
  const cache = new QueryClient();
  const spy = vi.spyOn(cache, 'invalidateQueries');
  const stop = followVideos(cache, () => undefined);
  FakeSource.latest.onopen?.();
  return { cache, stop, asked: () => spy.mock.calls.map(([filters]) => filters?.queryKey) };
}

test('resumes after the last event when the tab is shown again, and asks for nothing anew', () => {
  const { asked, stop } = follow();
  FakeSource.latest.say('hello', 'e-1');
  FakeSource.latest.say('video.created', 'e-7');
  show(false);
  expect(FakeSource.latest.readyState).toBe(FakeSource.CLOSED);
  show(true);
  FakeSource.latest.onopen?.();
  expect(FakeSource.opened.map((source) => source.url)).toEqual(['/api/v1/events', '/api/v1/events?last_event_id=e-7']);
  expect(asked()).toEqual([keys.lists]);
  stop();
});

test('asks for everything when nothing says where it stood', () => {
  const { asked, stop } = follow();
  show(false);
  show(true);
  FakeSource.latest.onopen?.();
  expect(FakeSource.latest.url).toBe('/api/v1/events');
  expect(asked()).toEqual([['videos']]);
  stop();
});

test('asks for everything after a reset', () => {
  const { asked, stop } = follow();
  FakeSource.latest.say('reset', 'f-3');
  expect(asked()).toEqual([['videos']]);
  stop();
});

test('does not resume what was told to somebody else', () => {
  const { cache, stop } = follow();
  FakeSource.latest.say('hello', 'e-1');
  cache.setQueryData(keys.me, { id: 'another', name: 'Ann', email: 'a@example.org', role: 'viewer' });
  expect(FakeSource.latest.url).toBe('/api/v1/events');
  expect(FakeSource.opened).toHaveLength(2);
  stop();
});

test('a new rung asks for the video, its encoding and its playback again', () => {
  const { cache, asked, stop } = follow();
  cache.setQueryData(keys.video('v'), { id: 'v', state: 'playable', eta_seconds: 90 });
  FakeSource.latest.say('rung.added', 'e-2', JSON.stringify({ id: 'v', state: 'playable', eta_seconds: 30 }));
  expect(cache.getQueryData(keys.video('v'))).toMatchObject({ eta_seconds: 30 });
  expect(asked()).toEqual(
    expect.arrayContaining([keys.video('v'), keys.encoding('v'), keys.playback('v'), keys.lists]),
  );
  stop();
});

test('news that leave something out leave it as it is', () => {
  const { cache, stop } = follow();
  cache.setQueryData(keys.video('v'), { id: 'v', state: 'playable', eta_seconds: 90, replacement: null });
  FakeSource.latest.say('video.progress', 'e-2', JSON.stringify({ id: 'v', replacement: { state: 'processing' } }));
  expect(cache.getQueryData(keys.video('v'))).toEqual({
    ...{ id: 'v', state: 'playable', eta_seconds: 90, replacement: { state: 'processing' } },
  });
  stop();
});

test('a hidden tab listens for as long as something is awaited', () => {
  const awaited = new Waits();
  const stop = followVideos(new QueryClient(), () => undefined, awaited);
  show(false);
  expect(FakeSource.latest.readyState).toBe(FakeSource.CLOSED);
  awaited.set(['v']);
  expect(FakeSource.opened).toHaveLength(2);
  expect(FakeSource.latest.readyState).toBe(1);
  awaited.set([]);
  expect(FakeSource.latest.readyState).toBe(FakeSource.CLOSED);
  stop();
});
