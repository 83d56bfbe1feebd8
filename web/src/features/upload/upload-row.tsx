import { Trans, useLingui } from '@lingui/react/macro';
import {
  IconAlertTriangle,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerPlayFilled,
  IconSettings,
  IconX,
} from '@tabler/icons-react';
import { useState } from 'react';
import type { UploadLimits } from '@/api/types';
import { Button, ButtonLink } from '@/ui/button';
import { CopyLinkButton } from '@/ui/copy-button';
import { VisibilitySelect } from '@/ui/visibility-select';
import { RemoveDialog } from './remove-dialog';
import { TitleField } from './title-field';
import { Transfer } from './transfer';
import type { UploadQueue } from './upload-queue';
import classes from './upload-row.module.css';
import type { UploadItem } from './upload-state';

type UploadRowProps = { item: UploadItem; queue: UploadQueue; limits: UploadLimits | null };

/** One file on its way: what it is called, who may watch it, how far it is. */
export function UploadRow({ item, queue, limits }: UploadRowProps) {
  const { t } = useLingui();
  const { key, fileName, step } = item;
  const [asking, setAsking] = useState(false);
  const remove = () => void queue.remove(key);
  const losesWork = item.sentBytes > 0 && step !== 'sent';
  return (
    <article className={classes.row} data-step={step} aria-label={fileName}>
      <div className={classes.top}>
        <TitleField title={item.title} onSave={(title) => void queue.rename(key, title)} />
        <Button
          iconOnly
          aria-label={step === 'sent' ? t`Hide ${fileName} here` : t`Remove ${fileName}`}
          title={step === 'sent' ? t`Hide here` : t`Remove`}
          onClick={() => (losesWork ? setAsking(true) : remove())}
        >
          <IconX size={20} aria-hidden />
        </Button>
      </div>
      <Transfer item={item} limits={limits} />
      {item.problem && (
        <p role="alert" className={classes.problem}>
          <IconAlertTriangle size={16} aria-hidden />
          <span>{item.problem}</span>
        </p>
      )}
      {step !== 'refused' && <Tools item={item} queue={queue} />}
      {asking && <RemoveDialog fileName={fileName} onRemove={remove} onClose={() => setAsking(false)} />}
    </article>
  );
}

function Tools({ item, queue }: { item: UploadItem; queue: UploadQueue }) {
  const { key, step, video } = item;
  return (
    <div className={classes.tools}>
      <PauseButton item={item} queue={queue} />
      {step === 'failed' && (
        <Button look="primary" onClick={() => queue.retry(key)}>
          <Trans>Try again</Trans>
        </Button>
      )}
      <VisibilitySelect value={item.visibility} onChange={(value) => void queue.setVisibility(key, value)} />
      {video && <CopyLinkButton url={video.watchUrl} />}
      {video && step !== 'failed' && (
        <ButtonLink to="/w/$id" params={{ id: video.id }}>
          <IconPlayerPlay size={18} aria-hidden />
          <Trans>Watch</Trans>
        </ButtonLink>
      )}
      {video && step === 'sent' && (
        <ButtonLink to="/manage/$id" params={{ id: video.id }}>
          <IconSettings size={18} aria-hidden />
          <Trans>Manage</Trans>
        </ButtonLink>
      )}
    </div>
  );
}

function PauseButton({ item: { key, step, fileName }, queue }: { item: UploadItem; queue: UploadQueue }) {
  const { t } = useLingui();
  if (step === 'paused') {
    return (
      <Button look="primary" aria-label={t`Go on with ${fileName}`} onClick={() => queue.resume(key)}>
        <IconPlayerPlayFilled size={18} aria-hidden />
        <Trans>Go on</Trans>
      </Button>
    );
  }
  if (step !== 'sending' && step !== 'offline' && step !== 'queued') return null;
  return (
    <Button aria-label={t`Pause ${fileName}`} onClick={() => void queue.pause(key)}>
      <IconPlayerPause size={18} aria-hidden />
      <Trans>Pause</Trans>
    </Button>
  );
}
