import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import { keys } from './queries';
import type { Video, VideoNews, VideoPage } from './types';

const RETRY_AFTER_MS = 3000;

/**
 * Listens to the server's events and writes them into the query cache, so that
 * every page shows progress live. Returns a function that stops listening.
 */
export function followVideos(cache: QueryClient): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let missedSome = false;

  const connect = () => {
    source = new EventSource('/api/v1/events');
    source.onopen = () => {
      if (missedSome) void cache.invalidateQueries({ queryKey: ['videos'] });
      missedSome = false;
    };
    source.onerror = () => {
      missedSome = true;
      if (source?.readyState === EventSource.CLOSED) timer = setTimeout(connect, RETRY_AFTER_MS);
    };
    source.addEventListener('video.created', () => void cache.invalidateQueries({ queryKey: keys.lists }));
    source.addEventListener('video.deleted', (event) => forget(cache, news(event).id));
    source.addEventListener('video.progress', (event) => patch(cache, news(event)));
    source.addEventListener('video.state', (event) => {
      const changed = news(event);
      patch(cache, changed);
      refresh(cache, changed.id);
    });
  };

  connect();
  return () => {
    clearTimeout(timer);
    source?.close();
  };
}

function news(event: MessageEvent<string>): VideoNews {
  return JSON.parse(event.data) as VideoNews;
}

/** Writes the moving parts of a video wherever the cache holds it. */
function patch(cache: QueryClient, { id, state, progress, eta_seconds }: VideoNews): void {
  const apply = (video: Video): Video => (video.id === id ? { ...video, state, progress, eta_seconds } : video);
  cache.setQueryData<Video>(keys.video(id), (video) => video && apply(video));
  cache.setQueriesData<InfiniteData<VideoPage>>({ queryKey: keys.lists }, (list) =>
    mapPages(list, (items) => items.map(apply)),
  );
}

/** A new state brings a duration, a poster or an error: ask for the whole video again. */
function refresh(cache: QueryClient, id: string): void {
  void cache.invalidateQueries({ queryKey: keys.video(id) });
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
