import { Trans, useLingui } from '@lingui/react/macro';
import { IconTrash, IconVideo } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { meQuery, videosQuery } from '@/api/queries';
import { usePageTitle } from '@/lib/use-page-title';
import { ButtonLink } from '@/ui/button';
import { ErrorNotice, Notice } from '@/ui/notice';
import { SignInFirst } from '@/ui/sign-in-first';
import classes from './library-page.module.css';
import { LibraryRow } from './library-row';
import { ListEnd } from './list-end';
import { RowsSkeleton } from './rows-skeleton';
import { type StateFilter, statesOf } from './state-filter';

const route = getRouteApi('/library');

/** One's own videos, with what is becoming of each. */
export default function LibraryPage() {
  const { t } = useLingui();
  const me = useQuery(meQuery);
  usePageTitle(t`Your videos`);
  if (me.isPending) return null;
  if (!me.data) return <SignInFirst title={<Trans>Sign in to see your videos</Trans>} />;
  return (
    <div className={classes.page}>
      <div className={classes.head}>
        <h1>
          <Trans>Your videos</Trans>
        </h1>
        <ButtonLink to="/library/bin">
          <IconTrash size={18} aria-hidden />
          <Trans>Bin</Trans>
        </ButtonLink>
      </div>
      <Filters />
      <Rows />
    </div>
  );
}

function Filters() {
  const { t } = useLingui();
  const filters: [StateFilter | undefined, string][] = [
    [undefined, t`All`],
    ['making', t`Being made`],
    ['ready', t`Ready`],
    ['failed', t`Failed`],
  ];
  return (
    <nav className={classes.chips} aria-label={t`Which videos`}>
      {filters.map(([state, name]) => (
        <Link
          key={name}
          to="/library"
          search={state ? { state } : {}}
          className={classes.chip}
          activeOptions={{ exact: true, includeSearch: true, explicitUndefined: true }}
          activeProps={{ 'aria-current': 'page' }}
        >
          {name}
        </Link>
      ))}
    </nav>
  );
}

function Rows() {
  const { state } = route.useSearch();
  const list = useInfiniteQuery(videosQuery({ owner: 'me', state: statesOf(state) }));
  if (list.isPending) return <RowsSkeleton />;
  if (list.isError && !list.data) return <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />;
  const videos = list.data.pages.flatMap((page) => page.items);
  if (videos.length === 0) return state ? <NothingInState /> : <NothingYet />;
  return (
    <>
      <ul className={classes.rows}>
        {videos.map((video) => (
          <li key={video.id}>
            <LibraryRow video={video} />
          </li>
        ))}
      </ul>
      <ListEnd list={list} />
    </>
  );
}

function NothingYet() {
  return (
    <Notice
      icon={<IconVideo size={40} aria-hidden />}
      title={<Trans>You have no videos yet</Trans>}
      actions={
        <ButtonLink to="/upload" look="primary">
          <Trans>Upload a video</Trans>
        </ButtonLink>
      }
    >
      <Trans>What you upload is listed here, with how far it is.</Trans>
    </Notice>
  );
}

function NothingInState() {
  return (
    <Notice
      title={<Trans>None of your videos is in this state</Trans>}
      actions={
        <ButtonLink to="/library" search={{}}>
          <Trans>Show all</Trans>
        </ButtonLink>
      }
    />
  );
}
