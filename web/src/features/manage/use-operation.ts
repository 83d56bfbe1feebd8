import { useLingui } from '@lingui/react/macro';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { reasonOf } from '@/api/api-error';
import { keys, operationQuery } from '@/api/queries';
import type { Operation } from '@/api/types';
import { say } from '@/lib/toast';

/** Begins long work on a video, follows it, and says how it ended. */
export function useOperation(videoId: string, words: { done: string }, begin: () => Promise<Operation>) {
  const { t } = useLingui();
  const cache = useQueryClient();
  const [id, setId] = useState<string | null>(null);
  const start = useMutation({
    mutationFn: begin,
    onSuccess: (operation) => setId(operation.id),
    onError: (error) => say(reasonOf(error, t`It was not started. Try again.`), { bad: true }),
    onSettled: () => refresh(),
  });
  const running = useQuery({ ...operationQuery(id ?? ''), enabled: id !== null });
  const state = running.data?.state;
  const message = running.data?.error?.message;

  // biome-ignore lint/correctness/useExhaustiveDependencies: it is said once for each state.
  useEffect(() => {
    if (!id || !state || state === 'running') return;
    setId(null);
    refresh();
    if (state === 'done') say(words.done);
    if (state === 'failed') say(message ?? t`It could not be done.`, { bad: true });
  }, [id, state]);

  function refresh() {
    void cache.invalidateQueries({ queryKey: keys.video(videoId) });
    void cache.invalidateQueries({ queryKey: keys.encoding(videoId) });
  }
  return { start: () => start.mutate(), busy: start.isPending || id !== null };
}
