import { t } from '@lingui/core/macro';
import type { Parts } from './template';
import type { Wait } from './waits';

const CHECK_MS = 500;
const PATIENCE_MS = 2000;

type MakingHooks = {
  /** The longest wait for something that was asked for. */
  wait: () => Wait | null;
  /** Whether parts of the video may still have to be made. */
  isUnfinished: () => boolean;
};

/** Says why the picture stands still while the server makes the part that comes next, and about for how long. */
export class MakingNote {
  readonly #parts: Parts;
  readonly #hooks: MakingHooks;
  #haltedAt: number | null = null;

  constructor(parts: Parts, hooks: MakingHooks, signal: AbortSignal) {
    this.#parts = parts;
    this.#hooks = hooks;
    const timer = setInterval(() => this.#check(), CHECK_MS);
    signal.addEventListener('abort', () => clearInterval(timer));
    for (const type of ['playing', 'seeked', 'emptied'] as const) {
      parts.video.addEventListener(type, () => this.#show(''), { signal });
    }
  }

  #check(): void {
    this.#haltedAt = this.#isHalted ? (this.#haltedAt ?? performance.now()) : null;
    const wait = this.#hooks.wait();
    const since = Math.max(wait?.since ?? 0, this.#haltedAt ?? 0);
    if (!wait || this.#haltedAt === null || performance.now() - since < PATIENCE_MS) this.#show('');
    else this.#say(wait);
  }

  /** Somebody looks at a picture that does not come, or does not move. */
  get #isHalted(): boolean {
    const { video, stage, fault } = this.#parts;
    if (!fault.hidden || stage.dataset.offline !== undefined) return false;
    return video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA && (!video.paused || video.seeking);
  }

  #say({ againIn }: Wait): void {
    if (againIn !== null) this.#show(t`Making this part… about ${againIn} s`);
    else if (this.#hooks.isUnfinished()) this.#show(t`Making this part…`);
  }

  // Written only when it changes: screen readers follow it.
  #show(words: string): void {
    const { making } = this.#parts;
    if (making.textContent !== words) making.textContent = words;
  }
}
