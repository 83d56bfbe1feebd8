import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { ApiError } from './api-error';
import { client, unwrap, unwrapTagged } from './client';
import type { Encoding, User, Video, VideoState } from './types';

const PAGE_SIZE = 24;

/** Names of everything the query cache holds; events.ts updates entries by these keys. */
export const keys = {
  me: ['me'] as const,
  instance: ['instance'] as const,
  lists: ['videos', 'list'] as const,
  list: (filter: VideoFilter) => ['videos', 'list', filter] as const,
  video: (id: string) => ['videos', 'one', id] as const,
  playback: (id: string) => ['videos', 'playback', id] as const,
  text: (id: string) => ['videos', 'text', id] as const,
  categories: ['categories'] as const,
  encoding: (id: string) => ['videos', 'encoding', id] as const,
  poster: (id: string) => ['videos', 'poster', id] as const,
  versions: (id: string) => ['videos', 'versions', id] as const,
};

export type VideoFilter = { owner?: 'me'; state?: VideoState[]; deleted?: boolean };

/** The signed-in person, or null for a stranger. */
export const meQuery = queryOptions({
  queryKey: keys.me,
  queryFn: async ({ signal }): Promise<User | null> => {
    try {
      return await unwrap(client.GET('/api/v1/me', { signal }));
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: Number.POSITIVE_INFINITY,
});

/** The name and limits of this server. */
export const instanceQuery = queryOptions({
  queryKey: keys.instance,
  queryFn: ({ signal }) => unwrap(client.GET('/api/v1/instance', { signal })),
  staleTime: 5 * 60_000,
});

/** Videos, newest first, page by page. */
export function videosQuery(filter: VideoFilter) {
  return infiniteQueryOptions({
    queryKey: keys.list(filter),
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        client.GET('/api/v1/videos', {
          params: { query: { ...filter, limit: PAGE_SIZE, ...(pageParam && { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

/** One video with its state. */
export function videoQuery(id: string) {
  return queryOptions({
    queryKey: keys.video(id),
    queryFn: ({ signal }) => unwrap(client.GET('/api/v1/videos/{id}', { params: { path: { id } }, signal })),
    // Events keep it fresh; this is the net below them while something is still being made.
    refetchInterval: ({ state }) => (state.data && isBeingMade(state.data) ? 5000 : false),
  });
}

/** A video as its editor begins to change it, with the tag for If-Match; asked for at each opening, and not behind a form's back. */
export function videoTextQuery(id: string) {
  return queryOptions({
    queryKey: keys.text(id),
    queryFn: ({ signal }) => unwrapTagged(client.GET('/api/v1/videos/{id}', { params: { path: { id } }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
}

/** The shelves of the library. */
export const categoriesQuery = queryOptions({
  queryKey: keys.categories,
  queryFn: ({ signal }) => unwrap(client.GET('/api/v1/categories', { signal })),
  staleTime: 60_000,
});

/** Where to play a video from; an ApiError with code not_playable before that. */
export function playbackQuery(id: string) {
  return queryOptions({
    queryKey: keys.playback(id),
    queryFn: ({ signal }) => unwrap(client.GET('/api/v1/videos/{id}/playback', { params: { path: { id } }, signal })),
    staleTime: 60 * 60_000,
    retry: (failures, error) => failures < 5 && error instanceof ApiError && error.code === 'not_playable',
    retryDelay: 500,
  });
}

/** How a video is made: its plan, its chunks and what became of them. For its editors. */
export function encodingQuery(id: string) {
  return queryOptions({
    queryKey: keys.encoding(id),
    queryFn: ({ signal }): Promise<Encoding> =>
      unwrap(client.GET('/api/v1/videos/{id}/encoding', { params: { path: { id } }, signal })),
    // Events keep it fresh; this is the net below them.
    refetchInterval: ({ state }) => (state.data && !isSettled(state.data) ? 5000 : false),
  });
}

function isSettled({ plan, chunks, tasks }: Encoding): boolean {
  return plan !== null && [...chunks, ...tasks].every(({ state }) => state === 'done' || state === 'failed');
}

/** How far long work has come; asked again until it ends. */
export function operationQuery(id: string) {
  return queryOptions({
    queryKey: ['operations', id],
    queryFn: async ({ signal }) =>
      (await unwrap(client.GET('/api/v1/operations/{id}', { params: { path: { id } }, signal }))).operation,
    refetchInterval: ({ state }) => (state.data && state.data.state !== 'running' ? false : 1000),
  });
}

/** True while the server still works on a video. */
export function isBeingMade({ state }: Pick<Video, 'state'>): boolean {
  return state !== 'ready' && state !== 'failed';
}

/** True when a viewer can press play. */
export function isWatchable({ state }: Pick<Video, 'state'>): boolean {
  return state === 'playable' || state === 'ready';
}
