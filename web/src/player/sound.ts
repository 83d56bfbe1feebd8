import { t } from '@lingui/core/macro';
import { percent } from '@/lib/format';
import { icon } from './icons';
import { loadSettings, saveSettings } from './settings';
import { name, type Parts } from './template';

/** Volume and silence, remembered for the next video. */
export class Sound {
  readonly #parts: Parts;

  constructor(parts: Parts, signal: AbortSignal) {
    this.#parts = parts;
    const { video, mute, volume } = parts;
    const saved = loadSettings();
    video.volume = saved.volume;
    video.muted = saved.muted;
    mute.addEventListener('click', () => this.toggle(), { signal });
    volume.addEventListener('input', () => this.set(Number(volume.value)), { signal });
    video.addEventListener('volumechange', () => this.#show(), { signal });
    this.#show();
  }

  get isSilent(): boolean {
    const { video } = this.#parts;
    return video.muted || video.volume === 0;
  }

  toggle(): void {
    const { video } = this.#parts;
    if (video.volume === 0) this.set(1);
    else video.muted = !video.muted;
    saveSettings({ muted: video.muted });
  }

  set(volume: number): void {
    const { video } = this.#parts;
    video.volume = Math.min(1, Math.max(0, Math.round(volume * 100) / 100));
    video.muted = video.volume === 0;
    saveSettings({ volume: video.volume, muted: video.muted });
  }

  /** How loud it is, in words. */
  get words(): string {
    return this.isSilent ? t`Muted` : t`Volume ${percent(this.#parts.video.volume)}`;
  }

  #show(): void {
    const { video, mute, volume, unmute } = this.#parts;
    const silent = this.isSilent;
    volume.value = silent ? '0' : String(video.volume);
    volume.setAttribute('aria-valuetext', silent ? t`Muted` : percent(video.volume));
    volume.style.setProperty('--value', `${100 * Number(volume.value)}%`);
    mute.innerHTML = icon(silent ? 'muted' : 'sound');
    name(mute, silent ? t`Unmute (M)` : t`Mute (M)`);
    if (!silent) unmute.hidden = true;
  }
}
