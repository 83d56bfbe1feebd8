import { useLingui } from '@lingui/react/macro';
import { type RefObject, useEffect, useRef, useState } from 'react';
import type { Playback, Video } from '@/api/types';
import type { MatineePlayer } from '@/player';
import { detailsOf, offerOf } from './player-details';
import classes from './screen.module.css';

type StageProps = {
  player: RefObject<MatineePlayer | null>;
  video: Video;
  playback: Playback;
  start: number | null;
  autoplay: boolean;
  wide: boolean;
  onTheater: () => void;
};

/** The player with everything it gets from the page. */
export function Stage({ player, video, playback, start, autoplay, wide, onTheater }: StageProps) {
  const { t } = useLingui();
  // A renewed address of the same media must not interrupt who is watching.
  const [address] = useState(playback.hls);

  useEffect(() => {
    // The captions and chapters of a file that has taken the place of this one are not those of what plays.
    if (playback.hls !== address) return;
    const details = detailsOf(playback);
    // A property means nothing before the element is defined.
    void import('@/player').then(() => {
      if (player.current) player.current.details = details;
    });
  }, [player, playback, address]);

  useEffect(() => {
    const element = player.current;
    element?.addEventListener('theater', onTheater);
    return () => element?.removeEventListener('theater', onTheater);
  }, [player, onTheater]);

  const offer = offerOf(video);
  const known = useRef(offer);
  useEffect(() => {
    if (known.current === offer) return;
    known.current = offer;
    player.current?.refresh?.();
  }, [player, offer]);

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
      video-id={video.id}
      heading={video.title || t`Untitled`}
      byline={video.owner.name}
      link={video.watch_url}
      theater={wide ? 'on' : 'off'}
      unfinished={video.state !== 'ready'}
    />
  );
}
