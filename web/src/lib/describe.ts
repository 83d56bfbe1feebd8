import { plural, t } from '@lingui/core/macro';
import type { Video } from '@/api/types';
import { percent } from './format';

/** Time left as people say it. */
export function timeLeft(seconds: number): string {
  if (seconds < 60) {
    const rounded = Math.max(1, Math.round(seconds));
    return plural(rounded, { one: '# s left', other: '# s left' });
  }
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return plural(minutes, { one: '# min left', other: '# min left' });
  const hours = Math.round(minutes / 60);
  return plural(hours, { one: '# h left', other: '# h left' });
}

type Stage = Pick<Video, 'state' | 'progress' | 'eta_seconds'>;

/** What is happening to a video that is not finished, in a few words; empty when nothing is. */
export function stepOf({ state, progress, eta_seconds }: Stage): string {
  switch (state) {
    case 'waiting':
      return t`Waiting for its file`;
    case 'uploading':
      return t`Uploading, ${percent(progress.upload)}`;
    case 'processing':
      return withTimeLeft(t`Preparing`, eta_seconds);
    case 'playable':
      return withTimeLeft(t`Playable, making more sizes ${percent(progress.encode)}`, eta_seconds);
    default:
      return '';
  }
}

/** A state in words that stay the same while it lasts. */
export function stateWords(state: Video['state']): string {
  return {
    waiting: t`Waiting for its file`,
    uploading: t`Uploading`,
    processing: t`Preparing`,
    playable: t`Ready to play, more sizes are being made`,
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
