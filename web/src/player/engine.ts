import shaka from 'shaka-player/dist/shaka-player.compiled-es2021.js';
import { configuration, rememberBandwidth } from './engine-settings';

const SWITCH_MARGIN_SECONDS = 1;

type Track = shaka.extern.Track;
type Picture = { width: number; height: number };

/** Why playback stopped, in terms a sentence can be made of. */
export type Fault = { kind: 'network' | 'format' | 'other'; code: number };

/** One of the languages or mixes that can be heard. */
export type AudioTrack = { lang: string; label: string; role: string; active: boolean };

/** What the statistics panel shows of the work below the picture. */
export type EngineStats = {
  errors: number;
  /** The short sides the network made us fetch, in order. */
  switches: readonly number[];
  /** Estimated from what came in so far. */
  bitsPerSecond: number;
  droppedFrames: number;
  decodedFrames: number;
  codecs: string;
  /** What the picture and sound being fetched need. */
  rungBitsPerSecond: number;
  manifestSeconds: number;
  firstFrameSeconds: number;
  stalls: number;
  waitedSeconds: number;
};

type EngineEvents = {
  /** The manifest is read and nothing is chosen or fetched yet. */
  onManifest: () => void;
  /** The tracks on offer, or the chosen ones, are others. */
  onTracks: () => void;
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
  /** Pictures on offer by their short side. Asking Shaka would leave out what it avoids for a while. */
  #pictures = new Map<number, Picture>();
  #language: string | null;

  constructor(video: HTMLVideoElement, language: string | null, events: EngineEvents) {
    shaka.polyfill.installAll();
    this.#events = events;
    this.#language = language;
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
    for (const type of ['trackschanged', 'variantchanged', 'audiotrackschanged', 'audiotrackchanged']) {
      this.#on(type, () => this.#events.onTracks());
    }
    this.#on('streaming', () => this.#takeManifest());
    this.#on('adaptation', (event) => {
      const { newTrack } = event as Event & { newTrack?: Track };
      this.#switches.push(newTrack ? shortSide(newTrack) : (this.activeSize ?? 0));
      this.#events.onTracks();
    });
  }

  #takeManifest(): void {
    const tracks = this.#player.getVariantTracks();
    const pictures = tracks.map(({ width, height }) => ({ width: width ?? 0, height: height ?? 0 }));
    this.#pictures = new Map(pictures.map((picture) => [shortSide(picture), picture]));
    this.#preferAudio();
    this.#events.onManifest();
  }

  /** Asks for the viewer's language, else for the track that the manifest calls its default: Shaka would take any. */
  #preferAudio(): void {
    const sounds = this.#player.getManifest()?.variants.flatMap(({ audio }) => (audio ? [audio] : [])) ?? [];
    const liked = sounds.find(({ language }) => language === this.#language) ?? sounds.find(({ primary }) => primary);
    if (liked) this.#player.configure({ preferredAudio: [preferenceFor(liked)] });
  }

  #on(type: string, listener: (event: Event) => void): void {
    this.#player.addEventListener(type, listener as shaka.util.FakeEventTarget.ListenerType);
  }

  /** Loads a manifest. The address must be absolute. Resolves to false when it was overtaken or failed. */
  async load(url: string, startSeconds?: number): Promise<boolean> {
    try {
      await this.#attached;
      await this.#player.load(url, startSeconds);
      this.#events.onTracks();
      return true;
    } catch (error) {
      this.#fault(error);
      return false;
    }
  }

  /** Asks again for what could not be fetched; false when nothing was given up. */
  fetchAgain(): boolean {
    return this.#player.retryStreaming(0);
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

  /** Whether what is loaded has sound and no picture. */
  get isSoundOnly(): boolean {
    const tracks = this.#player.getVariantTracks();
    return tracks.length > 0 && tracks.every((track) => shortSide(track) === 0);
  }

  /** The sizes on offer, largest first. */
  get sizes(): number[] {
    return [...this.#pictures.keys()].filter((size) => size > 0).sort((a, b) => b - a);
  }

  /** The size being fetched now, or null before the first choice. */
  get activeSize(): number | null {
    const size = this.#active ? shortSide(this.#active) : 0;
    return size > 0 ? size : null;
  }

  get #active(): Track | undefined {
    return this.#player.getVariantTracks().find((track) => track.active);
  }

  /** Pictures a second of the size being fetched; null before it is known. */
  get frameRate(): number | null {
    return this.#active?.frameRate ?? null;
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
    const picture = size === null ? undefined : this.#pictures.get(size);
    this.#fixed = picture ? size : null;
    this.#player.configure({
      abr: {
        restrictions: exactly(picture),
        restrictToElementSize: !picture,
        // Who chose wants to see it now, whatever it costs; the network's choices may wait for their segment.
        clearBufferSwitch: Boolean(picture),
        droppedFrames: !picture,
        safeMarginSwitch: SWITCH_MARGIN_SECONDS,
      },
    });
    this.#events.onTracks();
  }

  /** The languages and mixes on offer, in the manifest's order. */
  get audioTracks(): AudioTrack[] {
    return this.#player.getAudioTracks().map(({ language, label, roles, active }) => ({
      lang: language,
      label: label ?? '',
      role: roles[0] ?? '',
      active,
    }));
  }

  /** Changes to one of audioTracks by its index, now and whenever this manifest is read again. */
  chooseAudio(index: number): void {
    const track = this.#player.getAudioTracks()[index];
    if (!track) return;
    this.#language = track.language;
    this.#player.configure({ preferredAudio: [preferenceFor(track)] });
    this.#player.selectAudioTrack(track, SWITCH_MARGIN_SECONDS);
    this.#events.onTracks();
  }

  get stats(): EngineStats {
    const stats = this.#player.getStats();
    return {
      errors: this.#errors,
      switches: this.#switches,
      bitsPerSecond: stats.estimatedBandwidth,
      droppedFrames: stats.droppedFrames,
      decodedFrames: stats.decodedFrames,
      codecs: this.#active?.codecs ?? '',
      rungBitsPerSecond: this.#active?.bandwidth ?? 0,
      manifestSeconds: stats.manifestTimeSeconds,
      firstFrameSeconds: stats.timeToFirstFrame,
      stalls: stats.stallsDetected,
      waitedSeconds: stats.bufferingTime,
    };
  }

  /** Ends all loading and remembers the bandwidth for the next video of this session. */
  async close(): Promise<void> {
    rememberBandwidth(this.#player.getStats().estimatedBandwidth);
    await this.#player.destroy();
  }
}

/** Bounds that only one picture size meets, or none at all. */
function exactly(picture: Picture | undefined): object {
  const { width, height } = picture ?? {};
  return {
    minWidth: width ?? 0,
    maxWidth: width ?? Number.POSITIVE_INFINITY,
    minHeight: height ?? 0,
    maxHeight: height ?? Number.POSITIVE_INFINITY,
  };
}

function shortSide({ width, height }: Pick<Track, 'width' | 'height'>): number {
  return Math.min(width ?? 0, height ?? 0);
}

function preferenceFor({ language, label, roles }: Pick<shaka.extern.Stream, 'language' | 'label' | 'roles'>): object {
  return { language, ...(label && { label }), ...(roles[0] && { role: roles[0] }) };
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
