import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import clsx from 'clsx';
import { useState } from 'react';
import { encodingQuery } from '@/api/queries';
import type { Encoding } from '@/api/types';
import { Button } from '@/ui/button';
import { cellText, stateText, summaryText } from './describe-cell';
import { FailedWork } from './failed-work';
import { FilmStrip } from './film-strip';
import { type Cell, type CellState, cellsOf, rowsOf, soundOf, workerNumbers } from './model';
import classes from './reel.module.css';
import { useRoom } from './use-room';

/**
 * How a video is being made, for its editors: a film strip with a cell per chunk and a row per size.
 * It shows nothing before there is a plan, and nothing to whoever may not edit the video.
 */
export function Reel({ videoId, legend = true }: { videoId: string; legend?: boolean }) {
  const { data } = useQuery(encodingQuery(videoId));
  if (!data?.plan || (data.chunks.length === 0 && !soundOf(data))) return null;
  return <Strip videoId={videoId} encoding={data} legend={legend} />;
}

function Strip({ videoId, encoding, legend }: { videoId: string; encoding: Encoding; legend: boolean }) {
  const { t } = useLingui();
  const [pointed, setPointed] = useState<number | null>(null);
  const [opened, setOpened] = useState<number | null>(null);
  const [strip, room] = useRoom();
  const { chunks } = encoding;
  const workers = workerNumbers(encoding);
  const sound = soundOf(encoding);
  const now = Date.now();
  const textOf = (cell: Cell) => cellText(cell, workers, now);
  const cells = cellsOf(chunks, room);
  const pointedCell = cells.find(({ key }) => key === pointed);
  const openedCell = cells.find(({ key, state }) => key === opened && state === 'failed');
  const firstFailed = cells.find(({ state }) => state === 'failed');
  const tasks = encoding.tasks.filter(isFailed);
  const summary = summaryText(chunks);

  return (
    <section className={classes.reel} aria-label={t`Reel`}>
      <FilmStrip
        label={summary}
        rows={rowsOf(encoding)}
        sound={sound?.state ?? null}
        cells={cells}
        strip={strip}
        textOf={textOf}
        chosen={opened}
        onChoose={(cell) => setOpened(cell.state === 'failed' && opened !== cell.key ? cell.key : null)}
        onPoint={(cell) => setPointed(cell?.key ?? null)}
      />
      <p className={classes.words}>
        <span className={classes.summary}>{pointedCell ? textOf(pointedCell) : summary}</span>
        {!pointedCell && legend && <Legend />}
      </p>
      {tasks.length > 0 && <FailedWork videoId={videoId} chunks={[]} tasks={tasks} />}
      {firstFailed && !openedCell && (
        <Button look="danger" className={classes.why} onClick={() => setOpened(firstFailed.key)}>
          <Trans>Show why it failed</Trans>
        </Button>
      )}
      {openedCell && <FailedWork videoId={videoId} chunks={openedCell.chunks.filter(isFailed)} tasks={[]} />}
    </section>
  );
}

function isFailed({ state }: { state: string }): boolean {
  return state === 'failed';
}

const STATES: readonly CellState[] = ['planned', 'working', 'done', 'failed'];

function Legend() {
  return (
    <span className={classes.legend} aria-hidden>
      {STATES.map((state) => (
        <span key={state} className={clsx(classes.key, classes[state])}>
          {stateText(state)}
        </span>
      ))}
    </span>
  );
}
