import { pairsOf, rangeAround } from './ranges';

/** With this much in hand a larger size is worth its wait; with so little the smallest has to fill up first. */
const PLENTY_SECONDS = 8;
const LITTLE_SECONDS = 2.5;

type ThriftHooks = {
  /** Whether parts of the video may still have to be made. */
  isUnfinished: () => boolean;
  /** Keeps to the smallest size, or no longer. */
  spare: (on: boolean) => void;
};

/**
 * Asks for the smallest size of a part that nobody has made yet: a jump shows a
 * picture in half the time, and a machine that falls behind is not asked for
 * more. Larger sizes come in once enough is buffered. How fast the line is says
 * nothing here: the wait is for the encoder.
 */
export class Thrift {
  readonly #video: HTMLVideoElement;
  readonly #hooks: ThriftHooks;
  #on = false;

  constructor(video: HTMLVideoElement, hooks: ThriftHooks, signal: AbortSignal) {
    this.#video = video;
    this.#hooks = hooks;
    for (const type of ['progress', 'timeupdate'] as const) {
      video.addEventListener(type, () => this.#look(), { signal });
    }
    video.addEventListener('seeking', () => this.awaitPlace(video.currentTime), { signal });
  }

  /** Playing is about to begin, or to go on, at a moment. */
  awaitPlace(seconds: number): void {
    if (!this.#hooks.isUnfinished()) this.#set(false);
    else if (this.#ahead(seconds) < LITTLE_SECONDS) this.#set(true);
  }

  #look(): void {
    const { currentTime, paused, seeking, duration } = this.#video;
    if (seeking) return;
    const ahead = this.#ahead(currentTime);
    const isPlenty = ahead >= PLENTY_SECONDS || currentTime + ahead >= duration - LITTLE_SECONDS;
    if (isPlenty || !this.#hooks.isUnfinished()) this.#set(false);
    else if (ahead < LITTLE_SECONDS && !paused) this.#set(true);
  }

  #ahead(seconds: number): number {
    const range = rangeAround(pairsOf(this.#video.buffered), seconds);
    return range ? range[1] - seconds : 0;
  }

  #set(on: boolean): void {
    if (this.#on === on) return;
    this.#on = on;
    this.#hooks.spare(on);
  }
}
