import { t } from '@lingui/core/macro';
import { icon } from './icons';
import { name, type Parts } from './template';

const KEY = 'matinee-volume';

/** Volume and silence, remembered for the next video. */
export class Sound {
  readonly #parts: Parts;

  constructor(parts: Parts, signal: AbortSignal) {
    this.#parts = parts;
    const { video, mute, volume } = parts;
    video.volume = savedVolume();
    mute.addEventListener('click', () => this.toggle(), { signal });
    volume.addEventListener('input', () => this.set(Number(volume.value)), { signal });
    video.addEventListener('volumechange', () => this.#show(), { signal });
    this.#show();
  }

  toggle(): void {
    const { video } = this.#parts;
    if (video.volume === 0) this.set(1);
    else video.muted = !video.muted;
  }

  set(volume: number): void {
    const { video } = this.#parts;
    video.volume = Math.min(1, Math.max(0, volume));
    video.muted = video.volume === 0;
    saveVolume(video.volume);
  }

  #show(): void {
    const { video, mute, volume, unmute } = this.#parts;
    const silent = video.muted || video.volume === 0;
    volume.value = silent ? '0' : String(video.volume);
    volume.style.setProperty('--value', `${100 * Number(volume.value)}%`);
    mute.innerHTML = icon(silent ? 'muted' : 'sound');
    name(mute, silent ? t`Unmute (M)` : t`Mute (M)`);
    if (!silent) unmute.hidden = true;
  }
}

function savedVolume(): number {
  try {
    const saved = Number.parseFloat(localStorage.getItem(KEY) ?? '1');
    return saved > 0 && saved <= 1 ? saved : 1;
  } catch {
    return 1;
  }
}

function saveVolume(volume: number): void {
  try {
    localStorage.setItem(KEY, String(volume));
  } catch {
    // Storage can be blocked: the volume is asked for again next time.
  }
}
