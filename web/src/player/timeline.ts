import { t } from '@lingui/core/macro';
import { clock } from '@/lib/format';
import { type Chapter, chapterAt, chaptersIn, gapsIn } from './chapters';
import { painted, pairsOf } from './ranges';
import { spokenTime } from './spoken-time';
import type { Parts } from './template';

/** The seek bar: what was played, what is buffered, the chapters, and where the pointer is. */
export class Timeline {
  readonly #parts: Parts;
  readonly #seek: (seconds: number) => void;
  #given: readonly Chapter[] = [];
  #chapters: readonly Chapter[] = [];
  #dragging = false;

  constructor(parts: Parts, seek: (seconds: number) => void, signal: AbortSignal) {
    this.#parts = parts;
    this.#seek = seek;
    const { seek: input, timeline, bubble, video } = parts;
    input.addEventListener('input', () => this.#drag(), { signal });
    input.addEventListener('change', () => this.#drop(), { signal });
    timeline.addEventListener('pointermove', (event) => this.#hover(event), { signal });
    timeline.addEventListener('pointerleave', () => bubble.classList.remove('shown'), { signal });
    video.addEventListener('durationchange', () => this.#showChapters(), { signal });
  }

  /** Divides the bar; an empty list leaves it in one piece. */
  divide(chapters: readonly Chapter[]): void {
    this.#given = chapters;
    this.#showChapters();
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
    this.#showBubble(this.#duration > 0 ? seconds / this.#duration : 0);
  }

  #drop(): void {
    this.#dragging = false;
    this.#parts.bubble.classList.remove('shown');
    this.#seek(Number(this.#parts.seek.value));
  }

  #hover({ clientX, pointerType }: PointerEvent): void {
    if (pointerType === 'touch') return; // a finger drags
    const { left, width } = this.#parts.timeline.getBoundingClientRect();
    this.#showBubble(Math.min(1, Math.max(0, (clientX - left) / width)));
  }

  #showBubble(share: number): void {
    const { bubble, timeline } = this.#parts;
    const seconds = share * this.#duration;
    const title = chapterAt(this.#chapters, seconds);
    bubble.replaceChildren(...(title ? [line(title), line(clock(seconds))] : [line(clock(seconds))]));
    const [width, half] = [timeline.clientWidth, bubble.offsetWidth / 2];
    bubble.style.left = `${Math.min(width - half, Math.max(half, share * width))}px`;
    bubble.classList.add('shown');
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
