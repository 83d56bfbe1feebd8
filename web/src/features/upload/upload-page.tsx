import { Trans, useLingui } from '@lingui/react/macro';
import { IconUpload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { instanceQuery, meQuery } from '@/api/queries';
import type { UploadLimits, User, Visibility } from '@/api/types';
import { useWatched } from '@/lib/activity';
import { bytes } from '@/lib/format';
import { usePageTitle } from '@/lib/use-page-title';
import { ErrorNotice } from '@/ui/notice';
import { SignInFirst } from '@/ui/sign-in-first';
import { TellMe } from '@/ui/tell-me';
import { VisibilitySelect } from '@/ui/visibility-select';
import { UnfinishedUploads } from './unfinished';
import { UnfinishedList } from './unfinished-list';
import classes from './upload-page.module.css';
import { UploadQueue } from './upload-queue';
import { UploadRow } from './upload-row';
import { useFileDrop } from './use-file-drop';

// Lives as long as the tab, so that files go on while the person looks at other pages.
const queue = new UploadQueue(new UnfinishedUploads(window.localStorage));
const LIMITS_FRESH_FOR_MS = 15_000;

/** Takes files and shows each on its way. */
export default function UploadPage() {
  const { t } = useLingui();
  const me = useQuery(meQuery);
  usePageTitle(t`Upload`);
  if (me.isPending) return null;
  if (me.isError) return <ErrorNotice error={me.error} onRetry={() => void me.refetch()} />;
  if (!me.data) return <SignInFirst title={<Trans>Sign in to upload</Trans>} />;
  return <Uploads me={me.data} />;
}

function Uploads({ me }: { me: User }) {
  const { t } = useLingui();
  const instance = useQuery({ ...instanceQuery, staleTime: LIMITS_FRESH_FOR_MS, refetchInterval: LIMITS_FRESH_FOR_MS });
  const items = useWatched(queue.items);
  const [visibility, setVisibility] = useState<Visibility>('private');
  const limits = instance.data?.upload ?? null;
  const add = (files: readonly File[]) => queue.add(files, { owner: me.id, visibility, limits });
  const over = useFileDrop(add);
  return (
    <div className={classes.page}>
      <div className={classes.head}>
        <h1>
          <Trans>Upload</Trans>
        </h1>
        {/* biome-ignore lint/a11y/noLabelWithoutControl: the select inside is the control. */}
        <label className={classes.visibility}>
          <Trans>Who can watch</Trans>
          <VisibilitySelect value={visibility} onChange={setVisibility} />
        </label>
      </div>
      <DropArea limits={limits} over={over} onFiles={add} />
      <UnfinishedList queue={queue} owner={me.id} onFile={(file) => add([file])} />
      {items.some(({ step }) => step !== 'refused') && (
        <div className={classes.tell}>
          <TellMe />
        </div>
      )}
      <ul className={classes.rows} aria-label={t`Files`}>
        {items.map((item) => (
          <li key={item.key}>
            <UploadRow item={item} queue={queue} limits={limits} />
          </li>
        ))}
      </ul>
    </div>
  );
}

type DropAreaProps = { limits: UploadLimits | null; over: boolean; onFiles: (files: File[]) => void };

/** The door for files: a button that takes drops, and so does the whole page around it. */
function DropArea({ limits, over, onFiles }: DropAreaProps) {
  const { t } = useLingui();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" className={classes.drop} data-over={over} onClick={() => input.current?.click()}>
        <IconUpload size={40} stroke={1.5} aria-hidden />
        <span className={classes.strong}>
          {over ? <Trans>Let go to upload</Trans> : <Trans>Drop videos here, or choose them</Trans>}
        </span>
        <span>{roomText(limits)}</span>
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label={t`Video files`}
        data-testid="files"
        onChange={({ currentTarget }) => {
          onFiles([...(currentTarget.files ?? [])]);
          currentTarget.value = ''; // so that the same file can be chosen again
        }}
      />
    </>
  );

  function roomText(known: UploadLimits | null): string {
    const size = known?.max_bytes ?? null;
    const which = size === null ? t`Several at once, of any size.` : t`Several at once, up to ${bytes(size)} each.`;
    if (!known || known.free_bytes === null) return which;
    return t`${which} The server has room for ${bytes(known.free_bytes)}.`;
  }
}
