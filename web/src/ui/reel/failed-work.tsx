import { Trans, useLingui } from '@lingui/react/macro';
import { IconRefresh } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { retryTask } from '@/api/actions';
import { reasonOf } from '@/api/api-error';
import { keys } from '@/api/queries';
import type { Chunk, SideTask } from '@/api/types';
import { Button } from '@/ui/button';
import { placeText, taskName } from './describe-cell';
import classes from './reel.module.css';

type Failed = { id: string; place: string; error?: string };

type FailedWorkProps = { videoId: string; chunks: readonly Chunk[]; tasks: readonly SideTask[] };

/** Why parts of the work failed, with the way to try each again. */
export function FailedWork({ videoId, chunks, tasks }: FailedWorkProps) {
  const failed: Failed[] = [
    ...chunks.map((chunk) => ({ ...chunk, place: chunkPlace(chunk) })),
    ...tasks.map((task) => ({ ...task, place: taskName(task) })),
  ];
  return (
    <ul className={classes.faults}>
      {failed.map((work) => (
        <li key={work.id}>
          <FailedOne videoId={videoId} work={work} />
        </li>
      ))}
    </ul>
  );
}

function FailedOne({ videoId, work: { id, place, error } }: { videoId: string; work: Failed }) {
  const { t } = useLingui();
  const cache = useQueryClient();
  const retry = useMutation({
    mutationFn: () => retryTask(id),
    onSettled: () => {
      void cache.invalidateQueries({ queryKey: keys.encoding(videoId) });
      void cache.invalidateQueries({ queryKey: keys.video(videoId) });
    },
  });
  return (
    <>
      <p>
        <strong>{place}</strong> <span>{error || t`No reason was noted.`}</span>
      </p>
      <Button disabled={retry.isPending} aria-label={t`Retry ${place}`} onClick={() => retry.mutate()}>
        <IconRefresh size={18} aria-hidden />
        <Trans>Retry</Trans>
      </Button>
      {retry.isError && (
        <p role="alert" className={classes.bad}>
          {reasonOf(retry.error, t`It could not be queued again. Try once more.`)}
        </p>
      )}
    </>
  );
}

function chunkPlace({ first_segment, segments }: Chunk): string {
  return placeText({ firstSegment: first_segment + 1, lastSegment: first_segment + segments });
}
