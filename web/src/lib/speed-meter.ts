const MIN_SAMPLE_MS = 250;
const NEW_SAMPLE_WEIGHT = 0.3;

/** Measures a speed that follows changes but does not flicker. */
export class SpeedMeter {
  #at: number;
  #bytes: number;
  #speed = 0;

  constructor(nowMs: number, bytes: number) {
    this.#at = nowMs;
    this.#bytes = bytes;
  }

  /** Takes a new byte count and returns bytes per second. */
  measure(nowMs: number, bytes: number): number {
    const elapsed = nowMs - this.#at;
    if (elapsed < MIN_SAMPLE_MS) return this.#speed;
    const sample = (Math.max(0, bytes - this.#bytes) * 1000) / elapsed;
    this.#speed = this.#speed === 0 ? sample : this.#speed + NEW_SAMPLE_WEIGHT * (sample - this.#speed);
    this.#at = nowMs;
    this.#bytes = bytes;
    return this.#speed;
  }
}
