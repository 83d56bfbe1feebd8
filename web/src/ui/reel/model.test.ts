import { describe, expect, test } from 'vitest';
import type { Chunk, Encoding, PlanRung, SideTask } from '@/api/types';
import {
  cellsOf,
  countsOf,
  offeredOf,
  originalOf,
  rowsOf,
  secondsOf,
  soundOf,
  stateIn,
  stepsLeft,
  workerNumbers,
} from './model';

function chunk(index: number, state: Chunk['state'], more: Partial<Chunk> = {}): Chunk {
  return {
    index,
    first_segment: index * 8,
    segments: 8,
    state,
    attempts: 0,
    progress: 0,
    cpu_seconds: 0,
    ...more,
  } as Chunk;
}

function encoding(parts: Partial<Encoding>): Encoding {
  return {
    chunks: [],
    tasks: [],
    plan: null,
    report: null,
    version: 'v',
    cpu_seconds: 0,
    ratio_realtime: null,
    ...parts,
  } as Encoding;
}

describe('cells', () => {
  test('are one for each chunk where there is room', () => {
    const cells = cellsOf([chunk(1, 'running', { progress: 0.5 }), chunk(0, 'done')], 40);
    expect(cells.map(({ state, share }) => [state, share])).toEqual([
      ['done', 1],
      ['working', 0.5],
    ]);
    expect(cells.map(({ firstSegment, lastSegment }) => [firstSegment, lastSegment])).toEqual([
      [1, 8],
      [9, 16],
    ]);
  });

  test('hold several chunks where there is none, and lose no chunk', () => {
    const chunks = Array.from({ length: 1000 }, (_, index) => chunk(index, index < 500 ? 'done' : 'queued'));
    const cells = cellsOf(chunks, 60);
    expect(cells.length).toBeLessThanOrEqual(60);
    expect(cells.flatMap((cell) => cell.chunks)).toHaveLength(1000);
    expect(cells.at(-1)?.lastSegment).toBe(8000);
  });

  test('never hide a fault among chunks that are made', () => {
    const chunks = Array.from({ length: 100 }, (_, index) => chunk(index, index === 42 ? 'failed' : 'done'));
    expect(cellsOf(chunks, 10).filter(({ state }) => state === 'failed')).toHaveLength(1);
  });

  test('fill up in parts while some of their chunks wait', () => {
    const [cell] = cellsOf([chunk(0, 'done'), chunk(1, 'queued')], 1);
    expect(cell).toMatchObject({ state: 'planned', share: 0.5, segments: 16 });
  });

  test('are none where there is no chunk', () => {
    expect(cellsOf([], 40)).toEqual([]);
    expect(cellsOf([chunk(0, 'queued')], 0)).toHaveLength(1);
  });
});

test('chunks are counted by state', () => {
  const chunks = [chunk(0, 'done'), chunk(1, 'running'), chunk(2, 'queued'), chunk(3, 'queued'), chunk(4, 'failed')];
  expect(countsOf(chunks)).toEqual({ done: 1, working: 1, planned: 2, failed: 1 });
});

test('workers get short and steady numbers', () => {
  const named = encoding({
    chunks: [
      chunk(0, 'done', { worker: 'zeta' }),
      chunk(1, 'done', { worker: 'alpha' }),
      chunk(2, 'queued', { worker: null }),
    ],
  });
  expect([...workerNumbers(named)]).toEqual([
    ['alpha', 1],
    ['zeta', 2],
  ]);
});

test('the time of a chunk runs while it is made and stands still afterwards', () => {
  const started_at = '2026-11-24T12:00:00Z';
  expect(secondsOf(chunk(0, 'running', { started_at }), Date.parse('2026-11-24T12:00:03Z'))).toBe(3);
  expect(secondsOf(chunk(0, 'done', { started_at, finished_at: '2026-11-24T12:00:02Z' }), Date.now())).toBe(2);
  expect(secondsOf(chunk(0, 'queued'), Date.now())).toBeNull();
});

test('rows go from the largest size to the smallest', () => {
  const rungs = [
    { id: 'a', width: 640, height: 360 },
    { id: 'b', width: 1920, height: 1080 },
  ];
  const plan = { rungs, boundaries: [], frame_rate: 25, frames: 0 } as unknown as Encoding['plan'];
  expect(rowsOf(encoding({ plan })).map(({ id }) => id)).toEqual(['b', 'a']);
});

test('the sound is a row only where sound is made', () => {
  expect(soundOf(encoding({}))).toBeNull();
  const tasks = [
    { kind: 'audio', state: 'done' },
    { kind: 'audio', state: 'running' },
  ] as Encoding['tasks'];
  expect(soundOf(encoding({ tasks }))).toEqual({ state: 'working', share: 0.5 });
});

function task(kind: string, state: SideTask['state'], more: Partial<SideTask> = {}): SideTask {
  return { id: kind, kind, state, attempts: 0, cpu_seconds: 0, ...more } as SideTask;
}

function rung(id: string, height: number, more: Partial<PlanRung> = {}): PlanRung {
  return { id, width: (height * 16) / 9, height, ...more } as PlanRung;
}

const plan = (...rungs: PlanRung[]) => ({ frame_rate: 25, frames: 100, boundaries: [0, 100], not_copied: [], rungs });

describe('what plays before it is made', () => {
  const rungs = [rung('h264-360', 360), rung('h264-720', 720)].map((one) => ({ ...one, state: 'planned' as const }));

  test('is the sizes on offer, and nothing before the video is playable', () => {
    const offered = rungs.map((one) => ({ ...one, state: one.id === 'h264-360' ? ('ready' as const) : one.state }));
    expect([...offeredOf({ state: 'playable', rungs: offered })]).toEqual(['h264-360']);
    expect([...offeredOf({ state: 'processing', rungs: offered })]).toEqual([]);
  });

  test('is seen in the row of its size, where nothing else is to be seen', () => {
    const [high, low] = rowsOf(encoding({ plan: plan(...rungs) }), new Set(['h264-360']));
    if (!high || !low) throw new Error('a row is missing');
    expect([stateIn(high, { state: 'planned' }), stateIn(low, { state: 'planned' })]).toEqual(['planned', 'offered']);
    expect([stateIn(low, { state: 'working' }), stateIn(low, { state: 'failed' })]).toEqual(['working', 'failed']);
  });
});

describe('the original', () => {
  const passedThrough = plan(rung('source', 1080, { copied: true }), rung('h264-720', 720));

  test('has a row of its own and none among the chunks', () => {
    const all = encoding({
      plan: passedThrough,
      tasks: [task('copy', 'running', { track: 'source', progress: 0.25 })],
    });
    expect(originalOf(all)).toMatchObject({ height: 1080, state: 'offered', share: 0.25 });
    expect(rowsOf(all).map(({ id }) => id)).toEqual(['h264-720']);
  });

  test('leaves its sound to the row of the sound', () => {
    const tasks = [task('copy', 'running', { track: 'source' }), task('copy', 'done', { track: 'audio-1' })];
    expect(soundOf(encoding({ plan: passedThrough, tasks }))).toEqual({ state: 'done', share: 1 });
    expect(soundOf(encoding({ plan: passedThrough, tasks: tasks.slice(0, 1) }))).toBeNull();
  });

  test('is done when its copy is, and absent where everything is encoded', () => {
    expect(
      originalOf(encoding({ plan: passedThrough, tasks: [task('copy', 'done', { track: 'source' })] }))?.state,
    ).toBe('done');
    expect(originalOf(encoding({ plan: plan(rung('h264-720', 720)) }))).toBeNull();
  });
});

describe('work for somebody who watches', () => {
  const chunks = [chunk(0, 'done'), chunk(1, 'queued'), chunk(2, 'queued')];

  test('marks the chunk in which it lies, and is seen while it runs', () => {
    const cells = cellsOf(chunks, 10, [task('demand', 'running', { chunk: 2 }), task('demand', 'done', { chunk: 1 })]);
    expect(cells.map(({ state, demanded }) => [state, demanded])).toEqual([
      ['done', false],
      ['planned', true],
      ['working', true],
    ]);
  });

  test('is forgotten once the whole chunk is made', () => {
    expect(cellsOf(chunks, 10, [task('demand', 'done', { chunk: 0 })])[0]?.demanded).toBe(false);
  });
});

test('the steps that are left come in their order', () => {
  const tasks = [
    task('storyboard', 'queued'),
    task('chunk', 'queued'),
    task('verify', 'queued'),
    task('pictures', 'done'),
    task('copy', 'running'),
  ];
  expect(stepsLeft(encoding({ tasks })).map(({ kind }) => kind)).toEqual(['verify', 'storyboard']);
});
