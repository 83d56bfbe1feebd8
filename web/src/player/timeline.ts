import { t } from '@lingui/core/macro';
import { clock } from '@/lib/format';
import type { Parts } from './template';

/** The seek bar: what was played, what is buffered, and where the pointer is. */
export class Timeline {
  readonly #parts: Parts;
  readonly #seek: (seconds: number) => void;
  #dragging = false;

  constructor(parts: Parts, seek: (seconds: number) => void, signal: AbortSignal) {
    this.#parts = parts;
    this.#seek = seek;
    const { seek: input, timeline, bubble } = parts;
    input.addEventListener('input', () => this.#drag(), { signal });
    input.addEventListener('change', () => this.#drop(), { signal });
    timeline.addEventListener('pointermove', (event) => this.#hover(event), { signal });
    timeline.addEventListener('pointerleave', () => bubble.classList.remove('shown'), { signal });
  }

  get #duration(): number {
    const { duration } = this.#parts.video;
    return Number.isFinite(duration) ? duration : 0;
  }

  #drag(): void {
    this.#dragging = true;
    this.#show(Number(this.#parts.seek.value));
  }

  #drop(): void {
    this.#dragging = false;
    this.#seek(Number(this.#parts.seek.value));
  }

  #hover({ clientX }: PointerEvent): void {
    const { left, width } = this.#parts.timeline.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (clientX - left) / width));
    const { bubble } = this.#parts;
    bubble.textContent = clock(share * this.#duration);
    bubble.style.left = `${share * 100}%`;
    bubble.classList.add('shown');
  }

  /** Follows the video element; called for every frame that is shown while the bar is visible. */
  update(): void {
    const { video, seek, length } = this.#parts;
    seek.max = String(this.#duration || 1);
    length.textContent = clock(this.#duration);
    this.#showBuffered();
    if (!this.#dragging) this.#show(video.currentTime);
  }

  #show(seconds: number): void {
    const { seek, played, now } = this.#parts;
    const duration = this.#duration;
    if (!this.#dragging) seek.value = String(seconds);
    seek.setAttribute('aria-valuetext', t`${clock(seconds)} of ${clock(duration)}`);
    played.style.width = `${duration > 0 ? (100 * seconds) / duration : 0}%`;
    now.textContent = clock(seconds);
  }

  #showBuffered(): void {
    const { video, buffered } = this.#parts;
    const range = rangeAround(video.buffered, video.currentTime);
    const duration = this.#duration;
    const [start, end] = range && duration > 0 ? range.map((at) => (100 * at) / duration) : [0, 0];
    buffered.style.left = `${start}%`;
    buffered.style.width = `${(end ?? 0) - (start ?? 0)}%`;
  }
}

const SLACK_SECONDS = 0.3;

/** The buffered range that the given moment lies in. */
export function rangeAround(ranges: TimeRanges, seconds: number): [number, number] | null {
  for (let index = 0; index < ranges.length; index++) {
    const [start, end] = [ranges.start(index), ranges.end(index)];
    if (seconds >= start - SLACK_SECONDS && seconds <= end + SLACK_SECONDS) return [start, end];
  }
  return null;
}
