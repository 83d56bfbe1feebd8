import { t } from '@lingui/core/macro';
import type { PlayerStats } from './stats';
import type { Parts } from './template';

const REFRESH_MS = 500;

/** Numbers for who asks why it looks as it does. */
export class StatsPanel {
  readonly #parts: Parts;
  readonly #stats: () => PlayerStats;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(parts: Parts, stats: () => PlayerStats, signal: AbortSignal) {
    this.#parts = parts;
    this.#stats = stats;
    signal.addEventListener('abort', () => clearInterval(this.#timer));
  }

  get isOpen(): boolean {
    return !this.#parts.stats.hidden;
  }

  toggle(): void {
    this.#parts.stats.hidden = this.isOpen;
    clearInterval(this.#timer);
    if (!this.isOpen) return;
    this.#show();
    this.#timer = setInterval(() => this.#show(), REFRESH_MS);
  }

  #show(): void {
    const lines = linesOf(this.#stats()).flatMap(([term, value]) => {
      const [name, text] = [document.createElement('dt'), document.createElement('dd')];
      name.textContent = term;
      text.textContent = value;
      return [name, text];
    });
    this.#parts.stats.replaceChildren(...lines);
  }
}

function linesOf(stats: PlayerStats): [string, string][] {
  const size = Math.min(stats.width, stats.height);
  const picture = size > 0 ? `${stats.width}×${stats.height}` : t`none`;
  const rung = size > 0 ? `${size}p, ${megabits(stats.rungBitsPerSecond)}` : megabits(stats.rungBitsPerSecond);
  return [
    [t`Picture`, t`${picture} in ${stats.boxWidth}×${stats.boxHeight}`],
    [t`Size fetched`, rung],
    [t`Codecs`, stats.codecs || '–'],
    [t`Speed of the line`, megabits(stats.bitsPerSecond)],
    [t`Buffer`, seconds(stats.bufferedAhead)],
    [t`Frames dropped`, t`${stats.droppedFrames} of ${stats.decodedFrames}`],
    [t`Loaded in`, t`${seconds(stats.manifestSeconds)}, first picture ${seconds(stats.firstFrameSeconds)}`],
    [t`Stalls`, t`${stats.stalls}, waited ${seconds(stats.waitedSeconds)}`],
  ];
}

function megabits(bitsPerSecond: number): string {
  return bitsPerSecond > 0 ? `${(bitsPerSecond / 1e6).toFixed(2)} Mbit/s` : '–';
}

function seconds(value: number): string {
  return Number.isFinite(value) ? `${value.toFixed(2)} s` : '–';
}
