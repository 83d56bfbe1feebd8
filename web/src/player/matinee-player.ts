import { t } from '@lingui/core/macro';
import { AutoHide } from './auto-hide';
import { ChoiceMenu } from './choice-menu';
import { Engine, type Fault } from './engine';
import { Hotkeys } from './hotkeys';
import { icon } from './icons';
import type { KeyAction } from './keys';
import { Loader } from './loader';
import styles from './player.css?inline';
import { Sound } from './sound';
import { SPEEDS, speedAfter } from './speeds';
import { StallGuard } from './stall-guard';
import { name, type Parts, render } from './template';
import { Timeline } from './timeline';
import { Touch } from './touch';

/** What tests and support can read off a player. */
export type PlayerStats = {
  currentTime: number;
  duration: number;
  paused: boolean;
  buffered: [number, number][];
  width: number;
  height: number;
  errors: number;
  /** The short sides the network made us fetch, in order. */
  switches: readonly number[];
  sizes: number[];
  bitsPerSecond: number;
  droppedFrames: number;
};

/**
 * `<matinee-player src poster autoplay start>`: plays an HLS or DASH manifest
 * with its own controls, on any page of ours or somebody else's. It knows
 * nothing of the application around it. It re-sends `play`, `pause`, `ended`
 * and `timeupdate` of its video element, and `fault` with `{ kind, code }`.
 */
export class MatineePlayer extends HTMLElement {
  static readonly observedAttributes = ['src', 'poster'];

  #parts: Parts | null = null;
  #engine: Engine | null = null;
  #loader: Loader | null = null;
  #timeline: Timeline | null = null;
  #sound: Sound | null = null;
  #autoHide: AutoHide | null = null;
  #menus: readonly { readonly isOpen: boolean }[] = [];
  #abort = new AbortController();

  connectedCallback(): void {
    this.#abort = new AbortController();
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    root.replaceChildren();
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    root.adoptedStyleSheets = [sheet];
    this.#parts = render(root);
    this.#wire(this.#parts, this.#abort.signal);
    if (this.getAttribute('src')) void this.#start();
  }

  disconnectedCallback(): void {
    this.#abort.abort();
    void this.#engine?.close();
    this.#engine = null;
    this.#parts = null;
  }

  attributeChangedCallback(attribute: string, before: string | null, now: string | null): void {
    if (!this.#parts || before === now) return;
    if (attribute === 'poster') this.#parts.video.poster = now ?? '';
    if (attribute === 'src' && now) void this.#start();
  }

  #wire(parts: Parts, signal: AbortSignal): void {
    this.#engine = new Engine(parts.video, {
      onQualities: () => this.#showQuality(),
      onBuffering: (buffering) => parts.stage.classList.toggle('buffering', buffering),
      onFault: (fault) => this.#showFault(fault),
    });
    this.#loader = new Loader(parts, this.#engine, this.#loaderHooks(), signal);
    new StallGuard(
      parts.video,
      {
        isFetching: () => this.#engine?.isFetching ?? false,
        recover: () => void this.#loader?.recover(),
      },
      signal,
    );
    this.#timeline = new Timeline(parts, (seconds) => this.seek(seconds), signal);
    this.#sound = new Sound(parts, signal);
    this.#autoHide = new AutoHide(parts.stage, () => this.#mayHideControls(), signal);
    new Touch(parts.stage, parts.video, this.#touchActions(), signal);
    this.#wireButtons(parts, signal);
    this.#wireVideo(parts, signal);
    this.#wireMenus(parts, signal);
    new Hotkeys(this, (action) => this.#act(action), signal);
    document.addEventListener('fullscreenchange', () => this.#showFullscreen(), { signal });
    parts.video.poster = this.getAttribute('poster') ?? '';
    this.#showFullscreen();
    this.#showState();
    this.#showQuality();
  }

  #wireButtons(parts: Parts, signal: AbortSignal): void {
    const toggle = () => this.toggle();
    parts.play.addEventListener('click', toggle, { signal });
    parts.big.addEventListener('click', toggle, { signal });
    parts.fullscreen.addEventListener('click', () => this.#toggleFullscreen(), { signal });
    parts.retry.addEventListener('click', () => void this.#loader?.retry(), { signal });
    parts.unmute.addEventListener('click', () => this.#sound?.toggle(), { signal });
  }

  #wireVideo({ video }: Parts, signal: AbortSignal): void {
    for (const type of ['play', 'pause', 'ended', 'timeupdate'] as const) {
      video.addEventListener(type, () => this.dispatchEvent(new Event(type)), { signal });
    }
    for (const type of ['play', 'playing', 'pause', 'ended', 'seeked'] as const) {
      video.addEventListener(type, () => this.#showState(), { signal });
    }
    for (const type of ['timeupdate', 'progress', 'durationchange', 'seeking'] as const) {
      video.addEventListener(type, () => this.#timeline?.update(), { signal });
    }
    video.addEventListener('resize', () => this.#showQuality(), { signal });
    const eachFrame = () => {
      if (signal.aborted) return;
      if (this.#autoHide?.isShown) this.#timeline?.update();
      if (!video.paused) requestAnimationFrame(eachFrame);
    };
    video.addEventListener('play', eachFrame, { signal });
  }

  #wireMenus(parts: Parts, signal: AbortSignal): void {
    const speed = new ChoiceMenu(
      parts.speed,
      () => SPEEDS.map((value) => ({ value, words: `${value}×`, chosen: value === parts.video.playbackRate })),
      (value) => this.#setSpeed(value),
      signal,
    );
    const quality = new ChoiceMenu(
      parts.quality,
      () => this.#qualities(),
      (value) => this.#engine?.choose(value),
      signal,
      async () => this.#loader?.freshen(),
    );
    this.#setSpeed(1);
    name(parts.quality, t`Quality`);
    this.#menus = [speed, quality];
  }

  // What a page can ask for.

  /** Starts playing; without sound when the browser allows nothing else. */
  async play(): Promise<void> {
    const { video, unmute } = this.#live;
    try {
      await video.play();
    } catch (error) {
      if (!(error instanceof DOMException && error.name === 'NotAllowedError')) return;
      video.muted = true;
      unmute.hidden = false;
      await video.play().catch(() => this.#showState());
    }
  }

  pause(): void {
    this.#live.video.pause();
  }

  toggle(): void {
    const { video } = this.#live;
    if (video.paused) void this.play();
    else video.pause();
  }

  /** Jumps to a moment; also the chance to take in sizes that were made meanwhile. */
  seek(seconds: number): void {
    const { video } = this.#live;
    const end = Number.isFinite(video.duration) ? video.duration : seconds;
    const target = Math.min(end, Math.max(0, seconds));
    this.#loader?.seek(target);
    this.#autoHide?.show();
    this.#timeline?.update();
  }

  /** Says that the manifest has grown: it is read again when that disturbs least. */
  refresh(): void {
    this.#loader?.markStale();
  }

  get video(): HTMLVideoElement {
    return this.#live.video;
  }

  get stats(): PlayerStats {
    const { video } = this.#live;
    const ranges = Array.from({ length: video.buffered.length }, (_, at): [number, number] => [
      video.buffered.start(at),
      video.buffered.end(at),
    ]);
    return {
      currentTime: video.currentTime,
      duration: video.duration,
      paused: video.paused,
      buffered: ranges,
      width: video.videoWidth,
      height: video.videoHeight,
      sizes: this.#engine?.sizes ?? [],
      ...(this.#engine?.stats ?? { errors: 0, switches: [], bitsPerSecond: 0, droppedFrames: 0 }),
    };
  }

  // Loading.

  get #live(): Parts {
    if (!this.#parts) throw new Error('matinee-player is not in a document');
    return this.#parts;
  }

  async #start(): Promise<void> {
    const start = Number(this.getAttribute('start')) || undefined;
    const loaded = await this.#loader?.load(start);
    if (loaded && this.hasAttribute('autoplay')) await this.play();
  }

  #loaderHooks() {
    return {
      address: () => new URL(this.getAttribute('src') ?? '', document.baseURI).href,
      play: () => this.play(),
      onLoaded: () => this.#showState(),
    };
  }

  // Showing.

  #showState(): void {
    const { stage, video, play, big } = this.#live;
    const state = video.ended ? 'ended' : video.paused ? 'paused' : 'playing';
    stage.dataset.state = state;
    const words = { ended: t`Play again (K)`, paused: t`Play (K)`, playing: t`Pause (K)` }[state];
    const symbol = icon(({ ended: 'replay', paused: 'play', playing: 'pause' } as const)[state]);
    for (const button of [play, big]) {
      button.innerHTML = symbol;
      name(button, words);
    }
    this.#autoHide?.show();
    this.#timeline?.update();
  }

  #showQuality(): void {
    if (!this.#parts) return;
    const { quality, video } = this.#parts;
    const shown = Math.min(video.videoWidth, video.videoHeight) || this.#engine?.activeSize;
    const fixed = this.#engine?.fixedSize ?? null;
    quality.textContent = fixed ? `${fixed}p` : autoWords(shown);
    name(quality, t`Quality, ${quality.textContent ?? ''}`);
  }

  #showFault({ kind, code }: Fault): void {
    if (!this.#parts) return;
    const sentences = {
      network: t`The video could not be loaded. Check your connection.`,
      format: t`This browser cannot play this video.`,
      other: t`Playback stopped.`,
    };
    this.#parts['fault-text'].textContent = `${sentences[kind]} (${code})`;
    this.#parts.fault.hidden = false;
    this.dispatchEvent(new CustomEvent('fault', { detail: { kind, code } }));
  }

  #qualities() {
    const engine = this.#engine;
    const fixed = engine?.fixedSize ?? null;
    const { videoWidth, videoHeight } = this.#live.video;
    const auto = {
      value: null as number | null,
      words: autoWords(Math.min(videoWidth, videoHeight)),
      chosen: fixed === null,
    };
    const sizes = engine?.sizes ?? [];
    return [auto, ...sizes.map((size) => ({ value: size, words: `${size}p`, chosen: size === fixed }))];
  }

  #setSpeed(speed: number): void {
    const { video, speed: button } = this.#live;
    video.playbackRate = speed;
    button.textContent = `${speed}×`;
    name(button, t`Speed, ${speed}×`);
  }

  #mayHideControls(): boolean {
    const parts = this.#parts;
    if (!parts || parts.video.paused || this.#menus.some((menu) => menu.isOpen)) return false;
    return !parts.controls.querySelector(':focus-visible');
  }

  // Full screen, keys and touch.

  #toggleFullscreen(): void {
    if (document.fullscreenElement === this) void document.exitFullscreen();
    else void this.requestFullscreen?.();
  }

  #showFullscreen(): void {
    const { fullscreen } = this.#live;
    const isFull = document.fullscreenElement === this;
    fullscreen.hidden = !document.fullscreenEnabled;
    fullscreen.innerHTML = icon(isFull ? 'shrink' : 'expand');
    name(fullscreen, isFull ? t`Leave full screen (F)` : t`Full screen (F)`);
  }

  #touchActions() {
    return {
      tap: () => (this.#autoHide?.isShown ? this.#autoHide.hide() : this.#autoHide?.show()),
      press: () => this.toggle(),
      pressTwice: () => this.#toggleFullscreen(),
      skip: (seconds: number) => this.seek(this.#live.video.currentTime + seconds),
    };
  }

  #act(action: KeyAction): void {
    const { video } = this.#live;
    switch (action.do) {
      case 'toggle':
        this.toggle();
        break;
      case 'mute':
        this.#sound?.toggle();
        break;
      case 'fullscreen':
        this.#toggleFullscreen();
        break;
      case 'seek-by':
        this.seek(video.currentTime + action.seconds);
        break;
      case 'seek-to':
        this.seek(action.share * video.duration);
        break;
      case 'volume-by':
        this.#sound?.set((video.muted ? 0 : video.volume) + action.share);
        break;
      case 'speed-by':
        this.#setSpeed(speedAfter(video.playbackRate, action.steps));
        break;
    }
    this.#autoHide?.show();
  }
}

function autoWords(size: number | null | undefined): string {
  return size ? t`Auto (${size}p)` : t`Auto`;
}
