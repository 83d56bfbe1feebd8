import { useLingui } from '@lingui/react/macro';
import { IconX } from '@tabler/icons-react';
import clsx from 'clsx';
import { useEffect, useState } from 'react';
import { useWatched } from '@/lib/activity';
import { type Toast, toasts, unsay } from '@/lib/toast';
import { Button } from './button';
import classes from './toasts.module.css';

const SHOWN_FOR_MS = 10_000;

/** What just happened, said politely at the lower edge. */
export function Toasts() {
  const shown = useWatched(toasts);
  return (
    <div className={classes.toasts} role="status">
      {shown.map((toast) => (
        <OneToast key={toast.id} toast={toast} />
      ))}
    </div>
  );
}

function OneToast({ toast: { id, text, action, bad } }: { toast: Toast }) {
  const { t } = useLingui();
  // Whoever is about to press its button is given the time.
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => unsay(id), SHOWN_FOR_MS);
    return () => clearTimeout(timer);
  }, [id, held]);
  const hold = () => setHeld(true);
  const release = () => setHeld(false);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: pointing only keeps it there.
    <div
      className={clsx(classes.toast, bad && classes.bad)}
      onPointerEnter={hold}
      onPointerLeave={release}
      onFocus={hold}
      onBlur={release}
    >
      <span>{text}</span>
      {action && (
        <Button
          className={classes.action}
          onClick={() => {
            unsay(id);
            action.act();
          }}
        >
          {action.verb}
        </Button>
      )}
      <Button iconOnly aria-label={t`Close`} onClick={() => unsay(id)}>
        <IconX size={18} aria-hidden />
      </Button>
    </div>
  );
}
