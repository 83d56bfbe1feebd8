import { Trans, useLingui } from '@lingui/react/macro';
import { IconRefresh } from '@tabler/icons-react';
import { useState } from 'react';
import { reencodeVideo } from '@/api/actions';
import type { Video } from '@/api/types';
import { Button } from '@/ui/button';
import { ConfirmDialog } from '@/ui/confirm-dialog';
import { useOperation } from './use-operation';

/** Has the server make a video anew from its original, after saying what that means. */
export function ReencodeButton({ video: { id, title } }: { video: Video }) {
  const { t } = useLingui();
  const [asking, setAsking] = useState(false);
  const work = useOperation(id, { done: t`The video was made anew.` }, () => reencodeVideo(id));
  const name = title || t`Untitled`;
  return (
    <>
      <Button disabled={work.busy} onClick={() => setAsking(true)}>
        <IconRefresh size={18} aria-hidden />
        {work.busy ? <Trans>Encoding again…</Trans> : <Trans>Encode again</Trans>}
      </Button>
      {asking && (
        <ConfirmDialog
          title={<Trans>Encode “{name}” again?</Trans>}
          verb={<Trans>Encode again</Trans>}
          onConfirm={() => {
            setAsking(false);
            work.start();
          }}
          onClose={() => setAsking(false)}
        >
          <Trans>All sizes are made anew from the original. That takes as long as the first time.</Trans>
        </ConfirmDialog>
      )}
    </>
  );
}
