import type { Video } from '@/api/types';
import { stateWords } from '@/lib/describe';
import classes from './announcer.module.css';

/** Tells screen readers when the state of a video changes, and not at every percent. */
export function StateAnnouncer({ video }: { video: Video }) {
  return (
    <p className={classes.announcer} role="status" data-state={video.state}>
      {stateWords(video.state)}
    </p>
  );
}
