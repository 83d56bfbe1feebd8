const CHECK_MS = 1000;
const PATIENCE_CHECKS = 4;

type StallHooks = {
  /** Whether anything is being fetched. */
  isFetching: () => boolean;
  recover: () => void;
};

/**
 * Notices a player that waits for nothing: the picture stands still, no data
 * comes and none is asked for. The engine can get there when a jump cuts into
 * its change to another size. A slow line is no stall: then something is being
 * fetched.
 */
export class StallGuard {
  readonly #video: HTMLVideoElement;
  readonly #hooks: StallHooks;
  #timer: number | undefined;
  #quiet = 0;

  constructor(video: HTMLVideoElement, hooks: StallHooks, signal: AbortSignal) {
    this.#video = video;
    this.#hooks = hooks;
    for (const type of ['seeking', 'waiting'] as const) video.addEventListener(type, () => this.#begin(), { signal });
    for (const type of ['canplay', 'playing', 'ended', 'emptied'] as const) {
      video.addEventListener(type, () => this.#end(), { signal });
    }
    signal.addEventListener('abort', () => this.#end());
  }

  #begin(): void {
    if (this.#timer !== undefined) return;
    this.#quiet = 0;
    this.#timer = window.setInterval(() => this.#check(), CHECK_MS);
  }

  #end(): void {
    window.clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #check(): void {
    if (this.#video.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA || this.#video.ended) {
      this.#end();
      return;
    }
    this.#quiet = this.#hooks.isFetching() || !navigator.onLine ? 0 : this.#quiet + 1;
    if (this.#quiet < PATIENCE_CHECKS) return;
    this.#end();
    this.#hooks.recover();
  }
}
