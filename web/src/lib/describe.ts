import { t } from '@lingui/core/macro';
import type { Video } from '@/api/types';
import { percent } from './format';

/** Time left as people say it. */
export function timeLeft(seconds: number): string {
  const left = roughTime(seconds);
  return t`${left} left`;
}

/** A time nobody knows exactly, as people say it: "2 s", "about 40 s", "about 14 min", "about 1.5 h". */
export function roughTime(seconds: number): string {
  if (seconds < 10) return t`${Math.max(1, Math.ceil(seconds))} s`;
  if (seconds <= 55) return t`about ${5 * Math.round(seconds / 5)} s`;
  const minutes = Math.max(1, Math.round(seconds / 60));
  if (minutes < 20) return t`about ${minutes} min`;
  if (minutes < 60) return t`about ${5 * Math.round(minutes / 5)} min`;
  const hours = Math.round(seconds / 1800) / 2;
  return t`about ${hours} h`;
}

type Stage = Pick<Video, 'state' | 'progress' | 'eta_seconds'> & Partial<Pick<Video, 'rungs'>>;

/** What is happening to a video that is not finished, in a few words; empty when nothing is. */
export function stepOf({ state, progress, eta_seconds, rungs = [] }: Stage): string {
  switch (state) {
    case 'waiting':
      return t`Waiting for its file`;
    case 'uploading':
      return t`Uploading, ${percent(progress.upload)}`;
    case 'processing':
      return withTimeLeft(t`Preparing`, eta_seconds);
    case 'playable':
      return withTimeLeft(t`${bestSoFar(rungs)}, making the rest ${percent(progress.encode)}`, eta_seconds);
    default:
      return '';
  }
}

/** The rung that is the source's own picture, passed through. */
export const ORIGINAL_RUNG = 'source';
const HD_SHORT_SIDE = 720;

/** What a viewer can have while the rest is being made. */
function bestSoFar(rungs: Video['rungs']): string {
  if (rungs.some(({ id, state }) => id === ORIGINAL_RUNG && state !== 'planned'))
    return t`Playable in original quality`;
  const isHd = ({ width, height, state }: Video['rungs'][number]) =>
    state === 'ready' && Math.min(width, height) >= HD_SHORT_SIDE;
  return rungs.some(isHd) ? t`HD is ready` : t`Playable`;
}

/** A state in words that stay the same while it lasts. */
export function stateWords(state: Video['state']): string {
  return {
    waiting: t`Waiting for its file`,
    uploading: t`Uploading`,
    processing: t`Preparing`,
    playable: t`Ready to play, the rest is being made`,
    ready: t`All sizes are ready`,
    failed: t`This video could not be made.`,
  }[state];
}

function withTimeLeft(step: string, etaSeconds: number | null): string {
  if (etaSeconds === null) return step;
  return t`${step}, ${timeLeft(etaSeconds)}`;
}

/** How far the current step of a video is, from 0 to 1. */
export function shareOf({ state, progress }: Stage): number {
  return state === 'uploading' || state === 'waiting' ? progress.upload : progress.encode;
}

/** A size of the picture by its short side: "720p". */
export function sizeName(width: number, height: number): string {
  return `${Math.min(width, height)}p`;
}
