import { t } from '@lingui/core/macro';
import { clock } from '@/lib/format';
import { type Chapter, chapterAt, chaptersIn, gapsIn } from './chapters';
import { painted, pairsOf } from './ranges';
import { spokenTime } from './spoken-time';
import { Storyboard, type Tile } from './storyboard';
import type { Parts } from './template';

const PEEK_MS = 1500;
const [NARROWEST_PICTURE_PX, BUBBLE_PADDING_PX] = [100, 3];

/** The seek bar: what was played, what is buffered, the chapters, and where the pointer is. */
export class Timeline {
  readonly #parts: Parts;
  readonly #seek: (seconds: number) => void;
  #given: readonly Chapter[] = [];
  #chapters: readonly Chapter[] = [];
  #dragging = false;
  readonly #storyboard = new Storyboard();
  /** What the bubble is about, in seconds; null while it is away. */
  #bubbleAt: number | null = null;
  #peekTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: Parts, seek: (seconds: number) => void, signal: AbortSignal) {
    this.#parts = parts;
    this.#seek = seek;
    const { seek: input, timeline, video } = parts;
    input.addEventListener('input', () => this.#drag(), { signal });
    input.addEventListener('change', () => this.#drop(), { signal });
    timeline.addEventListener('pointermove', (event) => this.#hover(event), { signal });
    timeline.addEventListener('pointerleave', () => this.#hideBubble(), { signal });
    signal.addEventListener('abort', () => clearTimeout(this.#peekTimer));
    video.addEventListener('durationchange', () => this.#showChapters(), { signal });
  }

  /** Divides the bar; an empty list leaves it in one piece. */
  divide(chapters: readonly Chapter[]): void {
    this.#given = chapters;
    this.#showChapters();
  }

  /** Takes the address of the pictures for the bubble; null where there are none. */
  illustrate(storyboard: string | null): void {
    this.#storyboard.take(storyboard);
  }

  /** Shows the bubble at a moment for a while, for who moves by keys. */
  peek(seconds: number): void {
    this.#showBubble(seconds);
    this.#peekTimer = setTimeout(() => this.#hideBubble(), PEEK_MS);
  }

  #showChapters(): void {
    this.#chapters = chaptersIn(this.#given, this.#duration);
    const mask = gapsIn(this.#given, this.#duration);
    this.#parts.rail.style.maskImage = mask;
    this.#parts.rail.style.setProperty('-webkit-mask-image', mask);
    this.update();
  }

  get #duration(): number {
    const { duration } = this.#parts.video;
    return Number.isFinite(duration) ? duration : 0;
  }

  #drag(): void {
    this.#dragging = true;
    const seconds = Number(this.#parts.seek.value);
    this.#show(seconds);
    this.#showBubble(seconds);
  }

  #drop(): void {
    this.#dragging = false;
    this.#hideBubble();
    this.#seek(Number(this.#parts.seek.value));
  }

  #hover({ clientX, pointerType }: PointerEvent): void {
    if (pointerType === 'touch') return; // a finger drags
    const { left, width } = this.#parts.timeline.getBoundingClientRect();
    this.#showBubble(Math.min(1, Math.max(0, (clientX - left) / width)) * this.#duration);
  }

  #showBubble(seconds: number): void {
    clearTimeout(this.#peekTimer);
    this.#peekTimer = undefined;
    this.#bubbleAt = seconds;
    const { bubble, timeline } = this.#parts;
    const title = chapterAt(this.#chapters, seconds);
    const tile = this.#storyboard.at(seconds, () => this.#pictureCame());
    const words = title ? [line(title), line(clock(seconds))] : [line(clock(seconds))];
    bubble.replaceChildren(...(tile ? [picture(tile)] : []), ...words);
    bubble.classList.toggle('pictured', tile !== null);
    bubble.style.width = tile ? `${Math.max(tile.width, NARROWEST_PICTURE_PX) + 2 * BUBBLE_PADDING_PX}px` : '';
    const [width, half] = [timeline.clientWidth, bubble.offsetWidth / 2];
    const at = this.#duration > 0 ? (seconds / this.#duration) * width : 0;
    bubble.style.left = `${Math.min(width - half, Math.max(half, at))}px`;
    bubble.classList.add('shown');
  }

  #pictureCame(): void {
    if (this.#bubbleAt === null) return;
    if (this.#peekTimer === undefined) this.#showBubble(this.#bubbleAt);
    else this.peek(this.#bubbleAt);
  }

  #hideBubble(): void {
    clearTimeout(this.#peekTimer);
    this.#peekTimer = undefined;
    this.#bubbleAt = null;
    this.#parts.bubble.classList.remove('shown');
  }

  /** Follows the video element; called for every frame that is shown while the bar is visible. */
  update(): void {
    const { video, seek, length, buffered } = this.#parts;
    const duration = this.#duration;
    set(seek, 'max', String(duration || 1));
    setText(length, clock(duration));
    buffered.style.backgroundImage = painted(pairsOf(video.buffered), duration);
    if (!this.#dragging) this.#show(video.currentTime);
  }

  #show(seconds: number): void {
    const { seek, played, now, chapter } = this.#parts;
    const duration = this.#duration;
    if (!this.#dragging) seek.value = String(seconds);
    const title = chapterAt(this.#chapters, seconds);
    const place = t`${spokenTime(seconds)} of ${spokenTime(duration)}`;
    set(seek, 'aria-valuetext', title ? `${place}, ${title}` : place);
    played.style.width = `${duration > 0 ? (100 * seconds) / duration : 0}%`;
    setText(now, clock(seconds));
    setText(chapter, title);
  }
}

function picture({ sheet, x, y, width, height }: Tile): HTMLElement {
  const element = document.createElement('div');
  element.className = 'picture';
  element.style.width = `${width}px`;
  element.style.height = `${height}px`;
  element.style.backgroundImage = `url("${sheet}")`;
  element.style.backgroundPosition = `${-x}px ${-y}px`;
  return element;
}

function line(text: string): HTMLElement {
  const element = document.createElement('span');
  element.textContent = text;
  return element;
}

// Written only when it changes: this runs at every frame, and screen readers follow changes.
function set(element: Element, attribute: string, value: string): void {
  if (element.getAttribute(attribute) !== value) element.setAttribute(attribute, value);
}

function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
