import { useLingui } from '@lingui/react/macro';
import clsx from 'clsx';
import { type CSSProperties, type KeyboardEvent, memo, type RefObject, useState } from 'react';
import { sizeName } from '@/lib/describe';
import classes from './film-strip.module.css';
import { type Bar, type Cell, type originalOf, type Row, stateIn } from './model';

type FilmStripProps = {
  label: string;
  rows: readonly Row[];
  original: ReturnType<typeof originalOf>;
  sound: Bar | null;
  cells: readonly Cell[];
  /** The element whose width decides how many cells there are. */
  strip: RefObject<HTMLDivElement | null>;
  textOf: (cell: Cell) => string;
  chosen: number | null;
  onChoose: (cell: Cell) => void;
  onPoint: (cell: Cell | null) => void;
};

/** The strip itself: a column per cell, a row per size. One tab stop; arrows, Home and End go along it. */
export function FilmStrip({
  label,
  rows,
  original,
  sound,
  cells,
  strip,
  textOf,
  chosen,
  onChoose,
  onPoint,
}: FilmStripProps) {
  const { t } = useLingui();
  const [at, setAt] = useState(0);
  const current = Math.min(at, cells.length - 1);

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const to = destination(event.key, current, cells.length);
    if (to === null) return;
    event.preventDefault();
    event.stopPropagation();
    setAt(to);
    const buttons = event.currentTarget.querySelectorAll<HTMLElement>('button');
    buttons[to]?.focus();
  };
  return (
    <div className={classes.film}>
      <div className={classes.labels} aria-hidden>
        {original && <span>{sizeName(original.width, original.height)}</span>}
        {rows.map(({ id, width, height }) => (
          <span key={id}>{sizeName(width, height)}</span>
        ))}
        {sound && <span>{t`sound`}</span>}
      </div>
      <div className={classes.band}>
        {original && <WholeRow bar={original} />}
        {/* biome-ignore lint/a11y/useSemanticElements: a strip of cells is no fieldset. */}
        <div
          ref={strip}
          className={classes.cells}
          role="group"
          aria-label={label}
          onKeyDown={onKeyDown}
          onPointerLeave={() => onPoint(null)}
          onBlur={() => onPoint(null)}
        >
          {cells.map((cell, column) => (
            <Column
              key={cell.key}
              cell={cell}
              rows={rows}
              text={textOf(cell)}
              reachable={column === current}
              chosen={cell.key === chosen}
              onChoose={(picked) => {
                setAt(column);
                onChoose(picked);
              }}
              onPoint={(picked) => {
                if (picked) onPoint(picked);
              }}
            />
          ))}
        </div>
        {sound && <WholeRow bar={sound} />}
      </div>
    </div>
  );
}

/** A row without chunks. */
function WholeRow({ bar: { state, share } }: { bar: Bar }) {
  const style = { '--share': `${Math.round(share * 100)}%` } as CSSProperties;
  return <div className={clsx(classes.whole, classes[state])} style={style} />;
}

type ColumnProps = {
  cell: Cell;
  rows: readonly Row[];
  text: string;
  reachable: boolean;
  chosen: boolean;
  onChoose: (cell: Cell) => void;
  onPoint: (cell: Cell) => void;
};

const Column = memo(
  function Column({ cell, rows, text, reachable, chosen, onChoose, onPoint }: ColumnProps) {
    const size = { flexGrow: cell.segments, '--share': `${Math.round(cell.share * 100)}%` } as CSSProperties;
    return (
      <button
        type="button"
        className={clsx(classes.column, classes[cell.state])}
        style={size}
        data-state={cell.state}
        tabIndex={reachable ? 0 : -1}
        aria-label={text}
        aria-pressed={cell.state === 'failed' ? chosen : undefined}
        onClick={() => onChoose(cell)}
        onPointerEnter={() => onPoint(cell)}
        onFocus={() => onPoint(cell)}
      >
        {rows.map((row) => (
          <span key={row.id} className={classes[stateIn(row, cell)]} />
        ))}
      </button>
    );
  },
  (before, after) =>
    before.text === after.text &&
    before.reachable === after.reachable &&
    before.chosen === after.chosen &&
    sameRows(before.rows, after.rows) &&
    before.cell.state === after.cell.state &&
    before.cell.share === after.cell.share &&
    before.cell.segments === after.cell.segments,
);

function sameRows(before: readonly Row[], after: readonly Row[]): boolean {
  return before.length === after.length && before.every(({ offered }, at) => offered === after[at]?.offered);
}

function destination(key: string, from: number, count: number): number | null {
  const page = Math.max(1, Math.round(count / 10));
  const steps: Record<string, number> = {
    ArrowRight: from + 1,
    ArrowLeft: from - 1,
    PageDown: from + page,
    PageUp: from - page,
    Home: 0,
    End: count - 1,
  };
  const to = steps[key];
  return to === undefined ? null : Math.min(count - 1, Math.max(0, to));
}
