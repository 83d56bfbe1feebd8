import shaka from 'shaka-player/dist/shaka-player.compiled-es2021.js';
import { configuration, rememberBandwidth } from './engine-settings';
import { Growth } from './growth';
import { fetchPatiently } from './patience';
import { type Wait, Waits } from './waits';

const SWITCH_MARGIN_SECONDS = 1;
/** What stays buffered when a better size has come: enough to fetch the next segments of that size meanwhile. */
const GROWTH_MARGIN_SECONDS = 6;
/** The playlist of the rung that is the source's own samples. */
const SOURCE_PLAYLIST = 'source.m3u8';

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
  /** The manifest is read, or has grown: which of its sizes to keep to, or null for the network's choice. */
  preferredSize: () => number | null;
  /** The tracks on offer, or the chosen ones, are others. */
  onTracks: () => void;
  onBuffering: (buffering: boolean) => void;
  onFault: (fault: Fault) => void;
};

/** Carries segments into a video element. Beside its helpers, growth.ts and patience.ts, the only file that knows Shaka. */
export class Engine {
  readonly #player: shaka.Player;
  readonly #events: EngineEvents;
  readonly #attached: Promise<void>;
  readonly #growth: Growth;
  readonly #waits = new Waits();
  #errors = 0;
  #switches: number[] = [];
  #fetching = 0;
  #fixed: number | null = null;
  /** Pictures on offer by their short side. Asking Shaka would leave out what it avoids for a while. */
  #pictures = new Map<number, Picture>();
  #language: string | null;
  #begun = false;
  /** Larger sizes have come, and none of them was chosen yet. */
  #eager = false;
  /** The server makes what is asked for, and the smallest size is the least work. */
  #sparing = false;

  constructor(video: HTMLVideoElement, language: string | null, events: EngineEvents) {
    shaka.polyfill.installAll();
    fetchPatiently();
    this.#events = events;
    this.#language = language;
    this.#player = new shaka.Player();
    this.#player.configure(configuration());
    this.#attached = this.#player.attach(video);
    video.addEventListener('emptied', () => {
      this.#begun = false;
    });
    video.addEventListener('loadedmetadata', () => {
      this.#begun = true;
    });
    this.#growth = new Growth(this.#player);
    this.#player.getNetworkingEngine()?.registerRequestFilter((_, request) => {
      this.#fetching++;
      this.#waits.ask(request);
    });
    this.#listen();
  }

  #listen(): void {
    this.#on('error', (event) => this.#fault((event as unknown as { detail: unknown }).detail));
    this.#on('buffering', (event) => this.#events.onBuffering(Boolean((event as { buffering?: boolean }).buffering)));
    for (const type of ['downloadcompleted', 'downloadfailed']) {
      this.#on(type, (event) => {
        this.#fetching--;
        this.#waits.end((event as unknown as { request: object }).request);
      });
    }
    this.#on('downloadheadersreceived', (event) => {
      const { request, headers } = event as unknown as { request: object; headers: Record<string, string> };
      const again = headers['retry-after'];
      this.#waits.answer(request, again === undefined ? null : Number(again));
    });
    for (const type of ['trackschanged', 'variantchanged', 'audiotrackschanged', 'audiotrackchanged']) {
      this.#on(type, () => this.#events.onTracks());
    }
    this.#on('streaming', () => this.#takeManifest());
    this.#on('adaptation', (event) => {
      const { newTrack } = event as Event & { newTrack?: Track };
      this.#switches.push(newTrack ? shortSide(newTrack) : (this.activeSize ?? 0));
      this.#calmDown();
      this.#events.onTracks();
    });
  }

  #takeManifest(): void {
    this.#takePictures();
    this.#preferAudio();
    this.#keepTo(this.#events.preferredSize());
  }

  #takePictures(): void {
    const videos = this.#player.getManifest()?.variants.map(({ video }) => video) ?? [];
    const pictures = videos.map((video) => ({ width: video?.width ?? 0, height: video?.height ?? 0 }));
    this.#pictures = new Map(pictures.map((picture) => [shortSide(picture), picture]));
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
      await this.#growth.stop();
      await this.#player.load(url, startSeconds);
      this.#events.onTracks();
      return true;
    } catch (error) {
      this.#fault(error);
      return false;
    }
  }

  /** Whether the video has been put where it begins, and what it says of its place counts. */
  get hasBegun(): boolean {
    return this.#begun;
  }

  /** Where a manifest that is being loaded should begin after all; nothing once it has begun. */
  startAt(seconds: number): void {
    this.#player.updateStartTime(seconds);
  }

  /**
   * Takes in the sizes and languages that the manifest has come to name, while
   * it plays on. True when there were any; rejects when it cannot be read.
   */
  async grow(url: string): Promise<boolean> {
    const largest = this.sizes[0] ?? 0;
    if (!(await this.#growth.take(url))) return false;
    this.#takePictures();
    this.#eager = (this.sizes[0] ?? 0) > largest;
    this.#keepTo(this.#events.preferredSize());
    return true;
  }

  /** A size that has just come is being fetched: the next change may wait for its turn again. */
  #calmDown(): void {
    if (!this.#eager || (this.#fixed !== null && this.activeSize !== this.#fixed)) return;
    this.#eager = false;
    this.#keepTo(this.#fixed);
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

  /** The longest wait for something that has not begun to come. */
  get wait(): Wait | null {
    return this.#waits.longest;
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

  /** Fixes one size, or lets the network decide again with null. */
  choose(size: number | null): void {
    this.#eager = false;
    this.#forgive();
    this.#keepTo(size);
  }

  /** Who needs a size gets it, also where Shaka avoids it for a while because this machine dropped its pictures. */
  #forgive(): void {
    for (const variant of this.#player.getManifest()?.variants ?? []) variant.disabledUntilTime = 0;
  }

  /**
   * Leaves the network's choice only the smallest size, or gives it back the
   * others. Nothing that is buffered is dropped. The source's own samples are not
   * made: who gets them goes on with them.
   */
  spare(on: boolean): void {
    this.#sparing = on;
    if (on) this.#forgive();
    this.#keepTo(this.#fixed);
  }

  /**
   * Narrows what may be chosen instead of calling selectVariantTrack, which
   * would also make that track's exact codec string a lasting preference, and
   * the sizes of one ladder differ in it by their level.
   */
  #keepTo(size: number | null): void {
    const picture = size === null ? undefined : this.#pictures.get(size);
    this.#fixed = picture ? size : null;
    this.#player.configure({
      abr: {
        // Forbidding the size that plays would drop all that is buffered: who waits for a better one goes on with it.
        restrictions: this.#restrictions(picture),
        restrictToElementSize: !picture,
        // Who chose wants to see it now, whatever it costs, and a size that has just come need not wait for all that is
        // buffered; the network's other choices may wait for their segment.
        clearBufferSwitch: Boolean(picture) || this.#eager,
        droppedFrames: !picture && !this.#sparing,
        safeMarginSwitch: this.#eager ? GROWTH_MARGIN_SECONDS : SWITCH_MARGIN_SECONDS,
      },
    });
    this.#events.onTracks();
  }

  #restrictions(chosen: Picture | undefined): object {
    if (!chosen && this.#sparing && !this.#eager && !this.#hasSource)
      return upTo(this.#pictures.get(this.sizes.at(-1) ?? 0));
    return this.#eager ? upTo(chosen) : exactly(chosen);
  }

  /** Whether the source's own samples are what is fetched, or can be what is fetched first. */
  get #hasSource(): boolean {
    const tracks = this.#active ? [this.#active] : this.#player.getVariantTracks();
    return tracks.some(({ originalVideoId }) => originalVideoId?.startsWith(SOURCE_PLAYLIST));
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
    await this.#growth.stop();
    await this.#player.destroy();
  }
}

/** Bounds that only one picture size meets, or none at all. */
function exactly(picture: Picture | undefined): object {
  return { ...upTo(picture), minWidth: picture?.width ?? 0, minHeight: picture?.height ?? 0 };
}

/** Bounds that a picture size and the smaller ones meet, or none at all. */
function upTo(picture: Picture | undefined): object {
  const most = Number.POSITIVE_INFINITY;
  return { minWidth: 0, minHeight: 0, maxWidth: picture?.width ?? most, maxHeight: picture?.height ?? most };
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
