import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { IconCheck, IconPlugConnectedX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { isBeingMade, videoQuery } from '@/api/queries';
import type { UploadLimits, Video } from '@/api/types';
import { shareOf, stepOf, timeLeft } from '@/lib/describe';
import { bytes, percent } from '@/lib/format';
import { StateAnnouncer } from '@/ui/announcer';
import { LampBar } from '@/ui/lamp-bar';
import { Reel } from '@/ui/reel/reel';
import { StepWords } from '@/ui/step-words';
import { moreOnDisk } from './disk';
import { forecastWords } from './forecast-words';
import classes from './upload-row.module.css';
import { secondsLeft, type UploadItem } from './upload-state';

type TransferProps = { item: UploadItem; limits: UploadLimits | null };

/** How far a file is on its way, and then how far the server is with it. */
export function Transfer({ item, limits }: TransferProps) {
  const { fileName, sizeBytes, sentBytes, step, video } = item;
  if (step === 'sent' && video) return <Making id={video.id} fileName={fileName} />;
  const share = sizeBytes > 0 ? sentBytes / sizeBytes : 0;
  return (
    <>
      <p className={classes.facts}>
        <span className={classes.file}>{fileName}</span>
        <Step item={item} share={share} />
      </p>
      <p className={classes.facts} title={t`The times count from the moment the file has arrived.`}>
        {costWords(item, limits).join(' · ')}
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

/** "1.2 GB · about 1.1 GB more on disk · playable in 2 s, all sizes in about 14 min", as much of it as is known. */
function costWords({ sizeBytes, step, estimate }: UploadItem, limits: UploadLimits | null): string[] {
  if (step === 'refused') return [bytes(sizeBytes)];
  const more = estimate?.disk_bytes || (limits && moreOnDisk(sizeBytes, limits));
  const disk = more === null ? [] : [t`about ${bytes(more)} more on disk`];
  return [bytes(sizeBytes), ...disk, ...(estimate ? forecastWords(estimate) : [])];
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
  if (video.state !== 'failed') return <StepWords video={video} className={classes.waiting} />;
  return (
    <span className={classes.problem}>
      {video.error?.message} {video.error?.next}
    </span>
  );
}
