import { Trans } from '@lingui/react/macro';
import { IconCheck, IconLoader2 } from '@tabler/icons-react';
import { lazy, Suspense } from 'react';
import type { Video } from '@/api/types';
import { sizeName } from '@/lib/describe';
import classes from './sizes.module.css';

// For owners only: viewers never load it.
const Reel = lazy(() => import('@/ui/reel/reel').then((module) => ({ default: module.Reel })));

/** The sizes a video is made in, for its owner: which are done and which are on their way. */
export function Sizes({ video }: { video: Video }) {
  if (video.rungs.length === 0) return null;
  const sizes = [...video.rungs].sort((a, b) => b.height - a.height);
  const ready = (state: string) => video.state === 'ready' || state === 'ready';
  return (
    <section className={classes.card}>
      <h2>
        <Trans>Sizes</Trans>
      </h2>
      <ul>
        {sizes.map(({ id, width, height, state }) => (
          <li key={id} data-ready={ready(state)}>
            {ready(state) ? <IconCheck size={16} aria-hidden /> : <IconLoader2 size={16} aria-hidden />}
            <span>{sizeName(width, height)}</span>
            <span className={classes.state}>{ready(state) ? <Trans>ready</Trans> : <Trans>being made</Trans>}</span>
          </li>
        ))}
      </ul>
      {video.state !== 'ready' && (
        <div className={classes.bar}>
          <Suspense>
            <Reel videoId={video.id} />
          </Suspense>
        </div>
      )}
    </section>
  );
}
