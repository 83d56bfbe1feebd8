import '@mantine/core/styles/Loader.layer.css';
import '@mantine/core/styles/Overlay.layer.css';
import '@mantine/core/styles/LoadingOverlay.layer.css';
import '@mantine/dropzone/styles.layer.css';
import { Trans, useLingui } from '@lingui/react/macro';
import { Dropzone } from '@mantine/dropzone';
import { IconUpload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { instanceQuery, meQuery } from '@/api/queries';
import type { Visibility } from '@/api/types';
import { useWatched } from '@/lib/activity';
import { bytes } from '@/lib/format';
import { usePageTitle } from '@/lib/use-page-title';
import { ButtonLink } from '@/ui/button';
import { ErrorNotice, Notice } from '@/ui/notice';
import { VisibilitySelect } from '@/ui/visibility-select';
import classes from './upload-page.module.css';
import { UploadQueue } from './upload-queue';
import { UploadRow } from './upload-row';

// Lives as long as the tab, so that files go on while the person looks at other pages.
const queue = new UploadQueue();

/** Takes files and shows each on its way. */
export default function UploadPage() {
  const { t } = useLingui();
  const me = useQuery(meQuery);
  usePageTitle(t`Upload`);
  if (me.isPending) return null;
  if (me.isError) return <ErrorNotice error={me.error} onRetry={() => void me.refetch()} />;
  return me.data ? <Uploads /> : <SignInFirst />;
}

function SignInFirst() {
  return (
    <Notice
      icon={<IconUpload size={40} aria-hidden />}
      title={<Trans>Sign in to upload</Trans>}
      actions={
        <ButtonLink to="/sign-in" search={{ next: '/upload' }} look="primary">
          <Trans>Sign in</Trans>
        </ButtonLink>
      }
    />
  );
}

function Uploads() {
  const { t } = useLingui();
  const instance = useQuery(instanceQuery);
  const items = useWatched(queue.items);
  const [visibility, setVisibility] = useState<Visibility>('private');
  const maxBytes = instance.data?.max_upload_bytes ?? 0;
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
      <Dropzone
        className={classes.drop}
        onDrop={(files) => queue.add(files, visibility, maxBytes)}
        inputProps={{ 'aria-label': t`Video files` }}
      >
        <div className={classes.invitation}>
          <IconUpload size={40} stroke={1.5} aria-hidden />
          <p className={classes.strong}>
            <Trans>Drop videos here, or choose them</Trans>
          </p>
          <p>{maxBytes > 0 ? t`Several at once, up to ${bytes(maxBytes)} each.` : t`Several at once, of any size.`}</p>
        </div>
      </Dropzone>
      <ul className={classes.rows} aria-label={t`Files`}>
        {items.map((item) => (
          <li key={item.key}>
            <UploadRow item={item} queue={queue} />
          </li>
        ))}
      </ul>
    </div>
  );
}
