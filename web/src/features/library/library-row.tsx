import { Trans, useLingui } from '@lingui/react/macro';
import { IconAlertTriangle, IconCheck, IconPlayerPlay, IconSettings } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { isBeingMade, isWatchable } from '@/api/queries';
import type { Video } from '@/api/types';
import { shareOf, stepOf } from '@/lib/describe';
import { ago, exactTime } from '@/lib/format';
import { ButtonLink } from '@/ui/button';
import { LampBar } from '@/ui/lamp-bar';
import { StepWords } from '@/ui/step-words';
import classes from './library-page.module.css';
import { Thumbnail } from './thumbnail';
import { VisibilityMark } from './visibility-mark';

/** One of the viewer's own videos in a list: its picture, its state, the way to manage it. */
export function LibraryRow({ video }: { video: Video }) {
  const { t, i18n } = useLingui();
  const title = video.title || t`Untitled`;
  return (
    <article className={classes.row} data-state={video.state}>
      <Link to="/manage/$id" params={{ id: video.id }} className={classes.picture} tabIndex={-1} aria-hidden>
        <Thumbnail video={video} />
      </Link>
      <div className={classes.words}>
        <h2>
          <Link to="/manage/$id" params={{ id: video.id }}>
            {title}
          </Link>
        </h2>
        <p className={classes.meta}>
          <VisibilityMark visibility={video.visibility} />
          <time dateTime={video.created_at} title={exactTime(video.created_at, i18n.locale)}>
            {ago(video.created_at, Date.now(), i18n.locale)}
          </time>
        </p>
        <State video={video} />
      </div>
      <div className={classes.actions}>
        {isWatchable(video) && (
          <ButtonLink to="/w/$id" params={{ id: video.id }} iconOnly aria-label={t`Watch ${title}`} title={t`Watch`}>
            <IconPlayerPlay size={20} aria-hidden />
          </ButtonLink>
        )}
        <ButtonLink
          to="/manage/$id"
          params={{ id: video.id }}
          iconOnly
          aria-label={t`Manage ${title}`}
          title={t`Manage`}
        >
          <IconSettings size={20} aria-hidden />
        </ButtonLink>
      </div>
    </article>
  );
}

function State({ video }: { video: Video }) {
  if (video.state === 'ready') {
    return (
      <p className={classes.good}>
        <IconCheck size={16} aria-hidden />
        <Trans>Ready</Trans>
      </p>
    );
  }
  if (video.state === 'failed') {
    return (
      <p className={classes.bad}>
        <IconAlertTriangle size={16} aria-hidden />
        <span>{video.error?.message ?? <Trans>This video could not be made.</Trans>}</span>
      </p>
    );
  }
  return (
    <>
      <p className={classes.wait}>
        <StepWords video={video} />
      </p>
      {isBeingMade(video) && video.state !== 'waiting' && (
        <div className={classes.bar}>
          <LampBar share={shareOf(video)} label={stepOf(video)} />
        </div>
      )}
    </>
  );
}
