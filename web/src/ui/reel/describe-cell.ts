import { plural, t } from '@lingui/core/macro';
import type { Chunk, SideTask } from '@/api/types';
import { percent } from '@/lib/format';
import { type Cell, type CellState, countsOf, secondsOf } from './model';

type Workers = ReadonlyMap<string, number>;

/** A cell in words: "Segments 12–18: made by worker 2 in 3.1 s". */
export function cellText(cell: Cell, workers: Workers, now: number): string {
  const where = placeText(cell);
  const [chunk] = cell.chunks;
  const what = cell.chunks.length === 1 && chunk ? chunkText(chunk, workers, now) : manyText(cell);
  if (!cell.demanded) return t`${where}: ${what}`;
  return cell.state === 'working'
    ? t`${where}: ${what}, parts are being made for somebody who watches here`
    : t`${where}: ${what}, parts were made for somebody who watched here`;
}

/** Where in the film a cell or chunk lies. */
export function placeText({ firstSegment, lastSegment }: Pick<Cell, 'firstSegment' | 'lastSegment'>): string {
  return firstSegment === lastSegment ? t`Segment ${firstSegment}` : t`Segments ${firstSegment}–${lastSegment}`;
}

function chunkText(chunk: Chunk, workers: Workers, now: number): string {
  const { attempts } = chunk;
  const details = [byWhom(chunk, workers), howLong(chunk, now)].filter(Boolean);
  switch (chunk.state) {
    case 'done':
      return [t`made`, ...details].join(', ');
    case 'running':
      return [t`being made, ${percent(chunk.progress)}`, ...details].join(', ');
    case 'failed':
      return plural(attempts, { one: 'failed after # attempt', other: 'failed after # attempts' });
    default:
      return attempts > 0
        ? plural(attempts, {
            one: 'waiting for another try after # attempt',
            other: 'waiting for another try after # attempts',
          })
        : t`planned`;
  }
}

function byWhom({ worker }: Chunk, workers: Workers): string {
  const number = worker ? workers.get(worker) : undefined;
  return number === undefined ? '' : t`worker ${number}`;
}

function howLong(chunk: Chunk, now: number): string {
  const seconds = secondsOf(chunk, now);
  if (seconds === null) return '';
  const shown = seconds < 100 ? seconds.toFixed(1) : Math.round(seconds);
  return t`${shown} s`;
}

function manyText({ chunks }: Cell): string {
  const { done, working, failed } = countsOf(chunks);
  const parts = [t`${done} of ${chunks.length} chunks made`];
  if (working > 0) parts.push(t`${working} being made`);
  if (failed > 0) parts.push(t`${failed} failed`);
  return parts.join(', ');
}

/** The whole reel in a sentence. */
export function summaryText(chunks: readonly Chunk[]): string {
  const { done, working, failed } = countsOf(chunks);
  const total = chunks.length;
  if (total === 0) return t`No picture has to be encoded`;
  const parts = [plural(total, { one: `${done} of # chunk made`, other: `${done} of # chunks made` })];
  if (working > 0) parts.push(t`${working} being made`);
  if (failed > 0) parts.push(t`${failed} failed`);
  return parts.join(' · ');
}

/** The name of a state, for the legend and the sound. */
export function stateText(state: CellState): string {
  return {
    planned: t`planned`,
    offered: t`plays, not made yet`,
    working: t`being made`,
    done: t`made`,
    failed: t`failed`,
  }[state];
}

/** What a task beside the chunks does. */
export function taskName({ kind }: SideTask): string {
  const names: Record<string, string> = {
    probe: t`Looking at the file`,
    prepare: t`Preparing the file`,
    audio: t`Sound`,
    pictures: t`Pictures`,
    verify: t`Verification`,
    copy: t`Original quality`,
    storyboard: t`Preview pictures`,
    demand: t`A part for somebody who watches`,
  };
  return names[kind] ?? kind;
}
