import { t } from '@lingui/core/macro';
import type { Estimate } from '@/api/estimate';
import { roughTime } from '@/lib/describe';

const WORTH_SAYING_SECONDS = 30;

/** When a file can be watched and when all of it is made, counted from its last byte. */
export function forecastWords({ basis, playable_seconds, ready_seconds, queue_seconds }: Estimate): string[] {
  const words = [t`playable in ${roughTime(playable_seconds)}, all sizes in ${roughTime(ready_seconds)}`];
  if (queue_seconds >= WORTH_SAYING_SECONDS) words.push(t`other videos come first, ${roughTime(queue_seconds)}`);
  if (basis === 'assumed') words.push(t`a first guess: nothing like it was made here yet`);
  return words;
}
