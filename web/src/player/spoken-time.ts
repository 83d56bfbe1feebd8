import { plural } from '@lingui/core/macro';

/** A running time as one says it: "1 hour 2 minutes 5 seconds". */
export function spokenTime(seconds: number): string {
  const whole = Number.isFinite(seconds) ? Math.max(0, Math.floor(seconds)) : 0;
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const words: string[] = [];
  if (hours > 0) words.push(plural(hours, { one: '# hour', other: '# hours' }));
  if (minutes > 0) words.push(plural(minutes, { one: '# minute', other: '# minutes' }));
  if (rest > 0 || words.length === 0) words.push(plural(rest, { one: '# second', other: '# seconds' }));
  return words.join(' ');
}
