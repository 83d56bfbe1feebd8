import { Trans, useLingui } from '@lingui/react/macro';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import classes from './app-keys.module.css';
import { Button } from './button';

const TYPING =
  'input:not([type="range"], [type="radio"], [type="checkbox"]), textarea, select, [contenteditable="true"], dialog';
const PLACES = { h: '/', u: '/upload', l: '/library' } as const;
/** How long the second key may take. */
const PAIR_MS = 1200;

/** The keys of the whole app; the player has its own. `?` lists them. */
export function AppKeys() {
  const navigate = useNavigate();
  const [help, setHelp] = useState(false);
  useEffect(() => {
    let goingUntil = 0;
    const isPlain = (event: KeyboardEvent) =>
      !event.ctrlKey && !event.metaKey && !event.altKey && !event.isComposing && !isTyping(event);

    // Before the player, which has uses of its own for some second keys.
    const second = (event: KeyboardEvent) => {
      const place = PLACES[event.key as keyof typeof PLACES];
      const going = event.timeStamp < goingUntil;
      goingUntil = 0;
      if (!going || !place || !isPlain(event)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      void navigate({ to: place });
    };
    // After the player, which may have used the key.
    const first = (event: KeyboardEvent) => {
      if (event.defaultPrevented || !isPlain(event)) return;
      if (event.key === 'g') goingUntil = event.timeStamp + PAIR_MS;
      if (event.key === '/' && focusSearch()) event.preventDefault();
      if (event.key === '?') setHelp(true);
    };
    window.addEventListener('keydown', second, { capture: true });
    window.addEventListener('keydown', first);
    return () => {
      window.removeEventListener('keydown', second, { capture: true });
      window.removeEventListener('keydown', first);
    };
  }, [navigate]);
  return help ? <Help onClose={() => setHelp(false)} /> : null;
}

function isTyping(event: Event): boolean {
  const [target] = event.composedPath();
  return target instanceof Element && target.closest(TYPING) !== null;
}

function focusSearch(): boolean {
  const field = document.querySelector<HTMLElement>('main input[type=search], header input[type=search]');
  field?.focus();
  return field !== null;
}

function Help({ onClose }: { onClose: () => void }) {
  const { t } = useLingui();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const keys: [string[], string][] = [
    [['/'], t`Search on pages that have a search`],
    [['g', 'h'], t`Go to the first page`],
    [['g', 'u'], t`Go to Upload`],
    [['g', 'l'], t`Go to your videos`],
    [['?'], t`This list; in the player, its own keys`],
  ];
  return (
    <dialog ref={dialog} className={classes.dialog} aria-labelledby="app-keys" onClose={onClose}>
      <h2 id="app-keys">
        <Trans>Keys</Trans>
      </h2>
      <dl>
        {keys.map(([names, what]) => (
          <div key={what}>
            <dt>
              {names.map((name) => (
                <kbd key={name}>{name}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <Button onClick={() => dialog.current?.close()}>
        <Trans>Close</Trans>
      </Button>
    </dialog>
  );
}
