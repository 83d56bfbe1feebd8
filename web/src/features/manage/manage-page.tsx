import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useRef } from 'react';
import { isNotFound } from '@/api/api-error';
import type { Tagged } from '@/api/client';
import { meQuery, videoQuery, videoTextQuery } from '@/api/queries';
import type { Video } from '@/api/types';
import { usePageTitle } from '@/lib/use-page-title';
import type { MatineePlayer } from '@/player';
import { NotAllowed } from '@/ui/not-allowed';
import { NotFound } from '@/ui/not-found';
import { ErrorNotice } from '@/ui/notice';
import { SignInFirst } from '@/ui/sign-in-first';
import { Tabs } from '@/ui/tabs';
import { AccessTab } from './access-tab';
import { DetailsTab } from './details-tab';
import { LeaveGuard } from './leave-guard';
import classes from './manage-page.module.css';
import { Overview } from './overview';
import { PicturesTab } from './pictures-tab';
import { ReportTab } from './report-tab';
import { SaveBar } from './save-bar';
import { TracksTab } from './tracks-tab';
import { useDraft } from './use-draft';
import { VersionsTab } from './versions-tab';

const route = getRouteApi('/manage/$id');

/** Where the owner of a video changes what is said about it and sees how it is made. */
export default function ManagePage() {
  const { id } = route.useParams();
  const me = useQuery(meQuery);
  const video = useQuery(videoQuery(id));
  const text = useQuery(videoTextQuery(id));
  if (me.data === null) return <SignInFirst />;
  if (isNotFound(video.error)) return <NotFound />;
  if (video.isError && !video.data) return <ErrorNotice error={video.error} onRetry={() => void video.refetch()} />;
  if (text.isError) return <ErrorNotice error={text.error} onRetry={() => void text.refetch()} />;
  if (!video.data || !text.data) return <Skeleton />;
  if (!video.data.can_edit) {
    return (
      <NotAllowed>
        <Trans>Only its owner and administrators can manage this video.</Trans>
      </NotAllowed>
    );
  }
  return <Manage key={id} video={video.data} opened={text.data} />;
}

function Manage({ video, opened }: { video: Video; opened: Tagged<Video> }) {
  const { t } = useLingui();
  const { tab = 'details' } = route.useSearch();
  const navigate = route.useNavigate();
  const player = useRef<MatineePlayer>(null);
  const draft = useDraft(video.id, opened);
  usePageTitle(t`Manage ${video.title || t`Untitled`}`);
  return (
    <div className={classes.page}>
      <Overview video={video} player={player} />
      <div className={classes.side}>
        <Tabs
          label={t`What to manage`}
          chosen={tab}
          onChoose={(name) => void navigate({ search: { tab: name }, replace: true, resetScroll: false })}
          tabs={[
            { name: 'details', label: t`Details`, panel: <DetailsTab draft={draft} /> },
            { name: 'access', label: t`Access`, panel: <AccessTab draft={draft} watchUrl={video.watch_url} /> },
            { name: 'tracks', label: t`Tracks`, panel: <TracksTab video={video} /> },
            { name: 'pictures', label: t`Pictures`, panel: <PicturesTab video={video} player={player} /> },
            { name: 'versions', label: t`Versions`, panel: <VersionsTab video={video} /> },
            { name: 'report', label: t`Report`, panel: <ReportTab video={video} /> },
          ]}
        />
        <SaveBar draft={draft} />
      </div>
      <LeaveGuard active={draft.changed} />
    </div>
  );
}

function Skeleton() {
  return (
    <div className={classes.page} aria-hidden>
      <div className={classes.blankScreen} />
      <div className={classes.blankForm} />
    </div>
  );
}
