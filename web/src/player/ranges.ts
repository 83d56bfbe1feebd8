const SLACK_SECONDS = 0.3;

type Range = readonly [start: number, end: number];

/** Time ranges of a video element as plain pairs of seconds. */
export function pairsOf(ranges: TimeRanges): Range[] {
  return Array.from({ length: ranges.length }, (_, at) => [ranges.start(at), ranges.end(at)] as const);
}

/** The range that a moment lies in, or almost. */
export function rangeAround(ranges: readonly Range[], seconds: number): Range | null {
  return ranges.find(([start, end]) => seconds >= start - SLACK_SECONDS && seconds <= end + SLACK_SECONDS) ?? null;
}

/** CSS background that paints ranges of a video of some length in the current colour. */
export function painted(ranges: readonly Range[], duration: number): string {
  if (!(duration > 0) || ranges.length === 0) return 'none';
  const share = (seconds: number) => `${((100 * Math.min(seconds, duration)) / duration).toFixed(2)}%`;
  const stops = ranges.flatMap(([start, end]) => [
    `transparent ${share(start)}`,
    `currentcolor ${share(start)}`,
    `currentcolor ${share(end)}`,
    `transparent ${share(end)}`,
  ]);
  return `linear-gradient(to right, ${stops.join(', ')})`;
}
