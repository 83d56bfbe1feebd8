import { Trans } from '@lingui/react/macro';
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { Button } from './button';
import classes from './confirm-dialog.module.css';

type ConfirmDialogProps = {
  title: ReactNode;
  children: ReactNode;
  verb: ReactNode;
  busy?: boolean;
  onConfirm: () => void;
  onClose: () => void;
};

/** Asks before something that is not lightly undone. The browser keeps focus inside and closes on Escape. */
export function ConfirmDialog({ title, children, verb, busy, onConfirm, onClose }: ConfirmDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className={classes.dialog} aria-labelledby={titleId} onClose={onClose}>
      <h2 id={titleId}>{title}</h2>
      <div className={classes.text}>{children}</div>
      <div className={classes.actions}>
        <Button onClick={() => dialog.current?.close()}>
          <Trans>Cancel</Trans>
        </Button>
        <Button look="danger" disabled={busy} onClick={onConfirm}>
          {verb}
        </Button>
      </div>
    </dialog>
  );
}
