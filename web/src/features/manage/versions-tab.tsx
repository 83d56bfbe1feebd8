import { t } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconAlertTriangle, IconFileUpload, IconPlugConnectedX } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type DragEvent, useEffect, useRef, useState } from 'react';
import { reasonOf } from '@/api/api-error';
import { isWatchable, keys } from '@/api/queries';
import type { Replacement, Video } from '@/api/types';
import { giveUpVersion, type Version, versionsQuery } from '@/api/versions';
import { useWatched } from '@/lib/activity';
import { stateWords, stepOf, timeLeft } from '@/lib/describe';
import { ago, bytes, exactTime, percent } from '@/lib/format';
import { useSteadyTime } from '@/lib/steady-time';
import { Button } from '@/ui/button';
import { LampBar } from '@/ui/lamp-bar';
import { ErrorNotice } from '@/ui/notice';
import { Replacements, type Sending } from './replacements';
import classes from './versions-tab.module.css';

const ASK_EVERY_MS = 5000;

// Lives as long as the tab, so that a file goes on while the person looks at other pages.
const arrived = new Set<() => void>();
const replacements = new Replacements(() => {
  for (const act of arrived) act();
});

/** Another file for the same video, and the files that it had. */
export function VersionsTab({ video }: { video: Video }) {
  const cache = useQueryClient();
  const sending = useWatched(replacements.sendings).get(video.id);
  const { replacement } = video;
  const busy = replacement !== null && replacement.state !== 'failed';
  const versions = useQuery({ ...versionsQuery(video.id), refetchInterval: busy ? ASK_EVERY_MS : false });

  useEffect(() => {
    const refresh = async () => {
      await cache.invalidateQueries({ queryKey: keys.video(video.id) });
      await cache.invalidateQueries({ queryKey: keys.versions(video.id) });
    };
    const act = () => void refresh();
    arrived.add(act);
    return () => void arrived.delete(act);
  }, [cache, video.id]);
  // Once the server was asked after the last byte, it is the one that tells.
  const isTold = sending?.sentAtMs != null && versions.dataUpdatedAt > sending.sentAtMs;
  useEffect(() => {
    if (isTold) replacements.forget(video.id);
  }, [isTold, video.id]);

  const next = versions.data?.find(({ current, retire_at }) => !current && !retire_at);
  return (
    <div className={classes.tab}>
      {sending ? (
        <OnItsWay sending={sending} onGiveUp={() => void replacements.giveUp(video.id)} />
      ) : (
        replacement && <Replacing videoId={video.id} replacement={replacement} version={next} />
      )}
      {!sending && !busy && <Drop video={video} />}
      {versions.isError && <ErrorNotice error={versions.error} onRetry={() => void versions.refetch()} />}
      {versions.data && <List versions={versions.data} />}
    </div>
  );
}

/** Takes the new file. */
function Drop({ video }: { video: Video }) {
  const { t } = useLingui();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const take = (file: File | undefined) => {
    if (file) void replacements.send(video.id, file);
  };
  const hover = (is: boolean) => (event: DragEvent) => {
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    setOver(is);
  };
  return (
    <>
      <button
        type="button"
        className={classes.drop}
        data-over={over}
        onClick={() => input.current?.click()}
        onDragEnter={hover(true)}
        onDragOver={hover(true)}
        onDragLeave={hover(false)}
        onDrop={(event) => {
          hover(false)(event);
          take(event.dataTransfer.files[0]);
        }}
      >
        <IconFileUpload size={28} stroke={1.5} aria-hidden />
        <strong>{isWatchable(video) ? <Trans>Replace the file</Trans> : <Trans>Send another file</Trans>}</strong>
        <span>
          {isWatchable(video) ? (
            <Trans>
              Drop a file here, or choose it. What plays now goes on until the new one can play; address, title and
              access stay.
            </Trans>
          ) : (
            <Trans>Drop a file here, or choose it. Address, title and access stay.</Trans>
          )}
        </span>
      </button>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={t`The file that replaces this one`}
        onChange={({ currentTarget }) => {
          take(currentTarget.files?.[0]);
          currentTarget.value = ''; // so that the same file can be chosen again
        }}
      />
    </>
  );
}

/** A file that is being sent. */
function OnItsWay({ sending, onGiveUp }: { sending: Sending; onGiveUp: () => void }) {
  const { t } = useLingui();
  const { fileName, sizeBytes, sentBytes, bytesPerSecond, step, problem } = sending;
  const share = sizeBytes > 0 ? sentBytes / sizeBytes : 0;
  return (
    <section className={classes.card} aria-label={t`Replacement`} data-step={step}>
      <p className={classes.facts}>
        <strong>{fileName}</strong>
        <span>{bytes(sizeBytes)}</span>
        {step === 'sending' && <span>{percent(share)}</span>}
        {step === 'sent' && <span>{t`Arrived`}</span>}
        {step === 'sending' && bytesPerSecond > 0 && <span>{timeLeft((sizeBytes - sentBytes) / bytesPerSecond)}</span>}
      </p>
      <LampBar share={share} label={t`Upload of ${fileName}`} />
      {step === 'offline' && (
        <p role="status" className={classes.wait}>
          <IconPlugConnectedX size={16} aria-hidden />
          <Trans>Connection lost, trying again. Nothing is lost: it goes on by itself.</Trans>
        </p>
      )}
      {problem && (
        <p role="alert" className={classes.bad}>
          <IconAlertTriangle size={16} aria-hidden />
          <span>{problem}</span>
        </p>
      )}
      <div>
        <Button onClick={onGiveUp}>{step === 'failed' ? <Trans>Hide</Trans> : <Trans>Give up</Trans>}</Button>
      </div>
    </section>
  );
}

type ReplacingProps = { videoId: string; replacement: Replacement; version?: Version };

/** A file that has arrived and is being made, or could not be. */
function Replacing({ videoId, replacement, version }: ReplacingProps) {
  const { t } = useLingui();
  const { state, progress, error } = replacement;
  const eta_seconds = useSteadyTime(replacement.eta_seconds);
  const cache = useQueryClient();
  const giveUp = useMutation({
    mutationFn: (id: string) => giveUpVersion(videoId, id),
    onSettled: () => {
      void cache.invalidateQueries({ queryKey: keys.video(videoId) });
      void cache.invalidateQueries({ queryKey: keys.versions(videoId) });
    },
  });
  const failed = state === 'failed';
  const share = state === 'uploading' ? progress.upload : progress.encode;
  return (
    <section className={classes.card} aria-label={t`Replacement`} data-state={state}>
      {version?.file_name && <strong>{version.file_name}</strong>}
      {failed ? (
        <p role="alert" className={classes.bad}>
          <IconAlertTriangle size={16} aria-hidden />
          <span>
            {error?.message ?? <Trans>The new file could not be made.</Trans>} {error?.next}{' '}
            <Trans>The video plays on as it was.</Trans>
          </span>
        </p>
      ) : (
        <>
          <p role="status" className={classes.wait}>
            {stepOf({ state, progress, eta_seconds }) || stateWords(state)}
          </p>
          <LampBar
            share={share}
            label={t`The new file`}
            indeterminate={state === 'processing' && progress.encode === 0}
          />
          <p className={classes.soft}>
            <Trans>The video plays on as it was until the new file can be watched.</Trans>
          </p>
        </>
      )}
      {version && (
        <div>
          <Button disabled={giveUp.isPending} onClick={() => giveUp.mutate(version.id)}>
            {failed ? <Trans>Hide</Trans> : <Trans>Give up</Trans>}
          </Button>
        </div>
      )}
      {giveUp.isError && (
        <p role="alert" className={classes.bad}>
          {reasonOf(giveUp.error, t`It was not given up. Try again.`)}
        </p>
      )}
    </section>
  );
}

function List({ versions }: { versions: readonly Version[] }) {
  if (versions.length === 0) {
    return (
      <p className={classes.soft}>
        <Trans>No file has arrived yet.</Trans>
      </p>
    );
  }
  return (
    <section aria-labelledby="versions">
      <h3 id="versions">
        <Trans>Files of this video</Trans>
      </h3>
      <ul className={classes.list}>
        {versions.map((version) => (
          <li key={version.id}>
            <Row version={version} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Row({ version }: { version: Version }) {
  const { t, i18n } = useLingui();
  const { file_name, size_bytes, created_at, current, error } = version;
  const words = versionWords(version);
  const when = (
    <time key="when" dateTime={created_at} title={exactTime(created_at, i18n.locale)}>
      {ago(created_at, Date.now(), i18n.locale)}
    </time>
  );
  return (
    <article className={classes.row} data-current={current}>
      <strong>{file_name || t`Unnamed file`}</strong>
      <p className={classes.facts}>
        <span className={current ? classes.good : classes.soft}>{words}</span>
        {size_bytes !== null && size_bytes > 0 && <span>{bytes(size_bytes)}</span>}
        {when}
      </p>
      {error && <p className={classes.soft}>{error.message}</p>}
    </article>
  );
}

/** What a version is good for. */
function versionWords({ current, retire_at, state }: Version): string {
  if (current) return t`Plays now`;
  if (retire_at) return t`Replaced; whoever watches it may finish`;
  return state === 'failed' ? t`Failed` : stateWords(state);
}
