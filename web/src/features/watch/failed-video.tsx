import { Trans } from '@lingui/react/macro';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import clsx from 'clsx';
import { repairVideo } from '@/api/actions';
import { ApiError } from '@/api/api-error';
import { keys } from '@/api/queries';
import type { Video } from '@/api/types';
import { Button, ButtonLink } from '@/ui/button';
import classes from './screen.module.css';

/** Says why a video will not play, and what to do next. */
export function FailedVideo({ video }: { video: Video }) {
  return (
    <section className={clsx(classes.screen, classes.dark)} data-state="failed">
      <div className={classes.words}>
        <IconAlertTriangle size={40} aria-hidden className={classes.bad} />
        <h2>{video.error?.message ?? <Trans>This video could not be made.</Trans>}</h2>
        {video.error?.next && <p>{video.error.next}</p>}
        {video.can_edit && <NextSteps id={video.id} />}
      </div>
    </section>
  );
}

function NextSteps({ id }: { id: string }) {
  const cache = useQueryClient();
  const repair = useMutation({
    mutationFn: () => repairVideo(id),
    onSuccess: () => cache.invalidateQueries({ queryKey: keys.video(id) }),
  });
  return (
    <>
      <div className={classes.actions}>
        <ButtonLink to="/upload" look="primary">
          <Trans>Upload another file</Trans>
        </ButtonLink>
        <Button className={classes.onDark} disabled={repair.isPending} onClick={() => repair.mutate()}>
          <Trans>Try again</Trans>
        </Button>
      </div>
      {repair.error instanceof ApiError && (
        <p role="alert" className={classes.bad}>
          {repair.error.message}
        </p>
      )}
    </>
  );
}
