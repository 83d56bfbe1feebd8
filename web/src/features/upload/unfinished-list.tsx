import { Trans, useLingui } from '@lingui/react/macro';
import { IconFileUpload, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { isNotFound } from '@/api/api-error';
import { videoQuery } from '@/api/queries';
import { useWatched } from '@/lib/activity';
import { bytes, percent } from '@/lib/format';
import { Button } from '@/ui/button';
import { LampBar } from '@/ui/lamp-bar';
import { RemoveDialog } from './remove-dialog';
import { fingerprintOf, type Unfinished } from './unfinished';
import classes from './upload-page.module.css';
import { takeBack, type UploadQueue } from './upload-queue';
import rowClasses from './upload-row.module.css';

type UnfinishedListProps = { queue: UploadQueue; owner: string; onFile: (file: File) => void };

/** What was being sent when the page was left. A browser may not read a file again by itself: it must be picked. */
export function UnfinishedList({ queue, owner, onFile }: UnfinishedListProps) {
  const all = useWatched(queue.unfinished.items);
  const running = new Set(useWatched(queue.items).map(({ video }) => video?.id));
  const mine = all.filter((item) => item.owner === owner && !running.has(item.videoId));
  if (mine.length === 0) return null;
  return (
    <section className={classes.unfinished} aria-labelledby="unfinished">
      <h2 id="unfinished">
        <Trans>Not sent completely</Trans>
      </h2>
      <p>
        <Trans>Pick the file again to go on where it stopped.</Trans>
      </p>
      <ul className={classes.rows}>
        {mine.map((item) => (
          <li key={item.videoId}>
            <UnfinishedRow item={item} queue={queue} onFile={onFile} />
          </li>
        ))}
      </ul>
    </section>
  );
}

type UnfinishedRowProps = { item: Unfinished; queue: UploadQueue; onFile: (file: File) => void };

function UnfinishedRow({ item, queue, onFile }: UnfinishedRowProps) {
  const { t } = useLingui();
  const { videoId, fileName, sizeBytes } = item;
  const input = useRef<HTMLInputElement>(null);
  const [other, setOther] = useState('');
  const [asking, setAsking] = useState(false);
  const video = useQuery(videoQuery(videoId));
  const over = isNotFound(video.error) || (video.data && !['waiting', 'uploading'].includes(video.data.state));
  useEffect(() => {
    if (over) queue.unfinished.forget(videoId);
  }, [over, queue, videoId]);

  const share = video.data?.progress.upload || item.sentBytes / sizeBytes;
  const pick = (file: File | undefined) => {
    if (!file) return;
    if (fingerprintOf(file) === item.fingerprint) onFile(file);
    else setOther(file.name);
  };
  const remove = () => {
    queue.unfinished.forget(videoId);
    void takeBack(videoId, item.uploadUrl);
  };
  return (
    <article className={rowClasses.row} aria-label={fileName}>
      <div className={rowClasses.top}>
        <strong className={rowClasses.name}>{item.title}</strong>
        <Button iconOnly aria-label={t`Remove ${fileName}`} title={t`Remove`} onClick={() => setAsking(true)}>
          <IconX size={20} aria-hidden />
        </Button>
      </div>
      <p className={rowClasses.facts}>
        <span className={rowClasses.file}>{fileName}</span>
        <span>{bytes(sizeBytes)}</span>
        <span>
          <Trans>{percent(share)} sent</Trans>
        </span>
      </p>
      <LampBar share={share} label={t`Upload of ${fileName}`} />
      {other && (
        <p role="alert" className={rowClasses.problem}>
          <Trans>
            “{other}” is another file, or it was changed. Pick “{fileName}” with {bytes(sizeBytes)} to go on.
          </Trans>
        </p>
      )}
      <div className={rowClasses.tools}>
        <Button look="primary" onClick={() => input.current?.click()}>
          <IconFileUpload size={18} aria-hidden />
          <Trans>Pick the file again</Trans>
        </Button>
        <input
          ref={input}
          type="file"
          hidden
          aria-label={t`The file ${fileName} again`}
          onChange={({ currentTarget }) => {
            pick(currentTarget.files?.[0]);
            currentTarget.value = '';
          }}
        />
      </div>
      {asking && <RemoveDialog fileName={fileName} onRemove={remove} onClose={() => setAsking(false)} />}
    </article>
  );
}
