import { useQuery } from '@tanstack/react-query';
import { type RefObject, useEffect, useRef, useState } from 'react';
import { isWatchable, playbackQuery } from '@/api/queries';
import type { Video } from '@/api/types';
import { useAwaitReady } from '@/lib/awaited';
import type { MatineePlayer } from '@/player';
import { ErrorNotice } from '@/ui/notice';
import { ComingSoon } from './coming-soon';
import { FailedVideo } from './failed-video';
import classes from './screen.module.css';
import { Stage } from './stage';

type ScreenProps = {
  player: RefObject<MatineePlayer | null>;
  video: Video;
  start: number | null;
  play: boolean;
  wide: boolean;
  onTheater: () => void;
};

/** The picture's place: the player, or what there is to say until it can play. */
export function Screen({ video, play, ...place }: ScreenProps) {
  const watchable = isWatchable(video);
  // Who waited for it to arrive wants to see it: it starts by itself.
  const [waited] = useState(!watchable);
  useAwaitReady(video.id, waited && video.state !== 'failed');
  const playback = useQuery({ ...playbackQuery(video.id), enabled: watchable });
  useAgainWhenTracksChange(video, playback.refetch);

  if (video.state === 'failed') return <FailedVideo video={video} />;
  if (playback.isError && watchable) {
    return (
      <div className={classes.screen}>
        <ErrorNotice error={playback.error} onRetry={() => void playback.refetch()} />
      </div>
    );
  }
  if (!watchable || !playback.data) return <ComingSoon video={video} />;
  return <Stage {...place} video={video} playback={playback.data} autoplay={waited || play} />;
}

/** Asks again where to play from when captions or languages have come since. */
function useAgainWhenTracksChange(video: Video, ask: () => unknown): void {
  const now = video.tracks.map(({ id }) => id).join(' ');
  const known = useRef(now);
  useEffect(() => {
    if (known.current === now) return;
    known.current = now;
    void ask();
  }, [now, ask]);
}
