/** The speeds a viewer can choose. */
export const SPEEDS: readonly number[] = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2];

/** The speed some steps faster or slower than the current one, within the list. */
export function speedAfter(current: number, steps: number): number {
  const at = SPEEDS.findIndex((speed) => speed >= current);
  const next = (at < 0 ? SPEEDS.length - 1 : at) + steps;
  return SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, next))] ?? 1;
}
