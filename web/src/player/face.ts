import { t } from '@lingui/core/macro';
import type { Captions } from './captions';
import type { Engine } from './engine';
import { icon } from './icons';
import { autoWords } from './quality';
import { name, type Parts } from './template';

/** What the controls say of the video's state: whether it plays, in which size, with which captions. */
export class Face {
  readonly #parts: Parts;
  readonly #engine: Engine;

  constructor(parts: Parts, engine: Engine) {
    this.#parts = parts;
    this.#engine = engine;
    this.showState();
    this.showQuality();
  }

  showState(): void {
    const { stage, video, play, big } = this.#parts;
    const state = video.ended ? 'ended' : video.paused ? 'paused' : 'playing';
    if (stage.dataset.state === state) return;
    stage.dataset.state = state;
    const words = { ended: t`Play again (K)`, paused: t`Play (K)`, playing: t`Pause (K)` }[state];
    const symbol = icon(({ ended: 'replay', paused: 'play', playing: 'pause' } as const)[state]);
    for (const button of [play, big]) {
      button.innerHTML = symbol;
      name(button, words);
    }
  }

  showQuality(): void {
    const { quality, 'quality-box': box, stage, video } = this.#parts;
    const shown = Math.min(video.videoWidth, video.videoHeight) || this.#engine.activeSize;
    const fixed = this.#engine.fixedSize;
    quality.textContent = fixed ? `${fixed}p` : autoWords(shown);
    name(quality, t`Quality, ${quality.textContent ?? ''}`);
    stage.classList.toggle('sound-only', this.#engine.isSoundOnly);
    box.hidden = this.#engine.isSoundOnly;
    this.#parts.cover.hidden = !this.#engine.isSoundOnly;
  }

  /** Marks that larger sizes have come, until somebody has looked. */
  markNewSizes(isNew: boolean): void {
    this.#parts.quality.classList.toggle('news', isNew);
  }

  /** Shows a picture before the first one of the video, and all along where there is only sound. */
  showPoster(url: string): void {
    const { video, cover } = this.#parts;
    const picture = cover.querySelector('img');
    video.poster = url;
    if (!picture) return;
    picture.src = url;
    picture.hidden = !url;
  }

  showCaptions({ tracks, chosen }: Captions): void {
    const { 'captions-box': box, 'captions-menu': button } = this.#parts;
    box.hidden = tracks.length === 0;
    button.classList.toggle('on', chosen !== null);
    name(button, chosen ? t`Captions on (C)` : t`Captions off (C)`);
  }
}
