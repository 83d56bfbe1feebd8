import { Trans, useLingui } from '@lingui/react/macro';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { meQuery, videosQuery } from '@/api/queries';
import { usePageTitle } from '@/lib/use-page-title';
import { Button } from '@/ui/button';
import { ErrorNotice } from '@/ui/notice';
import { HomeEmpty } from './home-empty';
import classes from './home-page.module.css';
import { VideoCard } from './video-card';
import { VideoGrid, VideoGridSkeleton } from './video-grid';

const route = getRouteApi('/');

/** The first page: all videos this viewer may see, newest first. */
export function HomePage({ onIntent }: { onIntent: () => void }) {
  const { t } = useLingui();
  const { owner } = route.useSearch();
  const me = useQuery(meQuery);
  usePageTitle(owner ? t`My videos` : t`Videos`);
  return (
    <>
      <div className={classes.head}>
        <h1>{owner ? <Trans>My videos</Trans> : <Trans>Videos</Trans>}</h1>
        {me.data && <Filters />}
      </div>
      <Videos owner={owner} onIntent={onIntent} />
    </>
  );
}

function Filters() {
  const { t } = useLingui();
  return (
    <nav className={classes.chips} aria-label={t`Which videos`}>
      <Link
        to="/"
        search={{}}
        className={classes.chip}
        activeOptions={{ exact: true, includeSearch: true, explicitUndefined: true }}
        activeProps={{ 'aria-current': 'page' }}
      >
        <Trans>All</Trans>
      </Link>
      <Link
        to="/"
        search={{ owner: 'me' }}
        className={classes.chip}
        activeOptions={{ exact: true, includeSearch: true }}
        activeProps={{ 'aria-current': 'page' }}
      >
        <Trans>Mine</Trans>
      </Link>
    </nav>
  );
}

function Videos({ owner, onIntent }: { owner?: 'me'; onIntent: () => void }) {
  const list = useInfiniteQuery(videosQuery(owner ? { owner } : {}));
  if (list.isPending) return <VideoGridSkeleton />;
  if (list.isError && !list.data) return <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />;

  const videos = list.data.pages.flatMap((page) => page.items);
  if (videos.length === 0) return <HomeEmpty />;
  return (
    <>
      <VideoGrid>
        {videos.map((video) => (
          <li key={video.id}>
            <VideoCard video={video} onIntent={onIntent} />
          </li>
        ))}
      </VideoGrid>
      <div className={classes.more}>
        {list.hasNextPage && (
          <Button disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {list.isFetchNextPageError ? <Trans>Try again</Trans> : <Trans>Show more</Trans>}
          </Button>
        )}
        {!list.hasNextPage && list.data.pages.length > 1 && (
          <p>
            <Trans>That is everything.</Trans>
          </p>
        )}
      </div>
    </>
  );
}
