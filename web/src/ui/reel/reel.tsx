import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import clsx from 'clsx';
import { useState } from 'react';
import { encodingQuery, videoQuery } from '@/api/queries';
import type { Encoding, Video } from '@/api/types';
import { Button } from '@/ui/button';
import { cellText, stateText, summaryText } from './describe-cell';
import { FailedWork } from './failed-work';
import { FilmStrip } from './film-strip';
import { type Cell, type CellState, cellsOf, offeredOf, originalOf, rowsOf, soundOf, workerNumbers } from './model';
import { Notes, WaitNote } from './notes';
import classes from './reel.module.css';
import { useRoom } from './use-room';

/**
 * How a video is being made, for its editors: a film strip with a cell per chunk and a row per size.
 * Before there is a plan it says at most why the work waits, and nothing to whoever may not edit the video.
 */
export function Reel({ videoId, legend = true }: { videoId: string; legend?: boolean }) {
  const { data } = useQuery(encodingQuery(videoId));
  const { data: video } = useQuery(videoQuery(videoId));
  if (data && !data.plan) {
    return (
      <ul className={classes.notes}>
        <WaitNote encoding={data} />
      </ul>
    );
  }
  if (!data || !video || (data.chunks.length === 0 && !soundOf(data) && !originalOf(data))) return null;
  return <Strip video={video} encoding={data} legend={legend} />;
}

function Strip({ video, encoding, legend }: { video: Video; encoding: Encoding; legend: boolean }) {
  const { t } = useLingui();
  const [pointed, setPointed] = useState<number | null>(null);
  const [opened, setOpened] = useState<number | null>(null);
  const [strip, room] = useRoom();
  const { chunks } = encoding;
  const workers = workerNumbers(encoding);
  const sound = soundOf(encoding);
  const now = Date.now();
  const textOf = (cell: Cell) => cellText(cell, workers, now);
  const cells = cellsOf(chunks, room, encoding.tasks);
  const rows = rowsOf(encoding, offeredOf(video));
  const offered = rows.some((row) => row.offered) && cells.some(({ state }) => state === 'planned');
  const pointedCell = cells.find(({ key }) => key === pointed);
  const openedCell = cells.find(({ key, state }) => key === opened && state === 'failed');
  const firstFailed = cells.find(({ state }) => state === 'failed');
  const tasks = encoding.tasks.filter(isFailed);
  const summary = summaryText(chunks);

  return (
    <section className={classes.reel} aria-label={t`Reel`}>
      <FilmStrip
        label={summary}
        rows={rows}
        original={originalOf(encoding)}
        sound={sound}
        cells={cells}
        strip={strip}
        textOf={textOf}
        chosen={opened}
        onChoose={(cell) => setOpened(cell.state === 'failed' && opened !== cell.key ? cell.key : null)}
        onPoint={(cell) => setPointed(cell?.key ?? null)}
      />
      <p className={classes.words}>
        <span className={classes.summary}>{pointedCell ? textOf(pointedCell) : summary}</span>
        {!pointedCell && legend && <Legend offered={offered} />}
      </p>
      <Notes encoding={encoding} offered={offered} />
      {tasks.length > 0 && <FailedWork videoId={video.id} chunks={[]} tasks={tasks} />}
      {firstFailed && !openedCell && (
        <Button look="danger" className={classes.why} onClick={() => setOpened(firstFailed.key)}>
          <Trans>Show why it failed</Trans>
        </Button>
      )}
      {openedCell && <FailedWork videoId={video.id} chunks={openedCell.chunks.filter(isFailed)} tasks={[]} />}
    </section>
  );
}

function isFailed({ state }: { state: string }): boolean {
  return state === 'failed';
}

const STATES: readonly CellState[] = ['planned', 'offered', 'working', 'done', 'failed'];

function Legend({ offered }: { offered: boolean }) {
  return (
    <span className={classes.legend} aria-hidden>
      {STATES.filter((state) => offered || state !== 'offered').map((state) => (
        <span key={state} className={clsx(classes.key, classes[state])}>
          {stateText(state)}
        </span>
      ))}
    </span>
  );
}
