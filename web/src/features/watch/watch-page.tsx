import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useRouterState } from '@tanstack/react-router';
import clsx from 'clsx';
import { useRef, useState } from 'react';
import { isNotFound } from '@/api/api-error';
import { videoQuery } from '@/api/queries';
import type { Video } from '@/api/types';
import { stepOf } from '@/lib/describe';
import { ago, exactTime } from '@/lib/format';
import { secondsFromParam } from '@/lib/time-param';
import { usePageTitle } from '@/lib/use-page-title';
import type { MatineePlayer } from '@/player';
import { StateAnnouncer } from '@/ui/announcer';
import { CopyLinkButton } from '@/ui/copy-button';
import { ErrorNotice } from '@/ui/notice';
import { Description } from './description';
import { MissingVideo } from './missing-video';
import { OwnerTools } from './owner-tools';
import { Screen } from './screen';
import { ShareButton } from './share-button';
import { Sizes } from './sizes';
import { useTheater } from './use-theater';
import classes from './watch-page.module.css';

const route = getRouteApi('/w/$id');

/** The page of one video. */
export default function WatchPage() {
  const { id } = route.useParams();
  const video = useQuery(videoQuery(id));
  if (video.isPending) return <WatchSkeleton />;
  if (isNotFound(video.error)) return <MissingVideo id={id} />;
  if (!video.data) return <ErrorNotice error={video.error} onRetry={() => void video.refetch()} />;
  return <Watch key={id} video={video.data} />;
}

function Watch({ video }: { video: Video }) {
  const { t } = useLingui();
  const { t: moment } = route.useSearch();
  const navigate = route.useNavigate();
  const navigated = useRouterState({ select: ({ location }) => location.state.play ?? false });
  const [play] = useState(navigated);
  const [wide, toggleWide] = useTheater();
  const player = useRef<MatineePlayer>(null);
  const title = video.title || t`Untitled`;
  usePageTitle(title);

  const playFrom = (seconds: number) => {
    void navigate({ search: { t: String(seconds) }, replace: true, resetScroll: false });
    player.current?.seek?.(seconds);
    void player.current?.play?.();
    player.current?.scrollIntoView({ block: 'nearest' });
  };
  return (
    <article className={clsx(classes.page, wide && classes.wide)}>
      <Screen
        player={player}
        video={video}
        start={secondsFromParam(moment)}
        play={play}
        wide={wide}
        onTheater={toggleWide}
      />
      <StateAnnouncer video={video} />
      <header className={classes.head}>
        <h1>{title}</h1>
        <div className={classes.row}>
          <MetaRow video={video} />
          <div className={classes.actions}>
            <ShareButton title={title} url={video.watch_url} />
            <CopyLinkButton url={video.watch_url} />
            {video.can_edit && <OwnerTools video={video} />}
          </div>
        </div>
      </header>
      {video.description && <Description text={video.description} url={video.watch_url} onMoment={playFrom} />}
      {video.can_edit && <Sizes video={video} />}
    </article>
  );
}

function MetaRow({ video }: { video: Video }) {
  const { i18n } = useLingui();
  const when = video.published_at ?? video.created_at;
  const step = stepOf(video);
  return (
    <p className={classes.meta}>
      <strong>{video.owner.name}</strong>
      <span aria-hidden>·</span>
      <time dateTime={when} title={exactTime(when, i18n.locale)}>
        {ago(when, Date.now(), i18n.locale)}
      </time>
      {video.state === 'playable' && <span className={classes.step}>{step}</span>}
    </p>
  );
}

function WatchSkeleton() {
  return (
    <div className={classes.page} aria-hidden>
      <div className={classes.blankScreen} />
      <div className={classes.blankTitle} />
    </div>
  );
}
