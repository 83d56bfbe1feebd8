import { Trans } from '@lingui/react/macro';
import { IconAlertTriangle } from '@tabler/icons-react';
import clsx from 'clsx';
import type { Video } from '@/api/types';
import { ButtonLink } from '@/ui/button';
import classes from './screen.module.css';

/** Says why a video will not play, and what to do next. */
export function FailedVideo({ video }: { video: Video }) {
  return (
    <section className={clsx(classes.screen, classes.dark)} data-state="failed">
      <div className={classes.words}>
        <IconAlertTriangle size={40} aria-hidden className={classes.bad} />
        <h2>{video.error?.message ?? <Trans>This video could not be made.</Trans>}</h2>
        {video.error?.next && <p>{video.error.next}</p>}
        {video.can_edit && (
          <ButtonLink to="/upload" look="primary">
            <Trans>Upload another file</Trans>
          </ButtonLink>
        )}
      </div>
    </section>
  );
}
