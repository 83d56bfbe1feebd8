const [LEAST_SECONDS, MOST_SECONDS, USUAL_SECONDS] = [1, 60, 2];

/** The wait that a Retry-After header asks for (RFC 9110 §10.2.3: seconds or a date), from 1 to 60 s; 2 s without one. */
export function secondsUntil(header: string | undefined, now: number): number {
  if (!header) return USUAL_SECONDS;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - now) / 1000;
  if (Number.isNaN(seconds)) return USUAL_SECONDS;
  return Math.min(MOST_SECONDS, Math.max(LEAST_SECONDS, Math.ceil(seconds)));
}
