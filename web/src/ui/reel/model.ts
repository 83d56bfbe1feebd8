import type { Chunk, Encoding } from '@/api/types';

/** What a cell of the reel shows. */
export type CellState = 'planned' | 'working' | 'done' | 'failed';

/** One cell: a chunk, or several in a row where there are more chunks than room. */
export type Cell = {
  key: number;
  chunks: readonly Chunk[];
  state: CellState;
  /** How much of it is made, from 0 to 1. */
  share: number;
  /** Segment numbers as people count: from 1, both included. */
  firstSegment: number;
  lastSegment: number;
  segments: number;
};

/** A row of the reel: one size of the picture, or one sound track. */
export type Row = { id: string; width: number; height: number };

const CELL_STATES: Record<Chunk['state'], CellState> = {
  queued: 'planned',
  running: 'working',
  done: 'done',
  failed: 'failed',
};

/** The sizes of a plan, the largest first. */
export function rowsOf({ plan }: Encoding): Row[] {
  return [...(plan?.rungs ?? [])].sort((a, b) => b.height - a.height);
}

/** Puts chunks into at most `room` cells. Neighbours share a cell where there are more; no chunk is left out. */
export function cellsOf(chunks: readonly Chunk[], room: number): Cell[] {
  const ordered = [...chunks].sort((a, b) => a.index - b.index);
  const size = Math.max(1, Math.ceil(ordered.length / Math.max(1, room)));
  const cells: Cell[] = [];
  for (let at = 0; at < ordered.length; at += size) cells.push(cellOf(at, ordered.slice(at, at + size)));
  return cells;
}

function cellOf(key: number, chunks: readonly Chunk[]): Cell {
  const segments = sum(chunks, (chunk) => chunk.segments);
  const firstSegment = (chunks[0]?.first_segment ?? 0) + 1;
  return {
    key,
    chunks,
    state: stateOf(chunks),
    share: segments > 0 ? sum(chunks, (chunk) => chunk.segments * shareOf(chunk)) / segments : 0,
    firstSegment,
    lastSegment: firstSegment + segments - 1,
    segments,
  };
}

/** A fault is never hidden by its neighbours, nor is work under way. */
function stateOf(chunks: readonly Chunk[]): CellState {
  const states = chunks.map((chunk) => CELL_STATES[chunk.state]);
  for (const loud of ['failed', 'working'] as const) if (states.includes(loud)) return loud;
  return states.every((state) => state === 'done') ? 'done' : 'planned';
}

function shareOf({ state, progress }: Chunk): number {
  if (state === 'done') return 1;
  return state === 'running' ? progress : 0;
}

/** How many chunks are in each state. */
export function countsOf(chunks: readonly Chunk[]): Record<CellState, number> {
  const counts = { planned: 0, working: 0, done: 0, failed: 0 };
  for (const { state } of chunks) counts[CELL_STATES[state]]++;
  return counts;
}

/** The sound as a row of one cell; null where nothing is made of it. */
export function soundOf({ tasks }: Encoding): { state: CellState; tracks: number } | null {
  const audio = tasks.filter(({ kind }) => kind === 'audio');
  if (audio.length === 0) return null;
  const states = audio.map(({ state }) => CELL_STATES[state]);
  const loud = (['failed', 'working'] as const).find((state) => states.includes(state));
  return { state: loud ?? (states.every((state) => state === 'done') ? 'done' : 'planned'), tracks: audio.length };
}

/** Short names for workers, whose own are long: 1, 2, 3 in a steady order. */
export function workerNumbers({ chunks, tasks }: Encoding): ReadonlyMap<string, number> {
  const names = [...chunks, ...tasks].flatMap(({ worker }) => worker ?? []);
  return new Map([...new Set(names)].sort().map((name, at) => [name, at + 1]));
}

/** How long a chunk took, or has been taking; null before it began. */
export function secondsOf({ started_at, finished_at, cpu_seconds, state }: Chunk, now: number): number | null {
  if (!started_at) return state === 'done' && cpu_seconds > 0 ? cpu_seconds : null;
  if (state === 'queued') return null;
  const end = finished_at ? Date.parse(finished_at) : now;
  return Math.max(0, (end - Date.parse(started_at)) / 1000);
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
