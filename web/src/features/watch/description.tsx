import { Trans, useLingui } from '@lingui/react/macro';
import clsx from 'clsx';
import { useLayoutEffect, useRef, useState } from 'react';
import classes from './description.module.css';
import { type Piece, piecesOf } from './moments';

type DescriptionProps = {
  text: string;
  /** The page's own address: links to a moment of it do not leave it. */
  url: string;
  onMoment: (seconds: number) => void;
};

/** What the owner says about a video, folded at three lines. */
export function Description({ text, url, onMoment }: DescriptionProps) {
  const [open, setOpen] = useState(false);
  const [long, setLong] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height depends on the text.
  useLayoutEffect(() => {
    const element = box.current;
    if (element) setLong(element.scrollHeight > element.clientHeight + 1);
  }, [text]);
  let at = 0;
  return (
    <section className={classes.card}>
      <div ref={box} className={clsx(classes.text, !open && classes.folded)}>
        {piecesOf(text, url).map((piece) => {
          const key = at;
          at += piece.text.length;
          return <PieceView key={key} piece={piece} onMoment={onMoment} />;
        })}
      </div>
      {long && (
        <button type="button" className={classes.more} aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? <Trans>Show less</Trans> : <Trans>Show more</Trans>}
        </button>
      )}
    </section>
  );
}

function PieceView({ piece, onMoment }: { piece: Piece; onMoment: (seconds: number) => void }) {
  const { t } = useLingui();
  const { text } = piece;
  switch (piece.kind) {
    case 'words':
      return text;
    case 'link':
      return (
        <a href={piece.href} rel="nofollow ugc noopener noreferrer" target="_blank">
          {text}
        </a>
      );
    case 'moment':
      return (
        <button
          type="button"
          className={classes.moment}
          title={t`Play from ${text}`}
          onClick={() => onMoment(piece.seconds)}
        >
          {text}
        </button>
      );
  }
}
