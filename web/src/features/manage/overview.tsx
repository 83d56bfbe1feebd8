import { Trans, useLingui } from '@lingui/react/macro';
import { IconAlertTriangle, IconCheck, IconPlayerPlay, IconUpload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type RefObject, useEffect } from 'react';
import { isBeingMade, isWatchable, playbackQuery } from '@/api/queries';
import type { Video } from '@/api/types';
import { shareOf, stepOf } from '@/lib/describe';
import { bytes, clock, exactTime } from '@/lib/format';
import type { MatineePlayer } from '@/player';
import { StateAnnouncer } from '@/ui/announcer';
import { ButtonLink } from '@/ui/button';
import { LampBar } from '@/ui/lamp-bar';
import { LogoMark } from '@/ui/logo';
import { Reel } from '@/ui/reel/reel';
import { StepWords } from '@/ui/step-words';
import { DeleteButton } from './delete-button';
import { DownloadMenu } from './download-menu';
import classes from './manage-page.module.css';
import { RepairButton } from './repair-button';

type OverviewProps = { video: Video; player: RefObject<MatineePlayer | null> };

/** The picture, how it is being made, and what can be done with the whole video. */
export function Overview({ video, player }: OverviewProps) {
  const { i18n } = useLingui();
  return (
    <section className={classes.overview}>
      <StateAnnouncer video={video} />
      {isWatchable(video) ? <Player video={video} player={player} /> : <Waiting video={video} />}
      <header className={classes.head}>
        <h1>{video.title || <Trans>Untitled</Trans>}</h1>
        <p className={classes.meta}>
          <StateWord video={video} />
          {video.duration_seconds !== null && <span>{clock(video.duration_seconds)}</span>}
          {video.width !== null && video.height !== null && (
            <span>
              {video.width} × {video.height}
            </span>
          )}
          {video.size_bytes !== null && video.size_bytes > 0 && <span>{bytes(video.size_bytes)}</span>}
          <time dateTime={video.created_at}>{exactTime(video.created_at, i18n.locale)}</time>
        </p>
      </header>
      <Reel videoId={video.id} />
      <div className={classes.actions}>
        {video.state !== 'failed' && video.state !== 'waiting' && (
          <ButtonLink to="/w/$id" params={{ id: video.id }} look="primary">
            <IconPlayerPlay size={18} aria-hidden />
            <Trans>Watch</Trans>
          </ButtonLink>
        )}
        {(video.state === 'failed' || video.state === 'waiting') && (
          <ButtonLink to="/manage/$id" params={{ id: video.id }} search={{ tab: 'versions' }} look="primary">
            <IconUpload size={18} aria-hidden />
            <Trans>Send another file</Trans>
          </ButtonLink>
        )}
        <DownloadMenu video={video} />
        <RepairButton video={video} />
        <DeleteButton video={video} />
      </div>
    </section>
  );
}

function StateWord({ video }: { video: Video }) {
  if (video.state === 'ready') {
    return (
      <span className={classes.good}>
        <IconCheck size={16} aria-hidden />
        <Trans>Ready in all sizes</Trans>
      </span>
    );
  }
  if (video.state === 'failed') {
    return (
      <span className={classes.bad}>
        <IconAlertTriangle size={16} aria-hidden />
        <Trans>Failed</Trans>
      </span>
    );
  }
  return <StepWords video={video} className={classes.wait} />;
}

function Player({ video, player }: OverviewProps) {
  const { t } = useLingui();
  const playback = useQuery(playbackQuery(video.id));
  useEffect(() => void import('@/player'), []);
  if (!playback.data) return <div className={classes.screen} />;
  return (
    <matinee-player
      ref={player}
      className={classes.screen}
      role="region"
      aria-label={t`Player`}
      src={playback.data.hls}
      poster={video.poster_url ?? undefined}
    />
  );
}

/** Stands for the picture until there is one, or says why there is none. */
function Waiting({ video }: { video: Video }) {
  const failed = video.state === 'failed';
  return (
    <div className={`${classes.screen} ${classes.waiting}`}>
      {failed ? <IconAlertTriangle size={40} aria-hidden color="var(--bad)" /> : <LogoMark size={40} />}
      {failed ? (
        <>
          <h2>{video.error?.message ?? <Trans>This video could not be made.</Trans>}</h2>
          {video.error?.next && <p>{video.error.next}</p>}
        </>
      ) : (
        <p>{stepOf(video)}</p>
      )}
      {isBeingMade(video) && (
        <LampBar
          share={shareOf(video)}
          label={stepOf(video)}
          indeterminate={video.state === 'waiting' || (video.state === 'processing' && video.progress.encode === 0)}
        />
      )}
    </div>
  );
}
