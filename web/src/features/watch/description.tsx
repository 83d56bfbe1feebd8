import { Trans } from '@lingui/react/macro';
import clsx from 'clsx';
import { useLayoutEffect, useRef, useState } from 'react';
import { linkify } from '@/lib/linkify';
import classes from './description.module.css';

/** What the owner says about a video, folded at three lines. */
export function Description({ text }: { text: string }) {
  const [open, setOpen] = useState(false);
  const [long, setLong] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height depends on the text.
  useLayoutEffect(() => {
    const element = box.current;
    if (element) setLong(element.scrollHeight > element.clientHeight + 1);
  }, [text]);
  return (
    <section className={classes.card}>
      <div ref={box} className={clsx(classes.text, !open && classes.folded)}>
        {pieces(text)}
      </div>
      {long && (
        <button type="button" className={classes.more} aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? <Trans>Show less</Trans> : <Trans>Show more</Trans>}
        </button>
      )}
    </section>
  );
}

function pieces(text: string) {
  let at = 0;
  return linkify(text).map((piece) => {
    const key = at;
    at += piece.text.length;
    if (!piece.href) return <span key={key}>{piece.text}</span>;
    return (
      <a key={key} href={piece.href} rel="nofollow ugc noopener noreferrer" target="_blank">
        {piece.text}
      </a>
    );
  });
}
