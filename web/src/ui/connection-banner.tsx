import { Trans } from '@lingui/react/macro';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { useWatched } from '@/lib/activity';
import { connection } from '@/lib/connection';
import classes from './connection-banner.module.css';

/** Says that there is no connection, for as long as that is so. */
export function ConnectionBanner() {
  const state = useWatched(connection);
  return (
    <div role="status">
      {state !== 'up' && (
        <p className={classes.banner}>
          <IconPlugConnectedX size={18} aria-hidden />
          <span>
            {state === 'offline' ? (
              <Trans>You are offline. The page goes on by itself once you are back.</Trans>
            ) : (
              <Trans>The server does not answer. Trying again…</Trans>
            )}
          </span>
        </p>
      )}
    </div>
  );
}
