import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiError } from './api/api-error';
import { keys } from './api/queries';

/**
 * The cache of what the server said. It calls `onSignedOut` once when the server no longer knows the person who was signed in.
 */
export function createQueryClient(onSignedOut: () => void): QueryClient {
  const notice = (error: Error) => {
    if (!(error instanceof ApiError) || error.status !== 401 || !queries.getQueryData(keys.me)) return;
    queries.setQueryData(keys.me, null);
    onSignedOut();
  };
  const queries: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError: notice }),
    mutationCache: new MutationCache({ onError: notice }),
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        // A refusal stays a refusal; only a lost connection or a failing server is asked again.
        retry: (failures, error) => failures < 2 && (!(error instanceof ApiError) || error.status >= 500),
      },
    },
  });
  return queries;
}
