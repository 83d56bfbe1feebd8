import type { Engine } from './engine';
import { JumpKeeper } from './jump-keeper';
import type { Parts } from './template';

type LoaderHooks = {
  /** The manifest to load, absolute. */
  address: () => string;
  play: () => Promise<void>;
  onLoading: () => void;
  onLoaded: () => void;
  /** Larger sizes than before are on offer: the largest of them. */
  onGrown: (size: number) => void;
};

/** Brings a manifest into the video element, and what it comes to name later, without losing place or pace. */
export class Loader {
  readonly #parts: Parts;
  readonly #engine: Engine;
  readonly #hooks: LoaderHooks;
  readonly #signal: AbortSignal;
  readonly #jumps: JumpKeeper;
  #loading = false;
  #turn = 0;
  #start: number | undefined;
  /** The engine has put the video where it begins: from then on the place is the video's own. */
  #begun = false;
  /** Where the viewer jumped to before that. */
  #jump: number | null = null;
  /** The manifest has grown since it was read. */
  #stale = false;
  #growing: Promise<void> | null = null;

  constructor(parts: Parts, engine: Engine, hooks: LoaderHooks, signal: AbortSignal) {
    this.#parts = parts;
    this.#engine = engine;
    this.#hooks = hooks;
    this.#signal = signal;
    this.#jumps = new JumpKeeper(parts.video, signal);
  }

  /** Where it stands, or where it is on its way to. */
  get place(): number {
    return this.#jump ?? this.#parts.video.currentTime;
  }

  /** Loads from the beginning or from a moment; false when it failed or the player has gone. */
  async load(startSeconds?: number): Promise<boolean> {
    const { stage } = this.#parts;
    const turn = ++this.#turn;
    this.#start = startSeconds;
    this.#hooks.onLoading();
    stage.classList.add('loading');
    this.#loading = true;
    this.#begun = false;
    this.#stale = false;
    const loaded = await this.#engine.load(this.#hooks.address(), startSeconds);
    if (turn !== this.#turn) return false; // another load has taken over
    this.#loading = false;
    stage.classList.remove('loading');
    if (this.#signal.aborted) return false;
    if (loaded) this.#awaitBeginning();
    this.#hooks.onLoaded();
    if (this.#stale) void this.grow();
    return loaded;
  }

  /**
   * The engine sets its start on `loadedmetadata`, whatever the place is by then:
   * a jump into the moment between the metadata and that event would be undone.
   * This listener is younger than the engine's, so that it comes after it.
   */
  #awaitBeginning(): void {
    const { video } = this.#parts;
    const begin = () => {
      this.#begun = true;
      if (this.#jump !== null) this.#jumps.jump(this.#jump);
      this.#jump = null;
    };
    if (this.#engine.hasBegun) begin();
    else video.addEventListener('loadedmetadata', begin, { once: true, signal: this.#signal });
  }

  /** Jumps to a moment. */
  seek(seconds: number): void {
    if (this.#begun) {
      this.#jumps.jump(seconds);
      return;
    }
    this.#jump = seconds;
    this.#engine.startAt(seconds);
  }

  /** Takes in what the manifest has come to name since it was read. One that cannot be read now has another chance. */
  async grow(): Promise<void> {
    this.#stale = true;
    if (this.#loading) return;
    this.#growing ??= this.#growWhileStale().finally(() => {
      this.#growing = null;
    });
    await this.#growing;
  }

  async #growWhileStale(): Promise<void> {
    while (this.#stale && !this.#loading && !this.#signal.aborted) {
      this.#stale = false;
      const [largest = 0] = this.#engine.sizes;
      try {
        await this.#engine.grow(this.#hooks.address());
      } catch {
        this.#stale = true;
        return;
      }
      const [now = 0] = this.#engine.sizes;
      if (largest > 0 && now > largest) this.#hooks.onGrown(now);
    }
  }

  /** Loads again where it stands, when the engine waits for nothing or gave up. */
  async recover(): Promise<void> {
    await this.#reload(this.place || this.#start);
  }

  /** Tries again after a fault, from where it stopped. */
  async retry(): Promise<void> {
    if (await this.load(this.place || this.#start)) await this.#hooks.play();
  }

  /** Loads again at a moment, with the last picture standing in for the video. */
  async #reload(seconds: number | undefined): Promise<void> {
    if (this.#loading) return;
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
