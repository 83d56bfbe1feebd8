import { Trans, useLingui } from '@lingui/react/macro';
import { IconArrowBackUp, IconTrash, IconTrashX } from '@tabler/icons-react';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import clsx from 'clsx';
import { useState } from 'react';
import { discardVideo, restoreVideo } from '@/api/actions';
import { reasonOf } from '@/api/api-error';
import { keys, meQuery, videosQuery } from '@/api/queries';
import type { Video } from '@/api/types';
import { ago, exactTime } from '@/lib/format';
import { say } from '@/lib/toast';
import { usePageTitle } from '@/lib/use-page-title';
import { Button, ButtonLink } from '@/ui/button';
import { ConfirmDialog } from '@/ui/confirm-dialog';
import { ErrorNotice, Notice } from '@/ui/notice';
import { SignInFirst } from '@/ui/sign-in-first';
import classes from './library-page.module.css';
import { ListEnd } from './list-end';
import { RowsSkeleton } from './rows-skeleton';
import { Thumbnail } from './thumbnail';

/** What was deleted and can still come back. */
export default function BinPage() {
  const { t } = useLingui();
  const me = useQuery(meQuery);
  usePageTitle(t`Bin`);
  if (me.isPending) return null;
  if (!me.data) return <SignInFirst />;
  return (
    <div className={classes.page}>
      <div className={classes.head}>
        <h1>
          <Trans>Bin</Trans>
        </h1>
        <ButtonLink to="/library" search={{}}>
          <Trans>Your videos</Trans>
        </ButtonLink>
      </div>
      <p className={classes.lead}>
        <Trans>Deleted videos stay here for 30 days. Nobody can watch them meanwhile.</Trans>
      </p>
      <Rows />
    </div>
  );
}

function Rows() {
  const list = useInfiniteQuery(videosQuery({ owner: 'me', deleted: true }));
  if (list.isPending) return <RowsSkeleton />;
  if (list.isError && !list.data) return <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />;
  const videos = list.data.pages.flatMap((page) => page.items);
  if (videos.length === 0) {
    return (
      <Notice
        icon={<IconTrash size={40} aria-hidden />}
        title={<Trans>The bin is empty</Trans>}
        actions={
          <ButtonLink to="/library" search={{}}>
            <Trans>Go to your videos</Trans>
          </ButtonLink>
        }
      />
    );
  }
  return (
    <>
      <ul className={classes.rows}>
        {videos.map((video) => (
          <li key={video.id}>
            <BinRow video={video} />
          </li>
        ))}
      </ul>
      <ListEnd list={list} />
    </>
  );
}

function BinRow({ video }: { video: Video }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const [asking, setAsking] = useState(false);
  const title = video.title || t`Untitled`;
  const settled = { onSettled: () => cache.invalidateQueries({ queryKey: keys.lists }) };
  const restore = useMutation({
    mutationFn: () => restoreVideo(video.id),
    onSuccess: () => say(t`“${title}” is back.`),
    onError: (error) => say(reasonOf(error, t`It was not restored. Try again.`), { bad: true }),
    ...settled,
  });
  const remove = useMutation({
    mutationFn: () => discardVideo(video.id),
    onSuccess: () => setAsking(false),
    ...settled,
  });
  return (
    <article className={classes.row} aria-label={title}>
      <div className={classes.picture}>
        <Thumbnail video={video} />
      </div>
      <div className={classes.words}>
        <h2>{title}</h2>
        {video.deleted_at && (
          <p className={classes.meta}>
            <time dateTime={video.deleted_at} title={exactTime(video.deleted_at, i18n.locale)}>
              <Trans>Deleted {ago(video.deleted_at, Date.now(), i18n.locale)}</Trans>
            </time>
          </p>
        )}
      </div>
      <div className={clsx(classes.actions, classes.choices)}>
        <Button disabled={restore.isPending} onClick={() => restore.mutate()}>
          <IconArrowBackUp size={18} aria-hidden />
          <Trans>Restore</Trans>
        </Button>
        <Button look="danger" onClick={() => setAsking(true)}>
          <IconTrashX size={18} aria-hidden />
          <Trans>Delete for good</Trans>
        </Button>
      </div>
      {asking && (
        <ConfirmDialog
          title={<Trans>Delete “{title}” for good?</Trans>}
          verb={<Trans>Delete for good</Trans>}
          busy={remove.isPending}
          onConfirm={() => remove.mutate()}
          onClose={() => setAsking(false)}
        >
          <p>
            <Trans>Its file and everything made from it are removed. This cannot be undone.</Trans>
          </p>
          {remove.isError && <p role="alert">{reasonOf(remove.error, t`It was not deleted. Try again.`)}</p>}
        </ConfirmDialog>
      )}
    </article>
  );
}
