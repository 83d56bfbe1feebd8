import { Trans } from '@lingui/react/macro';
import { useBlocker } from '@tanstack/react-router';
import { ConfirmDialog } from '@/ui/confirm-dialog';

/** Asks before changes that are not saved are left behind; another tab of the same page is no leaving. */
export function LeaveGuard({ active }: { active: boolean }) {
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => active && current.pathname !== next.pathname,
    enableBeforeUnload: () => active,
    withResolver: true,
  });
  if (blocker.status !== 'blocked') return null;
  return (
    <ConfirmDialog
      title={<Trans>Leave without saving?</Trans>}
      verb={<Trans>Leave</Trans>}
      onConfirm={blocker.proceed}
      onClose={blocker.reset}
    >
      <Trans>Your changes to this video are lost.</Trans>
    </ConfirmDialog>
  );
}
