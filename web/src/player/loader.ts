import type { Engine } from './engine';
import type { Parts } from './template';

const WORTH_RELOADING_SECONDS = 15;

type LoaderHooks = {
  /** The manifest to load, absolute. */
  address: () => string;
  play: () => Promise<void>;
  onLoading: () => void;
  onLoaded: () => void;
};

/** Brings a manifest into the video element, and again when it has grown, without losing place or pace. */
export class Loader {
  readonly #parts: Parts;
  readonly #engine: Engine;
  readonly #hooks: LoaderHooks;
  readonly #signal: AbortSignal;
  #stale = false;
  #loading = false;
  #start: number | undefined;
  /** Where the viewer jumped to while a manifest was being loaded. */
  #seekAfterLoad: number | null = null;

  constructor(parts: Parts, engine: Engine, hooks: LoaderHooks, signal: AbortSignal) {
    this.#parts = parts;
    this.#engine = engine;
    this.#hooks = hooks;
    this.#signal = signal;
    parts.video.addEventListener('pause', () => void this.freshen(), { signal });
    parts.video.addEventListener('loadeddata', () => !this.#loading && this.#seekNow(), { signal });
  }

  /** Loads from the beginning or from a moment; false when it failed or the player has gone. */
  async load(startSeconds?: number): Promise<boolean> {
    const { stage, video } = this.#parts;
    this.#start = startSeconds;
    this.#hooks.onLoading();
    stage.classList.add('loading');
    this.#loading = true;
    const loaded = await this.#engine.load(this.#hooks.address(), startSeconds);
    this.#loading = false;
    stage.classList.remove('loading');
    if (this.#signal.aborted) return false;
    if (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) this.#seekNow();
    this.#hooks.onLoaded();
    return loaded;
  }

  #seekNow(): void {
    if (this.#seekAfterLoad !== null) this.#parts.video.currentTime = this.#seekAfterLoad;
    this.#seekAfterLoad = null;
  }

  /** Jumps to a moment, which is also the chance to take in a manifest that has grown. */
  seek(seconds: number): void {
    const { video } = this.#parts;
    // Before there is data the engine still sets the place itself.
    if (this.#loading || video.readyState === HTMLMediaElement.HAVE_NOTHING) this.#seekAfterLoad = seconds;
    else if (this.#stale) void this.#reload(seconds);
    else video.currentTime = seconds;
  }

  /** Notes that the manifest has grown. It is read again at once only for who still has a while to watch. */
  markStale(): void {
    this.#stale = true;
    const { video } = this.#parts;
    const worthIt = video.duration - video.currentTime > WORTH_RELOADING_SECONDS;
    if (video.paused || worthIt) void this.freshen();
  }

  /** Reads the manifest again when it is known to have grown. */
  async freshen(): Promise<void> {
    const { video } = this.#parts;
    if (this.#stale && !video.ended) await this.#reload(video.currentTime);
  }

  /** Loads again where it stands, when the engine waits for nothing or gave up. */
  async recover(): Promise<void> {
    await this.#reload(this.#place);
  }

  /** Tries again after a fault, from where it stopped. */
  async retry(): Promise<void> {
    if (await this.load(this.#place)) await this.#hooks.play();
  }

  /** Where playback stands; where it was to begin when it never did. */
  get #place(): number | undefined {
    return this.#parts.video.currentTime || this.#start;
  }

  /** Loads again at a moment, with the last picture standing in for the video. */
  async #reload(seconds: number | undefined): Promise<void> {
    if (this.#loading) return;
    this.#stale = false;
    const { video, still } = this.#parts;
    const { paused, playbackRate } = video;
    freeze(video, still);
    const loaded = await this.load(seconds);
    video.playbackRate = playbackRate;
    if (loaded && !paused) await this.#hooks.play();
    const uncover = () => {
      still.hidden = true;
    };
    if (paused || !loaded) uncover();
    else video.addEventListener('timeupdate', uncover, { once: true });
  }
}

/** Draws what the video shows now, so that a reload is not seen as a black picture. */
function freeze(video: HTMLVideoElement, still: HTMLCanvasElement): void {
  if (!video.videoWidth) return;
  still.width = video.videoWidth;
  still.height = video.videoHeight;
  still.getContext('2d')?.drawImage(video, 0, 0);
  still.hidden = false;
}
