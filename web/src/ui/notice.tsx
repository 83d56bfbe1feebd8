import { Trans, useLingui } from '@lingui/react/macro';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { ApiError } from '@/api/api-error';
import { Button } from './button';
import classes from './notice.module.css';

type NoticeProps = { icon?: ReactNode; title: ReactNode; children?: ReactNode; actions?: ReactNode };

/** A page or list that has nothing to show, with the next thing to do. */
export function Notice({ icon, title, children, actions }: NoticeProps) {
  return (
    <section className={classes.notice}>
      {icon && <div className={classes.icon}>{icon}</div>}
      <h2>{title}</h2>
      {children && <div className={classes.text}>{children}</div>}
      {actions && <div className={classes.actions}>{actions}</div>}
    </section>
  );
}

/** A request that failed, with the way to try again and the id to quote. */
export function ErrorNotice({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const { t } = useLingui();
  const offline = error instanceof ApiError && error.status === 0;
  const requestId = error instanceof ApiError ? error.requestId : null;
  const reason = error instanceof ApiError && !offline ? error.message : null;
  return (
    <div role="alert">
      <Notice
        icon={<IconAlertTriangle size={32} aria-hidden className={classes.bad} />}
        title={offline ? t`The server cannot be reached` : t`This could not be loaded`}
        actions={
          <Button look="primary" onClick={onRetry}>
            <Trans>Try again</Trans>
          </Button>
        }
      >
        <p>{offline ? t`Check your connection and try again.` : (reason ?? t`Something went wrong on our side.`)}</p>
        {requestId && (
          <p className={classes.requestId}>
            <Trans>
              Request <code>{requestId}</code>
            </Trans>
          </p>
        )}
      </Notice>
    </div>
  );
}
