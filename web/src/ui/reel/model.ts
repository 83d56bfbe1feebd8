import type { Chunk, Encoding, SideTask, Video } from '@/api/types';

/** What a cell of the reel shows. "offered" is not made yet and plays all the same: it is made when somebody watches there. */
export type CellState = 'planned' | 'offered' | 'working' | 'done' | 'failed';

/** One cell: a chunk, or several in a row where there are more chunks than room. */
export type Cell = {
  key: number;
  chunks: readonly Chunk[];
  state: CellState;
  /** How much of it is made, from 0 to 1. */
  share: number;
  /** Whether parts of it were made, or are, out of their turn, because somebody watched there. */
  demanded: boolean;
  /** Segment numbers as people count: from 1, both included. */
  firstSegment: number;
  lastSegment: number;
  segments: number;
};

/** A row of the reel: one size of the picture. */
export type Row = {
  id: string;
  width: number;
  height: number;
  /** Whether it plays, although it may not be complete. */
  offered: boolean;
};

/** A row that is not made of chunks: the passed-through original, or the sound. */
export type Bar = { state: CellState; share: number };

const CELL_STATES = {
  queued: 'planned',
  running: 'working',
  done: 'done',
  failed: 'failed',
} as const satisfies Record<Chunk['state'], CellState>;

/** The sizes that are encoded, the largest first; `offered` are those that the video plays now. */
export function rowsOf({ plan }: Encoding, offered: ReadonlySet<string> = new Set()): Row[] {
  const encoded = (plan?.rungs ?? []).filter(({ copied }) => !copied);
  return encoded
    .map(({ id, width, height }) => ({ id, width, height, offered: offered.has(id) }))
    .sort((a, b) => b.height - a.height);
}

/** The sizes that a video plays now. */
export function offeredOf({ state, rungs }: Pick<Video, 'state' | 'rungs'>): ReadonlySet<string> {
  if (state !== 'playable' && state !== 'ready') return new Set();
  return new Set(rungs.filter((rung) => rung.state !== 'planned').map(({ id }) => id));
}

/** The source's own picture, passed through without encoding; null where that cannot be. It plays from the start. */
export function originalOf({ plan, tasks }: Encoding): (Bar & { width: number; height: number }) | null {
  const rung = plan?.rungs.find(({ copied }) => copied);
  if (!rung) return null;
  const copies = tasks.filter(({ kind, track }) => kind === 'copy' && track === rung.id);
  const { width, height } = rung;
  if (copies.some(({ state }) => state === 'failed')) return { width, height, state: 'failed', share: 1 };
  const share = copies.length === 0 ? 0 : sum(copies, shareOf) / copies.length;
  return { width, height, state: share === 1 ? 'done' : 'offered', share };
}

/** What is seen of a cell in a row. */
export function stateIn({ offered }: Row, { state }: Pick<Cell, 'state'>): CellState {
  return state === 'planned' && offered ? 'offered' : state;
}

/** Puts chunks into at most `room` cells. Neighbours share a cell where there are more; no chunk is left out. */
export function cellsOf(chunks: readonly Chunk[], room: number, tasks: readonly SideTask[] = []): Cell[] {
  const ordered = [...chunks].sort((a, b) => a.index - b.index);
  const demands = demandsOf(tasks);
  const size = Math.max(1, Math.ceil(ordered.length / Math.max(1, room)));
  const cells: Cell[] = [];
  for (let at = 0; at < ordered.length; at += size) cells.push(cellOf(at, ordered.slice(at, at + size), demands));
  return cells;
}

/** Work for somebody who watches, by the chunk in which it lies. */
type Demands = ReadonlyMap<number, readonly SideTask[]>;

function demandsOf(tasks: readonly SideTask[]): Demands {
  return Map.groupBy(
    tasks.filter(({ kind, chunk }) => kind === 'demand' && typeof chunk === 'number'),
    ({ chunk }) => chunk as number,
  );
}

function cellOf(key: number, chunks: readonly Chunk[], demands: Demands): Cell {
  const segments = sum(chunks, (chunk) => chunk.segments);
  const firstSegment = (chunks[0]?.first_segment ?? 0) + 1;
  const demanded = chunks.flatMap(({ index, state }) => (state === 'queued' ? (demands.get(index) ?? []) : []));
  return {
    key,
    chunks,
    state: stateOf(chunks, demanded),
    share: segments > 0 ? sum(chunks, (chunk) => chunk.segments * shareOf(chunk)) / segments : 0,
    demanded: demanded.length > 0,
    firstSegment,
    lastSegment: firstSegment + segments - 1,
    segments,
  };
}

/** A fault is never hidden by its neighbours, nor is work under way. */
function stateOf(chunks: readonly Chunk[], demanded: readonly SideTask[]): CellState {
  const states = chunks.map((chunk) => CELL_STATES[chunk.state]);
  if (states.includes('failed')) return 'failed';
  if (states.includes('working') || demanded.some(({ state }) => state === 'running')) return 'working';
  return states.every((state) => state === 'done') ? 'done' : 'planned';
}

function shareOf({ state, progress = 0 }: Pick<SideTask, 'state' | 'progress'>): number {
  if (state === 'done') return 1;
  return state === 'running' ? progress : 0;
}

/** How many chunks are in each state. */
export function countsOf(chunks: readonly Chunk[]): Record<(typeof CELL_STATES)[Chunk['state']], number> {
  const counts = { planned: 0, working: 0, done: 0, failed: 0 };
  for (const { state } of chunks) counts[CELL_STATES[state]]++;
  return counts;
}

/** The sound as a row of one cell, encoded or passed through; null where nothing is made of it. */
export function soundOf({ plan, tasks }: Encoding): Bar | null {
  const isPicture = (track: string | undefined) => plan?.rungs.some(({ id }) => id === track);
  const audio = tasks.filter(({ kind, track }) => kind === 'audio' || (kind === 'copy' && !isPicture(track)));
  if (audio.length === 0) return null;
  const states = audio.map(({ state }) => CELL_STATES[state]);
  const loud = (['failed', 'working'] as const).find((state) => states.includes(state));
  return {
    state: loud ?? (states.every((state) => state === 'done') ? 'done' : 'planned'),
    share: sum(audio, shareOf) / audio.length,
  };
}

const STEPS = ['prepare', 'pictures', 'verify', 'storyboard'];

/** The steps beside sizes and sound that are still to be done, in their order; failed ones are told elsewhere. */
export function stepsLeft({ tasks }: Encoding): SideTask[] {
  const left = tasks.filter(({ kind, state }) => STEPS.includes(kind) && (state === 'queued' || state === 'running'));
  return left.sort((a, b) => STEPS.indexOf(a.kind) - STEPS.indexOf(b.kind));
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
