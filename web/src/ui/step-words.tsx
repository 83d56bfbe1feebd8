import type { Video } from '@/api/types';
import { stepOf } from '@/lib/describe';
import { useSteadyTime } from '@/lib/steady-time';

/** What is happening to a video, with a time left that does not jump about. */
export function StepWords({ video, className }: { video: Video; className?: string }) {
  const eta_seconds = useSteadyTime(video.eta_seconds);
  return <span className={className}>{stepOf({ ...video, eta_seconds })}</span>;
}
