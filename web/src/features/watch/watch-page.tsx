import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useRouterState } from '@tanstack/react-router';
import { useState } from 'react';
import { isNotFound } from '@/api/api-error';
import { videoQuery } from '@/api/queries';
import type { Video } from '@/api/types';
import { stepOf } from '@/lib/describe';
import { ago, exactTime } from '@/lib/format';
import { secondsFromParam } from '@/lib/time-param';
import { usePageTitle } from '@/lib/use-page-title';
import { CopyLinkButton } from '@/ui/copy-button';
import { NotFound } from '@/ui/not-found';
import { ErrorNotice } from '@/ui/notice';
import { Description } from './description';
import { OwnerTools } from './owner-tools';
import { Screen } from './screen';
import { Sizes } from './sizes';
import classes from './watch-page.module.css';

const route = getRouteApi('/w/$id');

/** The page of one video. */
export default function WatchPage() {
  const { id } = route.useParams();
  const video = useQuery(videoQuery(id));
  if (video.isPending) return <WatchSkeleton />;
  if (isNotFound(video.error)) return <NotFound />;
  if (!video.data) return <ErrorNotice error={video.error} onRetry={() => void video.refetch()} />;
  return <Watch key={id} video={video.data} />;
}

function Watch({ video }: { video: Video }) {
  const { t } = useLingui();
  const { t: moment } = route.useSearch();
  const navigated = useRouterState({ select: ({ location }) => location.state.play ?? false });
  const [play] = useState(navigated);
  usePageTitle(video.title || t`Untitled`);
  return (
    <article className={classes.page}>
      <Screen video={video} start={secondsFromParam(moment)} play={play} />
      <StateAnnouncer video={video} />
      <header className={classes.head}>
        <h1>{video.title || <Trans>Untitled</Trans>}</h1>
        <div className={classes.row}>
          <MetaRow video={video} />
          <div className={classes.actions}>
            <CopyLinkButton url={video.watch_url} />
            {video.can_edit && <OwnerTools video={video} />}
          </div>
        </div>
      </header>
      {video.description && <Description text={video.description} />}
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

/** Tells screen readers when the state changes, and not at every percent. */
function StateAnnouncer({ video }: { video: Video }) {
  const { t } = useLingui();
  const words = {
    waiting: t`Waiting for its file`,
    uploading: t`Uploading`,
    processing: t`Preparing`,
    playable: t`Ready to play, more sizes are being made`,
    ready: t`All sizes are ready`,
    failed: t`This video could not be made.`,
  }[video.state];
  return (
    <p className={classes.announcer} role="status" data-state={video.state}>
      {words}
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
