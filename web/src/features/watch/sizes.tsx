import { Trans, useLingui } from '@lingui/react/macro';
import { IconCheck, IconLoader2 } from '@tabler/icons-react';
import type { Video } from '@/api/types';
import { sizeName } from '@/lib/describe';
import { LampBar } from '@/ui/lamp-bar';
import classes from './sizes.module.css';

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
      {video.state === 'playable' && <MakingBar share={video.progress.encode} />}
    </section>
  );
}

function MakingBar({ share }: { share: number }) {
  const { t } = useLingui();
  return (
    <div className={classes.bar}>
      <LampBar share={share} label={t`Making sizes`} />
    </div>
  );
}
