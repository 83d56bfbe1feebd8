import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { isWatchable, playbackQuery } from '@/api/queries';
import type { Video } from '@/api/types';
import type { MatineePlayer } from '@/player';
import { ErrorNotice } from '@/ui/notice';
import { ComingSoon } from './coming-soon';
import { FailedVideo } from './failed-video';
import classes from './screen.module.css';

type ScreenProps = { video: Video; start: number | null; play: boolean };

/** The picture's place: the player, or what there is to say until it can play. */
export function Screen({ video, start, play }: ScreenProps) {
  const watchable = isWatchable(video);
  // Who waited for it to arrive wants to see it: it starts by itself.
  const [waited] = useState(!watchable);
  const playback = useQuery({ ...playbackQuery(video.id), enabled: watchable });

  if (video.state === 'failed') return <FailedVideo video={video} />;
  if (playback.isError && watchable) {
    return (
      <div className={classes.screen}>
        <ErrorNotice error={playback.error} onRetry={() => void playback.refetch()} />
      </div>
    );
  }
  if (!watchable || !playback.data) return <ComingSoon video={video} />;
  return <Player video={video} src={playback.data.hls} start={start} autoplay={waited || play} />;
}

type PlayerProps = { video: Video; src: string; start: number | null; autoplay: boolean };

function Player({ video, src, start, autoplay }: PlayerProps) {
  const { t } = useLingui();
  const player = useRef<MatineePlayer>(null);
  // A renewed address of the same media must not interrupt who is watching.
  const [address] = useState(src);
  useEffect(() => void import('@/player'), []);

  const sizes = sizesMade(video);
  useEffect(() => {
    const element = player.current;
    const offered = element?.stats?.sizes.length ?? 0;
    if (offered > 0 && sizes > offered) element?.refresh();
  }, [sizes]);

  return (
    <matinee-player
      ref={player}
      className={classes.screen}
      role="region"
      aria-label={t`Player`}
      src={address}
      poster={video.poster_url ?? undefined}
      autoplay={autoplay}
      start={start === null ? undefined : String(start)}
    />
  );
}

/** How many different sizes are complete. */
function sizesMade({ rungs, state }: Video): number {
  const made = state === 'ready' ? rungs : rungs.filter((rung) => rung.state === 'ready');
  return new Set(made.map(({ width, height }) => Math.min(width, height))).size;
}
