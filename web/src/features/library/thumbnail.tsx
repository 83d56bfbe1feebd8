import { isWatchable } from '@/api/queries';
import type { Video } from '@/api/types';
import { clock } from '@/lib/format';
import { LogoMark } from '@/ui/logo';
import classes from './thumbnail.module.css';

/** The picture of a video in a box that keeps its place, with its length. */
export function Thumbnail({ video }: { video: Video }) {
  return (
    <div className={classes.picture} data-state={video.state}>
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
    </div>
  );
}
