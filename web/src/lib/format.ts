/** A running time as players show it: 0:42, 12:34, 1:02:03. */
export function clock(seconds: number): string {
  const whole = Number.isFinite(seconds) ? Math.max(0, Math.floor(seconds)) : 0;
  const pad = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(whole % 60)}` : `${minutes}:${pad(whole % 60)}`;
}

const BYTE_UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** A size in decimal units with at most one digit after the point: "515 kB", "4.1 MB". */
export function bytes(value: number, locale = 'en'): string {
  let rest = Math.max(0, value);
  let unit = 0;
  while (rest >= 999.5 && unit < BYTE_UNITS.length - 1) {
    rest /= 1000;
    unit++;
  }
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: BYTE_UNITS[unit],
    unitDisplay: unit === 0 ? 'long' : 'short',
    maximumFractionDigits: unit < 2 || rest >= 100 ? 0 : 1,
  }).format(rest);
}

/** A share of one as a whole percentage, rounded down so that 100 % means done. */
export function percent(share: number, locale = 'en'): string {
  const floored = Math.floor(Math.min(1, Math.max(0, share)) * 100) / 100;
  return new Intl.NumberFormat(locale, { style: 'percent' }).format(floored);
}

const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['week', 7 * 86_400],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];

/** How long ago something was, in the largest fitting unit: "3 days ago", "now". */
export function ago(when: string, now: number, locale = 'en'): string {
  const seconds = Math.max(0, (now - Date.parse(when)) / 1000);
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const step = STEPS.find(([, size]) => seconds >= size);
  return step ? relative.format(-Math.floor(seconds / step[1]), step[0]) : relative.format(0, 'second');
}

/** The exact moment, for tooltips. */
export function exactTime(when: string, locale = 'en'): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(when));
}

/** A title made from a file's name: without folder, ending and separators. */
export function titleFromFileName(name: string): string {
  const base = name.replace(/^.*[\\/]/, '');
  const words = base.replace(/\.[A-Za-z0-9]{1,5}$/, '').replace(/[_\s]+/g, ' ');
  return words.trim() || base;
}
