import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { storageQuery } from '@/api/admin-queries';
import type { StorageFacts } from '@/api/types';
import { bytes, percent } from '@/lib/format';
import { usePageTitle } from '@/lib/use-page-title';
import { ErrorNotice } from '@/ui/notice';
import { TableSkeleton } from '@/ui/table-skeleton';
import classes from './admin-page.module.css';

/** How much room there is for videos. */
export function StorageSection() {
  const { t } = useLingui();
  const storage = useQuery(storageQuery);
  usePageTitle(t`Storage`);
  return (
    <>
      <div className={classes.head}>
        <h1>
          <Trans>Storage</Trans>
        </h1>
      </div>
      {storage.isPending && <TableSkeleton />}
      {storage.isError && <ErrorNotice error={storage.error} onRetry={() => void storage.refetch()} />}
      {storage.data && <Facts storage={storage.data} />}
    </>
  );
}

function Facts({ storage }: { storage: StorageFacts }) {
  const { free_bytes, total_bytes, reserve_bytes, media_bytes, scratch_bytes } = storage;
  const usable = Math.max(0, free_bytes - reserve_bytes);
  return (
    <>
      <div className={classes.cards}>
        <Card name={<Trans>Room for videos</Trans>} value={bytes(usable)}>
          <Trans>Free, less the reserve</Trans>
        </Card>
        <Card name={<Trans>Free on the disk</Trans>} value={bytes(free_bytes)}>
          {total_bytes === null ? <Trans>As far as the store can tell</Trans> : <Trans>of {bytes(total_bytes)}</Trans>}
        </Card>
        <Card name={<Trans>Reserve</Trans>} value={bytes(reserve_bytes)}>
          <Trans>Kept free, so that the server never stands still</Trans>
        </Card>
        {media_bytes !== null && (
          <Card name={<Trans>Taken by videos</Trans>} value={bytes(media_bytes)}>
            <Trans>Sources and everything made from them</Trans>
          </Card>
        )}
        <Card name={<Trans>Work in progress</Trans>} value={bytes(scratch_bytes)}>
          <Trans>Scratch files; they go by themselves</Trans>
        </Card>
      </div>
      {total_bytes !== null && total_bytes > 0 && (
        <Disk
          taken={(total_bytes - free_bytes) / total_bytes}
          reserve={Math.min(reserve_bytes, free_bytes) / total_bytes}
        />
      )}
    </>
  );
}

/** The whole disk as a bar: what is taken, what is free, what stays reserved. */
function Disk({ taken, reserve }: { taken: number; reserve: number }) {
  const { t } = useLingui();
  return (
    <>
      <div className={classes.disk} role="img" aria-label={t`The disk is ${percent(taken)} full.`}>
        <i className={classes.taken} style={{ width: `${taken * 100}%` }} />
        <i style={{ flex: 1 }} />
        <i className={classes.reserve} style={{ width: `${reserve * 100}%` }} />
      </div>
      <p aria-hidden>
        <Trans>The disk is {percent(taken)} full.</Trans>
      </p>
    </>
  );
}

function Card({ name, value, children }: { name: ReactNode; value: string; children: ReactNode }) {
  return (
    <section className={classes.card}>
      <h2>{name}</h2>
      <strong>{value}</strong>
      <p>{children}</p>
    </section>
  );
}
