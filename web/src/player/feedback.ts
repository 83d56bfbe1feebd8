import type { Parts } from './template';

const FLASH_MS = 900;

type Note = { words: string; action?: { words: string; act: () => void }; ms?: number };

/** Says what a key or a choice did: for a moment on the picture, and to screen readers. */
export class Feedback {
  readonly #parts: Parts;
  #flashTimer: ReturnType<typeof setTimeout> | undefined;
  #skipTimer: ReturnType<typeof setTimeout> | undefined;
  #noteTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: Parts, signal: AbortSignal) {
    this.#parts = parts;
    signal.addEventListener('abort', () => {
      for (const timer of [this.#flashTimer, this.#skipTimer, this.#noteTimer]) clearTimeout(timer);
    });
  }

  /** A few words, shown and read out. */
  say(words: string): void {
    const { flash } = this.#parts;
    flash.textContent = words;
    flash.classList.add('shown');
    clearTimeout(this.#flashTimer);
    this.#flashTimer = setTimeout(() => flash.classList.remove('shown'), FLASH_MS);
  }

  /** A jump, at the side it goes to; the seek bar says the time to screen readers. */
  skipped(seconds: number): void {
    const { skip } = this.#parts;
    skip.textContent = `${seconds < 0 ? '−' : '+'}${Math.abs(seconds)} s`;
    skip.dataset.side = seconds < 0 ? 'left' : 'right';
    skip.classList.add('shown');
    clearTimeout(this.#skipTimer);
    this.#skipTimer = setTimeout(() => skip.classList.remove('shown'), FLASH_MS);
  }

  /** A sentence that stays, for some time or until it is taken back, with something to do about it. */
  note({ words, action, ms }: Note): void {
    const { note, 'note-text': text, 'note-action': button } = this.#parts;
    text.textContent = words;
    button.hidden = !action;
    button.textContent = action?.words ?? '';
    button.onclick = () => {
      this.unnote();
      action?.act();
    };
    note.hidden = false;
    clearTimeout(this.#noteTimer);
    if (ms) this.#noteTimer = setTimeout(() => this.#unnoteWhenLeft(), ms);
  }

  /** Who stands on the note's button by keyboard keeps it until they move on. */
  #unnoteWhenLeft(): void {
    const { note, 'note-action': button } = this.#parts;
    if (button.matches(':focus')) button.addEventListener('blur', () => this.unnote(), { once: true });
    else note.hidden = true;
  }

  unnote(): void {
    clearTimeout(this.#noteTimer);
    this.#parts.note.hidden = true;
  }
}
