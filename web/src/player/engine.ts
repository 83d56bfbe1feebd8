import shaka from 'shaka-player/dist/shaka-player.compiled-es2021.js';

const BANDWIDTH_KEY = 'matinee-bandwidth';
const SWITCH_MARGIN_SECONDS = 1;

type Track = shaka.extern.Track;

/** Why playback stopped, in terms a sentence can be made of. */
export type Fault = { kind: 'network' | 'format' | 'other'; code: number };

type EngineEvents = {
  onQualities: () => void;
  onBuffering: (buffering: boolean) => void;
  onFault: (fault: Fault) => void;
};

/** Carries segments into a video element. The only file that knows Shaka. */
export class Engine {
  readonly #player: shaka.Player;
  readonly #events: EngineEvents;
  readonly #attached: Promise<void>;
  #errors = 0;
  #switches: number[] = [];
  #fetching = 0;
  #fixed: number | null = null;

  constructor(video: HTMLVideoElement, events: EngineEvents) {
    shaka.polyfill.installAll();
    this.#events = events;
    this.#player = new shaka.Player();
    this.#player.configure(configuration());
    this.#attached = this.#player.attach(video);
    this.#player.getNetworkingEngine()?.registerRequestFilter(() => {
      this.#fetching++;
    });

    this.#listen();
  }

  #listen(): void {
    this.#on('error', (event) => this.#fault((event as unknown as { detail: unknown }).detail));
    this.#on('buffering', (event) => this.#events.onBuffering(Boolean((event as { buffering?: boolean }).buffering)));
    for (const type of ['downloadcompleted', 'downloadfailed']) {
      this.#on(type, () => {
        this.#fetching--;
      });
    }
    this.#on('trackschanged', () => this.#events.onQualities());
    this.#on('variantchanged', () => this.#events.onQualities());
    this.#on('adaptation', () => {
      this.#switches.push(this.activeSize ?? 0);
      this.#events.onQualities();
    });
  }

  #on(type: string, listener: (event: Event) => void): void {
    this.#player.addEventListener(type, listener as shaka.util.FakeEventTarget.ListenerType);
  }

  /** Loads a manifest. The address must be absolute. Resolves to false when it was overtaken or failed. */
  async load(url: string, startSeconds?: number): Promise<boolean> {
    try {
      await this.#attached;
      await this.#player.load(url, startSeconds);
      this.#events.onQualities();
      return true;
    } catch (error) {
      this.#fault(error);
      return false;
    }
  }

  #fault(error: unknown): void {
    const { code = 0, category = 0, severity = 2 } = error as Partial<shaka.util.Error>;
    if (isInterruption(code)) return;
    this.#errors++;
    if (severity === shaka.util.Error.Severity.CRITICAL) this.#events.onFault({ kind: kindOf(category), code });
  }

  /** Whether anything is being fetched. */
  get isFetching(): boolean {
    return this.#fetching > 0;
  }

  /** The sizes on offer, largest first. */
  get sizes(): number[] {
    const sizes = this.#player.getVariantTracks().map(shortSide);
    return [...new Set(sizes)].filter((size) => size > 0).sort((a, b) => b - a);
  }

  /** The size being fetched now, or null before the first choice. */
  get activeSize(): number | null {
    const active = this.#player.getVariantTracks().find((track) => track.active);
    return active ? shortSide(active) : null;
  }

  /** The size the viewer chose, or null while the network decides. */
  get fixedSize(): number | null {
    return this.#fixed;
  }

  /**
   * Fixes one size, or lets the network decide again with null. It narrows what
   * may be chosen instead of calling selectVariantTrack, which would also make
   * that track's exact codec string a lasting preference, and the sizes of one
   * ladder differ in it by their level.
   */
  choose(size: number | null): void {
    const track = this.#player.getVariantTracks().find((candidate) => shortSide(candidate) === size);
    this.#fixed = track ? size : null;
    this.#player.configure({
      abr: {
        restrictions: exactly(track),
        restrictToElementSize: !track,
        // Who chose wants to see it now; the network's choices may wait for their segment.
        clearBufferSwitch: Boolean(track),
        safeMarginSwitch: SWITCH_MARGIN_SECONDS,
      },
    });
    this.#events.onQualities();
  }

  /** What tests and support look at. */
  get stats(): { errors: number; switches: readonly number[]; bitsPerSecond: number; droppedFrames: number } {
    const { estimatedBandwidth, droppedFrames } = this.#player.getStats();
    return { errors: this.#errors, switches: this.#switches, bitsPerSecond: estimatedBandwidth, droppedFrames };
  }

  /** Ends all loading and remembers the bandwidth for the next video of this session. */
  async close(): Promise<void> {
    rememberBandwidth(this.#player.getStats().estimatedBandwidth);
    await this.#player.destroy();
  }
}

/** Bounds that only one picture size meets, or none at all. */
function exactly(track: Track | undefined): object {
  const { width, height } = track ?? {};
  return {
    minWidth: width ?? 0,
    maxWidth: width ?? Number.POSITIVE_INFINITY,
    minHeight: height ?? 0,
    maxHeight: height ?? Number.POSITIVE_INFINITY,
  };
}

function shortSide({ width, height }: Track): number {
  return Math.min(width ?? 0, height ?? 0);
}

/** Another load or the end of the page cut this one short: nothing is wrong. */
function isInterruption(code: number): boolean {
  const { LOAD_INTERRUPTED, OPERATION_ABORTED, OBJECT_DESTROYED } = shaka.util.Error.Code;
  return code === LOAD_INTERRUPTED || code === OPERATION_ABORTED || code === OBJECT_DESTROYED;
}

function kindOf(category: number): Fault['kind'] {
  const { NETWORK, MEDIA, MANIFEST } = shaka.util.Error.Category;
  if (category === NETWORK) return 'network';
  return category === MEDIA || category === MANIFEST ? 'format' : 'other';
}

function configuration(): object {
  const known = knownBandwidth();
  return {
    manifest: {
      hls: { disableClosedCaptionsDetection: true },
      retryParameters: { maxAttempts: 4 },
    },
    // A segment that is made on demand may be answered late, or once with 503.
    streaming: { retryParameters: { maxAttempts: 6, timeout: 30_000 }, bufferingGoal: 12 },
    abr: {
      switchInterval: 2,
      restrictToElementSize: true,
      ...(known > 0 && { defaultBandwidthEstimate: known, useNetworkInformation: false }),
    },
  };
}

function knownBandwidth(): number {
  try {
    return Number(sessionStorage.getItem(BANDWIDTH_KEY)) || 0;
  } catch {
    return 0;
  }
}

function rememberBandwidth(bitsPerSecond: number): void {
  if (!(bitsPerSecond > 0)) return;
  try {
    sessionStorage.setItem(BANDWIDTH_KEY, String(Math.round(bitsPerSecond)));
  } catch {
    // Storage can be blocked or full: the next video measures again.
  }
}
