import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { client, unwrap } from './client';

const PAGE_SIZE = 50;

export const adminKeys = {
  users: ['admin', 'users'] as const,
  tasks: ['admin', 'tasks'] as const,
  storage: ['admin', 'storage'] as const,
};

/** Accounts, page by page; one of them where an address is given. */
export function usersQuery(email: string) {
  return infiniteQueryOptions({
    queryKey: [...adminKeys.users, email],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        client.GET('/api/v1/users', {
          params: { query: { limit: PAGE_SIZE, ...(email && { email }), ...(pageParam && { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

const KINDS = ['probe', 'prepare', 'demand', 'copy', 'chunk', 'audio', 'pictures', 'verify', 'storyboard'] as const;
const STATES = ['queued', 'running', 'done', 'failed'] as const;

/** A filter as an address may carry it; a word that is no kind or state filters nothing. */
export type TaskFilter = { state?: string; kind?: string; video?: string };

/** The media work of all videos, newest first, page by page. */
export function tasksQuery({ state, kind, video }: TaskFilter) {
  return infiniteQueryOptions({
    queryKey: [...adminKeys.tasks, { state, kind, video }],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        client.GET('/api/v1/tasks', {
          params: {
            query: {
              limit: PAGE_SIZE,
              state: STATES.find((known) => known === state),
              kind: KINDS.find((known) => known === kind),
              video,
              ...(pageParam && { cursor: pageParam }),
            },
          },
          signal,
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: 5000,
  });
}

/** How much room there is. */
export const storageQuery = queryOptions({
  queryKey: adminKeys.storage,
  queryFn: ({ signal }) => unwrap(client.GET('/api/v1/storage', { signal })),
  refetchInterval: 15_000,
});
