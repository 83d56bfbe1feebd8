import { Trans, useLingui } from '@lingui/react/macro';
import { IconTool } from '@tabler/icons-react';
import { repairVideo } from '@/api/actions';
import type { Video } from '@/api/types';
import { Button } from '@/ui/button';
import { useOperation } from './use-operation';

/** Has the server look at what a video has and make what it misses. */
export function RepairButton({ video: { id, state } }: { video: Video }) {
  const { t } = useLingui();
  const repair = useOperation(id, { done: t`Repaired: nothing is missing.` }, () => repairVideo(id));
  if (state === 'waiting' || state === 'uploading') return null;
  return (
    <Button
      disabled={repair.busy}
      title={t`Checks the files of this video and makes what is missing`}
      onClick={repair.start}
    >
      <IconTool size={18} aria-hidden />
      {repair.busy ? <Trans>Repairing…</Trans> : <Trans>Repair</Trans>}
    </Button>
  );
}
