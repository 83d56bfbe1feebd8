const KEY = 'matinee-places';
const MOST_PLACES = 100;
const FIRST_SECONDS = 5;
const END_SHARE = 0.05;
const [END_LEAST_SECONDS, END_MOST_SECONDS] = [5, 180];
const SAVE_EACH_SECONDS = 4;

/** Where somebody stopped watching a video. */
export type Place = { readonly id: string; readonly seconds: number };

/** Whether a place is far enough from both ends to come back to it: an end is the last 5 %, 5 s to 3 min. */
export function isWorthResuming(seconds: number, duration: number): boolean {
  const end = Math.min(END_MOST_SECONDS, Math.max(END_LEAST_SECONDS, duration * END_SHARE));
  return seconds >= FIRST_SECONDS && seconds < duration - end;
}

/** The places with one of them changed, or without it for null: the latest first, and no more than 100. */
export function placesWith(places: readonly Place[], id: string, seconds: number | null): Place[] {
  const others = places.filter((place) => place.id !== id);
  const changed = seconds === null ? others : [{ id, seconds: Math.round(seconds * 10) / 10 }, ...others];
  return changed.slice(0, MOST_PLACES);
}

/** Reads stored places, without what is none. */
export function placesFrom(text: string | null): Place[] {
  try {
    const value: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(value) ? value.filter(isPlace).slice(0, MOST_PLACES) : [];
  } catch {
    return [];
  }
}

function isPlace(value: unknown): value is Place {
  if (typeof value !== 'object' || value === null) return false;
  const { id, seconds } = value as Record<string, unknown>;
  return typeof id === 'string' && typeof seconds === 'number' && seconds > 0 && Number.isFinite(seconds);
}

/** Where this browser stopped in a video; null for the beginning. */
export function placeIn(id: string): number | null {
  return load().find((place) => place.id === id)?.seconds ?? null;
}

function load(): Place[] {
  try {
    return placesFrom(localStorage.getItem(KEY));
  } catch {
    return [];
  }
}

function keep(id: string, seconds: number | null): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(placesWith(load(), id, seconds)));
  } catch {
    // Storage can be blocked or full: the video starts at its beginning next time.
  }
}

/** Keeps the place of a video while it plays. */
export class PlaceKeeper {
  readonly #video: HTMLVideoElement;
  readonly #id: () => string;
  #savedAt = Number.NEGATIVE_INFINITY;

  constructor(video: HTMLVideoElement, id: () => string, signal: AbortSignal) {
    this.#video = video;
    this.#id = id;
    video.addEventListener('timeupdate', () => this.#sometimes(), { signal });
    for (const type of ['pause', 'ended'] as const) video.addEventListener(type, () => this.save(), { signal });
    window.addEventListener('pagehide', () => this.save(), { signal });
    signal.addEventListener('abort', () => this.save());
  }

  #sometimes(): void {
    const { currentTime, paused } = this.#video;
    if (!paused && Math.abs(currentTime - this.#savedAt) >= SAVE_EACH_SECONDS) this.save();
  }

  /** Keeps the place now. A video that nobody started leaves no trace. */
  save(): void {
    const { currentTime, duration, ended, played } = this.#video;
    const id = this.#id();
    if (!id || !Number.isFinite(duration) || played.length === 0) return;
    this.#savedAt = currentTime;
    keep(id, !ended && isWorthResuming(currentTime, duration) ? currentTime : null);
  }
}
