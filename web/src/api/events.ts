import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import { keys } from './queries';
import type { User, Video, VideoNews, VideoPage } from './types';

const RETRY_AFTER_MS = 3000;
const MOVING = ['state', 'progress', 'eta_seconds', 'replacement'] as const;

/** The ids of videos that somebody waits for, whether the tab is seen or not. */
type Awaited = { get: () => readonly string[]; subscribe: (changed: () => void) => () => void };

const nothing: Awaited = { get: () => [], subscribe: () => () => undefined };

/**
 * Listens to the server's events and writes them into the query cache, so that
 * every page shows progress live, and tells whether the server answers. Returns a function that stops listening.
 *
 * A hidden tab listens only for what is awaited: browsers open few connections to one server,
 * and tabs that hold them all would keep every other page from loading.
 */
export function followVideos(
  cache: QueryClient,
  onConnection: (up: boolean) => void,
  awaited: Awaited = nothing,
): () => void {
  const stream = new VideoStream(cache, onConnection);
  const follow = () => (document.hidden && awaited.get().length === 0 ? stream.close() : stream.open());
  document.addEventListener('visibilitychange', follow);
  const stopWatchingAwaited = awaited.subscribe(follow);
  const stopWatchingMe = onOtherPerson(cache, () => {
    stream.forget();
    follow();
  });
  follow();
  return () => {
    document.removeEventListener('visibilitychange', follow);
    stopWatchingAwaited();
    stopWatchingMe();
    stream.close();
  };
}

/** Calls back when somebody signs in or out: the server decides at the start of a stream what it may tell. */
function onOtherPerson(cache: QueryClient, act: () => void): () => void {
  const personNow = () => cache.getQueryData<User | null>(keys.me)?.id;
  let person = personNow();
  return cache.getQueryCache().subscribe(({ query }) => {
    if (query.queryKey[0] !== keys.me[0] || query.state.status !== 'success' || personNow() === person) return;
    person = personNow();
    act();
  });
}

/**
 * One connection that opens itself again and resumes after the last event that
 * it was told. The server replays what was missed, or says "reset".
 */
class VideoStream {
  readonly #cache: QueryClient;
  #source: EventSource | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastId = '';
  #missedSome = false;

  readonly #onConnection: (up: boolean) => void;

  constructor(cache: QueryClient, onConnection: (up: boolean) => void) {
    this.#cache = cache;
    this.#onConnection = onConnection;
  }

  open(): void {
    if (this.#source && this.#source.readyState !== EventSource.CLOSED) return;
    const resume = this.#lastId && `?last_event_id=${encodeURIComponent(this.#lastId)}`;
    const source = new EventSource(`/api/v1/events${resume}`);
    this.#source = source;
    source.onopen = () => {
      this.#onConnection(true);
      this.#catchUp();
    };
    source.onerror = () => this.#lost(source);
    this.#listen(source);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
    this.#missedSome ||= this.#lastId === '';
  }

  /** Forgets what was told: it was told to somebody else. */
  forget(): void {
    this.close();
    this.#lastId = '';
    this.#missedSome = true;
  }

  #catchUp(): void {
    if (this.#missedSome) void this.#cache.invalidateQueries({ queryKey: ['videos'] });
    this.#missedSome = false;
  }

  #lost(source: EventSource): void {
    if (source !== this.#source) return;
    this.#missedSome ||= this.#lastId === '';
    // A closed stream was refused by an answer: the server is there.
    this.#onConnection(source.readyState === EventSource.CLOSED);
    // The browser tries again by itself unless the server refused.
    if (source.readyState === EventSource.CLOSED) this.#timer = setTimeout(() => this.open(), RETRY_AFTER_MS);
  }

  #listen(source: EventSource): void {
    const cache = this.#cache;
    const on = (name: string, act: (event: MessageEvent<string>) => void) =>
      source.addEventListener(name, (event: MessageEvent<string>) => {
        this.#lastId = event.lastEventId;
        act(event);
      });
    on('hello', () => undefined); // says only where the stream stands
    on('reset', () => void cache.invalidateQueries({ queryKey: ['videos'] }));
    on('video.created', () => void cache.invalidateQueries({ queryKey: keys.lists }));
    on('video.deleted', (event) => forget(cache, news(event).id));
    on('video.progress', (event) => patch(cache, news(event)));
    for (const name of ['video.state', 'rung.added']) {
      on(name, (event) => {
        const changed = news(event);
        patch(cache, changed);
        refresh(cache, changed.id);
      });
    }
  }
}

function news(event: MessageEvent<string>): VideoNews {
  return JSON.parse(event.data) as VideoNews;
}

/** Writes the moving parts of a video wherever the cache holds it; an event need not carry all of them. */
function patch(cache: QueryClient, { id, ...moved }: VideoNews): void {
  const moving = Object.fromEntries(MOVING.flatMap((part) => (part in moved ? [[part, moved[part]]] : [])));
  const apply = (video: Video): Video => (video.id === id ? { ...video, ...moving } : video);
  cache.setQueryData<Video>(keys.video(id), (video) => video && apply(video));
  // A reel on the page shows which chunk moved; a question that is under way is not asked twice.
  void cache.invalidateQueries({ queryKey: keys.encoding(id) }, { cancelRefetch: false });
  cache.setQueriesData<InfiniteData<VideoPage>>({ queryKey: keys.lists }, (list) =>
    mapPages(list, (items) => items.map(apply)),
  );
}

/** A new state brings a duration, a poster or an error, a new rung another size: ask for the whole video again. */
function refresh(cache: QueryClient, id: string): void {
  for (const key of [keys.video(id), keys.encoding(id), keys.playback(id), keys.poster(id), keys.versions(id)]) {
    void cache.invalidateQueries({ queryKey: key });
  }
  void cache.invalidateQueries({ queryKey: keys.lists });
}

/** Takes a deleted video out of all lists; its own page learns by asking. */
export function forget(cache: QueryClient, id: string): void {
  cache.setQueriesData<InfiniteData<VideoPage>>({ queryKey: keys.lists }, (list) =>
    mapPages(list, (items) => items.filter((video) => video.id !== id)),
  );
  void cache.invalidateQueries({ queryKey: keys.video(id) });
}

function mapPages(
  list: InfiniteData<VideoPage> | undefined,
  change: (items: Video[]) => Video[],
): InfiniteData<VideoPage> | undefined {
  return list && { ...list, pages: list.pages.map((page) => ({ ...page, items: change(page.items) })) };
}
