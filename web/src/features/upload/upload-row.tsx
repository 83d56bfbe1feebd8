import { Trans, useLingui } from '@lingui/react/macro';
import { IconAlertTriangle, IconCheck, IconPlayerPlay, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { isBeingMade, isWatchable, videoQuery } from '@/api/queries';
import { shareOf, stepOf, timeLeft } from '@/lib/describe';
import { bytes, percent } from '@/lib/format';
import { Button, ButtonLink } from '@/ui/button';
import { CopyLinkButton } from '@/ui/copy-button';
import { LampBar } from '@/ui/lamp-bar';
import { VisibilitySelect } from '@/ui/visibility-select';
import { TitleField } from './title-field';
import type { UploadQueue } from './upload-queue';
import classes from './upload-row.module.css';
import { secondsLeft, type UploadItem } from './upload-state';

type UploadRowProps = { item: UploadItem; queue: UploadQueue };

/** One file on its way: what it is called, who may watch it, how far it is. */
export function UploadRow({ item, queue }: UploadRowProps) {
  const { t } = useLingui();
  const { key, fileName, video } = item;
  return (
    <article className={classes.row} data-step={item.step} aria-label={fileName}>
      <div className={classes.top}>
        <TitleField title={item.title} onSave={(title) => void queue.rename(key, title)} />
        <Button
          iconOnly
          aria-label={item.step === 'sent' ? t`Hide ${fileName} here` : t`Remove ${fileName}`}
          title={item.step === 'sent' ? t`Hide here` : t`Remove`}
          onClick={() => void queue.remove(key)}
        >
          <IconX size={20} aria-hidden />
        </Button>
      </div>
      <Transfer item={item} />
      {item.problem && (
        <p role="alert" className={classes.problem}>
          <IconAlertTriangle size={16} aria-hidden />
          <span>{item.problem}</span>
        </p>
      )}
      <div className={classes.tools}>
        <VisibilitySelect value={item.visibility} onChange={(value) => void queue.setVisibility(key, value)} />
        {video && <CopyLinkButton url={video.watchUrl} />}
        {video && item.step !== 'failed' && (
          <ButtonLink to="/w/$id" params={{ id: video.id }}>
            <IconPlayerPlay size={18} aria-hidden />
            <Trans>Watch</Trans>
          </ButtonLink>
        )}
        {item.step === 'failed' && (
          <Button look="primary" onClick={() => queue.retry(key)}>
            <Trans>Try again</Trans>
          </Button>
        )}
      </div>
    </article>
  );
}

function Transfer({ item }: { item: UploadItem }) {
  const { t } = useLingui();
  if (item.step === 'sent' && item.video) return <Making id={item.video.id} fileName={item.fileName} />;
  const share = item.sizeBytes > 0 ? item.sentBytes / item.sizeBytes : 0;
  return (
    <>
      <p className={classes.facts}>
        <span className={classes.file}>{item.fileName}</span>
        <span>{bytes(item.sizeBytes)}</span>
        <Step item={item} share={share} />
      </p>
      <LampBar share={share} label={t`Upload of ${item.fileName}`} />
    </>
  );
}

function Step({ item, share }: { item: UploadItem; share: number }) {
  const left = secondsLeft(item);
  switch (item.step) {
    case 'creating':
    case 'queued':
      return <Trans>Waiting to start</Trans>;
    case 'offline':
      return (
        <span className={classes.waiting}>
          <Trans>Connection lost, trying again</Trans>
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
  const step = stepOf(video);
  return (
    <>
      <p className={classes.facts} role="status">
        <span className={classes.file}>{fileName}</span>
        {step && <span className={classes.waiting}>{step}</span>}
        {video.state === 'ready' && (
          <span className={classes.done}>
            <IconCheck size={16} aria-hidden />
            <Trans>Ready in all sizes</Trans>
          </span>
        )}
        {video.state === 'failed' && <span className={classes.problem}>{video.error?.message}</span>}
      </p>
      {isBeingMade(video) && (
        <LampBar
          share={shareOf(video)}
          label={step}
          indeterminate={!isWatchable(video) && video.progress.encode === 0}
        />
      )}
    </>
  );
}
