import { t } from '@lingui/core/macro';
import { icon } from './icons';
import { name, type Parts } from './template';

type OldPhoneVideo = HTMLVideoElement & { webkitEnterFullscreen?: () => void };
type Lockable = ScreenOrientation & { lock?: (side: 'landscape') => Promise<void> };

/** Full screen, the small window above other programs, and the wide place on its page. */
export class WindowModes {
  readonly #player: HTMLElement;
  readonly #parts: Parts;

  constructor(player: HTMLElement, parts: Parts, signal: AbortSignal) {
    this.#player = player;
    this.#parts = parts;
    const { video, fullscreen, theater, 'small-window': small } = parts;
    fullscreen.addEventListener('click', () => this.toggleFullscreen(), { signal });
    theater.addEventListener('click', () => this.toggleTheater(), { signal });
    small.addEventListener('click', () => void this.toggleSmallWindow(), { signal });
    document.addEventListener('fullscreenchange', () => this.show(), { signal });
    for (const type of ['enterpictureinpicture', 'leavepictureinpicture', 'loadedmetadata'] as const) {
      video.addEventListener(type, () => this.show(), { signal });
    }
    this.show();
  }

  get #isFull(): boolean {
    return document.fullscreenElement === this.#player;
  }

  get #isSmall(): boolean {
    const { pictureInPictureElement } = document;
    // Seen from the document, what is inside a shadow root is its host.
    return pictureInPictureElement === this.#player || pictureInPictureElement === this.#parts.video;
  }

  /** Whether the page has a wide place for the player: it says so with its attribute. */
  get hasTheater(): boolean {
    return this.#player.hasAttribute('theater');
  }

  get hasSmallWindow(): boolean {
    return document.pictureInPictureEnabled && !this.#parts.stage.classList.contains('sound-only');
  }

  toggleFullscreen(): void {
    const { video } = this.#parts;
    if (this.#isFull) void document.exitFullscreen();
    else if (this.#player.requestFullscreen) void this.#player.requestFullscreen().then(() => this.#turnSideways());
    else (video as OldPhoneVideo).webkitEnterFullscreen?.();
  }

  /** A wide picture fills a phone that is held upright only sideways. */
  #turnSideways(): void {
    const { videoWidth, videoHeight } = this.#parts.video;
    if (videoWidth > videoHeight) void (screen.orientation as Lockable).lock?.('landscape').catch(() => undefined);
  }

  /** Asks the page for more or less room; it answers by its attribute. */
  toggleTheater(): void {
    if (this.hasTheater && !this.#isFull) this.#player.dispatchEvent(new Event('theater'));
  }

  async toggleSmallWindow(): Promise<void> {
    if (!this.hasSmallWindow) return;
    try {
      await (this.#isSmall ? document.exitPictureInPicture() : this.#parts.video.requestPictureInPicture());
    } catch {
      // Before the first picture, or refused by the browser: the button stays as it is.
    }
  }

  show(): void {
    const { fullscreen, theater, 'small-window': small } = this.#parts;
    const isWide = this.#player.getAttribute('theater') === 'on';
    fullscreen.hidden = !document.fullscreenEnabled && !('webkitEnterFullscreen' in this.#parts.video);
    fullscreen.innerHTML = icon(this.#isFull ? 'shrink' : 'expand');
    name(fullscreen, this.#isFull ? t`Leave full screen (F)` : t`Full screen (F)`);
    theater.hidden = !this.hasTheater || this.#isFull;
    theater.innerHTML = icon(isWide ? 'theater-off' : 'theater');
    name(theater, isWide ? t`Leave theater mode (T)` : t`Theater mode (T)`);
    small.hidden = !this.hasSmallWindow;
    small.ariaPressed = String(this.#isSmall);
    name(small, t`Picture in picture (I)`);
  }
}
