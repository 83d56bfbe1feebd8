const FORM = /^(?:(\d+):)?(?:([0-5]?\d):)?(\d+(?:[.,]\d+)?)$/;

/** Seconds of a time as people write it: "90", "1:30", "1:02:03.5"; null where it is none. */
export function secondsFromClock(text: string): number | null {
  const match = FORM.exec(text.trim());
  if (!match) return null;
  const [, first, second, last = ''] = match;
  const seconds = Number(last.replace(',', '.'));
  if (first !== undefined && seconds >= 60) return null;
  const minutes = second === undefined ? Number(first ?? 0) : Number(first ?? 0) * 60 + Number(second);
  return minutes * 60 + seconds;
}
