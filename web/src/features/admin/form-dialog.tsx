import { Trans } from '@lingui/react/macro';
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { Button } from '@/ui/button';
import classes from './admin-page.module.css';

type FormDialogProps = {
  title: ReactNode;
  verb: ReactNode;
  busy: boolean;
  problem: string | null;
  onSubmit: (form: FormData) => void;
  onClose: () => void;
  children: ReactNode;
};

/** A small form over the page. */
export function FormDialog({ title, verb, busy, problem, onSubmit, onClose, children }: FormDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className={classes.dialog} aria-labelledby={id} onClose={onClose}>
      <h2 id={id}>{title}</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit(new FormData(event.currentTarget));
        }}
      >
        {children}
        {problem && (
          <p role="alert" className={classes.bad}>
            {problem}
          </p>
        )}
        <div className={classes.buttons}>
          <Button onClick={() => dialog.current?.close()}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" look="primary" disabled={busy}>
            {verb}
          </Button>
        </div>
      </form>
    </dialog>
  );
}
