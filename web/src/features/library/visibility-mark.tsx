import { Trans } from '@lingui/react/macro';
import { IconLink, IconLock, IconWorld } from '@tabler/icons-react';
import type { Visibility } from '@/api/types';
import classes from './video-card.module.css';

/** Who may watch, in a word with its sign. */
export function VisibilityMark({ visibility }: { visibility: Visibility }) {
  return (
    <span className={classes.mark}>
      {visibility === 'private' && (
        <>
          <IconLock size={14} aria-hidden />
          <Trans>Private</Trans>
        </>
      )}
      {visibility === 'unlisted' && (
        <>
          <IconLink size={14} aria-hidden />
          <Trans>Unlisted</Trans>
        </>
      )}
      {visibility === 'public' && (
        <>
          <IconWorld size={14} aria-hidden />
          <Trans>Public</Trans>
        </>
      )}
    </span>
  );
}
