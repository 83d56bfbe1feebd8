import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { ApiError } from './api-error';
import { client, unwrap } from './client';
import type { User, Video } from './types';

const PAGE_SIZE = 24;

/** Names of everything the query cache holds; events.ts updates entries by these keys. */
export const keys = {
  me: ['me'] as const,
  instance: ['instance'] as const,
  lists: ['videos', 'list'] as const,
  list: (filter: VideoFilter) => ['videos', 'list', filter] as const,
  video: (id: string) => ['videos', 'one', id] as const,
  playback: (id: string) => ['videos', 'playback', id] as const,
};

export type VideoFilter = { owner?: 'me' };

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

/** True while the server still works on a video. */
export function isBeingMade({ state }: Pick<Video, 'state'>): boolean {
  return state !== 'ready' && state !== 'failed';
}

/** True when a viewer can press play. */
export function isWatchable({ state }: Pick<Video, 'state'>): boolean {
  return state === 'playable' || state === 'ready';
}
