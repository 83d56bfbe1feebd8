/** Shaka rounds a place, and keeps off the very end. */
const NEAR_SECONDS = 2;
const MAX_CORRECTIONS = 3;

/**
 * Jumps, and sees to it that the jump is not undone. Shaka leaves a gap in what
 * is buffered by jumping behind it. When its timer runs after a jump back and
 * before the event `seeking` that would tell of it, all between the new place and
 * what was buffered at the old one is such a gap.
 */
export class JumpKeeper {
  readonly #video: HTMLVideoElement;
  #to: number | null = null;
  #corrections = 0;

  constructor(video: HTMLVideoElement, signal: AbortSignal) {
    this.#video = video;
    video.addEventListener('seeking', () => this.#correct(), { signal });
    video.addEventListener('seeked', () => this.#arrive(), { signal });
    video.addEventListener('emptied', () => this.#end(), { signal });
  }

  jump(seconds: number): void {
    this.#to = seconds;
    this.#corrections = 0;
    this.#video.currentTime = seconds;
  }

  #correct(): void {
    if (this.#to === null || this.#video.currentTime - this.#to < NEAR_SECONDS) return;
    if (this.#corrections++ < MAX_CORRECTIONS) this.#video.currentTime = this.#to;
    else this.#end();
  }

  #arrive(): void {
    this.#correct();
    if (!this.#video.seeking) this.#end();
  }

  #end(): void {
    this.#to = null;
  }
}
