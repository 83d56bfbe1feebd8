import { Trans, useLingui } from '@lingui/react/macro';
import { IconAlertTriangle } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { isBeingMade } from '@/api/queries';
import type { Video } from '@/api/types';
import { shareOf, stepOf } from '@/lib/describe';
import { ago, exactTime } from '@/lib/format';
import { LampBar } from '@/ui/lamp-bar';
import { StepWords } from '@/ui/step-words';
import { Thumbnail } from './thumbnail';
import classes from './video-card.module.css';
import { VisibilityMark } from './visibility-mark';

type VideoCardProps = { video: Video; onIntent?: () => void };

/** One video in a grid: its picture, and what is happening to it while it is being made. */
export function VideoCard({ video, onIntent }: VideoCardProps) {
  const { i18n } = useLingui();
  return (
    <article className={classes.card} data-state={video.state}>
      <Link
        to="/w/$id"
        params={{ id: video.id }}
        state={{ play: true }}
        className={classes.link}
        onPointerEnter={onIntent}
      >
        <Picture video={video} />
        <h3 className={classes.title} title={video.title}>
          {video.title || <Trans>Untitled</Trans>}
        </h3>
      </Link>
      <p className={classes.meta}>
        {video.visibility !== 'public' && (
          <>
            <VisibilityMark visibility={video.visibility} />
            <span aria-hidden>·</span>
          </>
        )}
        <span>{video.owner.name}</span>
        <span aria-hidden>·</span>
        <time dateTime={video.created_at} title={exactTime(video.created_at, i18n.locale)}>
          {ago(video.created_at, Date.now(), i18n.locale)}
        </time>
      </p>
      {isBeingMade(video) && (
        <p className={classes.step}>
          <StepWords video={video} />
        </p>
      )}
      {video.state === 'failed' && (
        <p className={classes.failed}>
          <IconAlertTriangle size={16} aria-hidden />
          <span>{video.error?.message ?? <Trans>This video could not be made.</Trans>}</span>
        </p>
      )}
    </article>
  );
}

function Picture({ video }: { video: Video }) {
  return (
    <div className={classes.picture}>
      <Thumbnail video={video} />
      {isBeingMade(video) && (
        <div className={classes.bar}>
          <LampBar share={shareOf(video)} label={stepOf(video)} indeterminate={isStarting(video)} />
        </div>
      )}
    </div>
  );
}

function isStarting({ state, progress }: Video): boolean {
  return state === 'processing' && progress.encode === 0;
}
