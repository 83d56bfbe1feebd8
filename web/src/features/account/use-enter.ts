import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { keys } from '@/api/queries';
import type { User } from '@/api/types';
import { ownPath } from './own-path';

/** Takes a person who has just signed in to where they wanted to go. */
export function useEnter(next?: string): (user: User) => Promise<void> {
  const cache = useQueryClient();
  const router = useRouter();
  return async (user) => {
    cache.setQueryData(keys.me, user);
    void cache.invalidateQueries({ queryKey: keys.instance });
    await cache.resetQueries({ queryKey: ['videos'] });
    router.history.push(ownPath(next));
  };
}
