import { Trans, useLingui } from '@lingui/react/macro';
import { useInfiniteQuery } from '@tanstack/react-query';
import { videosQuery } from '@/api/queries';
import { usePageTitle } from '@/lib/use-page-title';
import { ErrorNotice } from '@/ui/notice';
import { HomeEmpty } from './home-empty';
import classes from './home-page.module.css';
import { ListEnd } from './list-end';
import { VideoCard } from './video-card';
import { VideoGrid, VideoGridSkeleton } from './video-grid';

/** The first page: all videos this viewer may see, newest first. */
export function HomePage({ onIntent }: { onIntent: () => void }) {
  const { t } = useLingui();
  usePageTitle(t`Videos`);
  return (
    <>
      <div className={classes.head}>
        <h1>
          <Trans>Videos</Trans>
        </h1>
      </div>
      <Videos onIntent={onIntent} />
    </>
  );
}

function Videos({ onIntent }: { onIntent: () => void }) {
  const list = useInfiniteQuery(videosQuery({}));
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
      <ListEnd list={list} />
    </>
  );
}
