import { useState } from 'react';

const LEAST_CHANGE_MS = 3000;
const LEAST_SHARE = 0.2;

/** Keeps a time left from jumping about: it runs down by itself and moves only where a new estimate differs much. */
export class SteadyTime {
  #endMs: number | null = null;

  /** Takes an estimate in seconds, null where nobody knows, and returns the seconds to show. */
  take(seconds: number | null, nowMs: number): number | null {
    if (seconds === null) {
      this.#endMs = null;
      return null;
    }
    const end = nowMs + seconds * 1000;
    if (this.#endMs === null || this.#isFar(end, nowMs)) this.#endMs = end;
    return Math.max(1, (this.#endMs - nowMs) / 1000);
  }

  #isFar(endMs: number, nowMs: number): boolean {
    const known = this.#endMs ?? 0;
    return Math.abs(endMs - known) > Math.max(LEAST_CHANGE_MS, LEAST_SHARE * (endMs - nowMs));
  }
}

/** A time left in seconds that stays calm while its estimate moves. */
export function useSteadyTime(seconds: number | null): number | null {
  const [steady] = useState(() => new SteadyTime());
  return steady.take(seconds, Date.now());
}
