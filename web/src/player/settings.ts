import { SPEEDS } from './speeds';

const KEY = 'matinee-player';
const LONGEST_LANGUAGE = 35; // BCP 47 (RFC 5646 §4.4.1)

/** What a viewer chose, for the next video too. */
export type Settings = {
  /** From 0, silent, to 1. */
  readonly volume: number;
  readonly muted: boolean;
  readonly speed: number;
  /** The short side of the picture, or null while the network decides. */
  readonly quality: number | null;
  /** A language, "off", or null when nobody ever chose. */
  readonly captions: string | null;
  /** A language, or null for the video's own. */
  readonly audio: string | null;
};

const FIRST: Settings = { volume: 1, muted: false, speed: 1, quality: null, captions: null, audio: null };

/** Reads what was stored; whatever is not as it should be is as on the first visit. */
export function settingsFrom(text: string | null): Settings {
  const stored = parsed(text);
  const language = (value: unknown) =>
    typeof value === 'string' && value.length > 0 && value.length <= LONGEST_LANGUAGE ? value : null;
  const { volume, muted, speed, quality } = stored;
  return {
    volume: typeof volume === 'number' && volume >= 0 && volume <= 1 ? volume : FIRST.volume,
    muted: muted === true,
    speed: typeof speed === 'number' && SPEEDS.includes(speed) ? speed : FIRST.speed,
    quality: typeof quality === 'number' && quality > 0 ? quality : null,
    captions: language(stored.captions),
    audio: language(stored.audio),
  };
}

function parsed(text: string | null): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** What the viewer chose so far; also where storage is blocked. */
export function loadSettings(): Settings {
  try {
    return settingsFrom(localStorage.getItem(KEY));
  } catch {
    return FIRST;
  }
}

/** Remembers a choice, beside those of other tabs. */
export function saveSettings(change: Partial<Settings>): void {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...loadSettings(), ...change }));
  } catch {
    // Storage can be blocked or full: the choice holds for this video.
  }
}
