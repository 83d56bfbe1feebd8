import { Trans } from '@lingui/react/macro';
import { ConfirmDialog } from '@/ui/confirm-dialog';

type RemoveDialogProps = { fileName: string; onRemove: () => void; onClose: () => void };

/** Asks before what was sent of a file is thrown away. */
export function RemoveDialog({ fileName, onRemove, onClose }: RemoveDialogProps) {
  const confirm = () => {
    onClose();
    onRemove();
  };
  return (
    <ConfirmDialog
      title={<Trans>Remove “{fileName}”?</Trans>}
      verb={<Trans>Remove</Trans>}
      onConfirm={confirm}
      onClose={onClose}
    >
      <Trans>What was sent so far is thrown away, and the video that waits for it too.</Trans>
    </ConfirmDialog>
  );
}
