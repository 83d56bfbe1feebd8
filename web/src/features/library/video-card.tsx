import { Trans, useLingui } from '@lingui/react/macro';
import { IconAlertTriangle, IconLock } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { isBeingMade, isWatchable } from '@/api/queries';
import type { Video } from '@/api/types';
import { shareOf, stepOf } from '@/lib/describe';
import { ago, clock, exactTime } from '@/lib/format';
import { LampBar } from '@/ui/lamp-bar';
import { LogoMark } from '@/ui/logo';
import classes from './video-card.module.css';

type VideoCardProps = { video: Video; onIntent?: () => void };

/** One video in a grid: its picture, and what is happening to it while it is being made. */
export function VideoCard({ video, onIntent }: VideoCardProps) {
  const { i18n } = useLingui();
  const step = stepOf(video);
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
            <VisibilityMark video={video} />
            <span aria-hidden>·</span>
          </>
        )}
        <span>{video.owner.name}</span>
        <span aria-hidden>·</span>
        <time dateTime={video.created_at} title={exactTime(video.created_at, i18n.locale)}>
          {ago(video.created_at, Date.now(), i18n.locale)}
        </time>
      </p>
      {step && <p className={classes.step}>{step}</p>}
      {video.state === 'failed' && (
        <p className={classes.failed}>
          <IconAlertTriangle size={16} aria-hidden />
          <span>{video.error?.message ?? <Trans>This video could not be made.</Trans>}</span>
        </p>
      )}
    </article>
  );
}

function VisibilityMark({ video }: { video: Video }) {
  return (
    <span className={classes.mark}>
      <IconLock size={14} aria-hidden />
      {video.visibility === 'private' ? <Trans>Private</Trans> : <Trans>Unlisted</Trans>}
    </span>
  );
}

function Picture({ video }: { video: Video }) {
  const making = isBeingMade(video);
  return (
    <div className={classes.picture}>
      {video.poster_url ? (
        <img src={video.poster_url} alt="" loading="lazy" decoding="async" />
      ) : (
        <span className={classes.blank}>
          <LogoMark size={40} />
        </span>
      )}
      {video.duration_seconds !== null && isWatchable(video) && (
        <span className={classes.chip}>{clock(video.duration_seconds)}</span>
      )}
      {making && (
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
