import { Trans, useLingui } from '@lingui/react/macro';
import { IconCheck, IconPlugConnectedX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { isBeingMade, videoQuery } from '@/api/queries';
import type { UploadLimits, Video } from '@/api/types';
import { shareOf, stepOf, timeLeft } from '@/lib/describe';
import { bytes, percent } from '@/lib/format';
import { StateAnnouncer } from '@/ui/announcer';
import { LampBar } from '@/ui/lamp-bar';
import { Reel } from '@/ui/reel/reel';
import { moreOnDisk } from './disk';
import classes from './upload-row.module.css';
import { secondsLeft, type UploadItem } from './upload-state';

type TransferProps = { item: UploadItem; limits: UploadLimits | null };

/** How far a file is on its way, and then how far the server is with it. */
export function Transfer({ item, limits }: TransferProps) {
  const { t } = useLingui();
  const { fileName, sizeBytes, sentBytes, step, video } = item;
  if (step === 'sent' && video) return <Making id={video.id} fileName={fileName} />;
  const share = sizeBytes > 0 ? sentBytes / sizeBytes : 0;
  const more = limits && step !== 'refused' ? bytes(moreOnDisk(sizeBytes, limits)) : null;
  return (
    <>
      <p className={classes.facts}>
        <span className={classes.file}>{fileName}</span>
        <span>{more ? t`${bytes(sizeBytes)} · about ${more} more on disk` : bytes(sizeBytes)}</span>
        <Step item={item} share={share} />
      </p>
      {step !== 'refused' && <LampBar share={share} label={t`Upload of ${fileName}`} />}
      {step === 'offline' && (
        <p role="status" className={classes.offline}>
          <IconPlugConnectedX size={16} aria-hidden />
          <Trans>Connection lost, trying again. Nothing is lost: it goes on by itself.</Trans>
        </p>
      )}
    </>
  );
}

function Step({ item, share }: { item: UploadItem; share: number }) {
  const left = secondsLeft(item);
  switch (item.step) {
    case 'creating':
    case 'queued':
      return <Trans>Waiting to start</Trans>;
    case 'paused':
      return (
        <span className={classes.waiting}>
          <Trans>Paused at {percent(share)}</Trans>
        </span>
      );
    case 'sending':
      return (
        <>
          <span>{percent(share)}</span>
          {item.bytesPerSecond > 0 && <span>{bytes(item.bytesPerSecond)}/s</span>}
          {left !== null && <span>{timeLeft(left)}</span>}
        </>
      );
    default:
      return null;
  }
}

/** What the server does with a file that has arrived. */
function Making({ id, fileName }: { id: string; fileName: string }) {
  const { data: video } = useQuery(videoQuery(id));
  if (!video) return <p className={classes.facts}>{fileName}</p>;
  return (
    <>
      <StateAnnouncer video={video} />
      <p className={classes.facts}>
        <span className={classes.file}>{fileName}</span>
        <Outcome video={video} />
      </p>
      {/* From the plan on the reel shows it. */}
      {isBeingMade(video) && video.rungs.length === 0 && (
        <LampBar share={shareOf(video)} label={stepOf(video)} indeterminate={video.progress.encode === 0} />
      )}
      <Reel videoId={id} legend={false} />
    </>
  );
}

function Outcome({ video }: { video: Video }) {
  if (video.state === 'ready') {
    return (
      <span className={classes.done}>
        <IconCheck size={16} aria-hidden />
        <Trans>Ready in all sizes</Trans>
      </span>
    );
  }
  if (video.state !== 'failed') return <span className={classes.waiting}>{stepOf(video)}</span>;
  return (
    <span className={classes.problem}>
      {video.error?.message} {video.error?.next}
    </span>
  );
}
