import type { Visibility } from '@/api/types';
import { fingerprintOf, type Unfinished } from './unfinished';

/**
 * The way of one file:
 * creating → queued → sending ⇄ offline → sent, or failed from any of them.
 * A paused file goes back to queued, a failed one to creating or queued. A refused one never began.
 */
export type UploadStep = 'creating' | 'queued' | 'sending' | 'offline' | 'paused' | 'sent' | 'failed' | 'refused';

export type UploadItem = {
  key: string;
  fingerprint: string;
  fileName: string;
  sizeBytes: number;
  title: string;
  visibility: Visibility;
  step: UploadStep;
  sentBytes: number;
  bytesPerSecond: number;
  /** The server's name for it, known from the drop on. */
  video: { id: string; watchUrl: string } | null;
  /** Where an upload of it can be begun; null where it was begun earlier. */
  tusUrl: string | null;
  /** Where it is being sent to, once it has begun. */
  uploadUrl: string | null;
  problem: string | null;
};

export type UploadChange = Partial<Omit<UploadItem, 'key' | 'fingerprint' | 'fileName' | 'sizeBytes'>>;

/** A file as it is right after the drop. */
export function newItem(
  key: string,
  file: { name: string; size: number; lastModified: number },
  title: string,
  visibility: Visibility,
): UploadItem {
  return {
    key,
    fingerprint: fingerprintOf(file),
    fileName: file.name,
    sizeBytes: file.size,
    title,
    visibility,
    step: 'creating',
    sentBytes: 0,
    bytesPerSecond: 0,
    video: null,
    tusUrl: null,
    uploadUrl: null,
    problem: null,
  };
}

/** A file whose upload began before the page was left: it goes on where that ended. */
export function resumedItem(
  key: string,
  file: { name: string; size: number; lastModified: number },
  earlier: Unfinished,
): UploadItem {
  const { title, visibility, sentBytes, videoId, watchUrl, uploadUrl } = earlier;
  return {
    ...newItem(key, file, title, visibility),
    step: 'queued',
    sentBytes,
    video: { id: videoId, watchUrl },
    uploadUrl,
  };
}

/** The list with one item changed. */
export function changeItem(items: readonly UploadItem[], key: string, change: UploadChange): UploadItem[] {
  return items.map((item) => (item.key === key ? { ...item, ...change } : item));
}

/** True while closing the page would stop something. */
export function isUnderWay({ step }: Pick<UploadItem, 'step'>): boolean {
  return step === 'creating' || step === 'queued' || step === 'sending' || step === 'offline';
}

/** The keys that may start now, oldest first, when at most `limit` are sent at once. */
export function startable(items: readonly UploadItem[], limit: number): string[] {
  const busy = items.filter(({ step }) => step === 'sending' || step === 'offline').length;
  const waiting = items.filter(({ step }) => step === 'queued');
  return waiting.slice(0, Math.max(0, limit - busy)).map(({ key }) => key);
}

/** How many files are on their way and how far they are together. */
export function summary(items: readonly UploadItem[]): { files: number; share: number } {
  const moving = items.filter(isUnderWay);
  const total = moving.reduce((sum, item) => sum + item.sizeBytes, 0);
  const sent = moving.reduce((sum, item) => sum + item.sentBytes, 0);
  return { files: moving.length, share: total > 0 ? sent / total : 0 };
}

/** Seconds until the last byte at the present speed; null when there is no speed yet. */
export function secondsLeft({ sizeBytes, sentBytes, bytesPerSecond }: UploadItem): number | null {
  return bytesPerSecond > 0 ? (sizeBytes - sentBytes) / bytesPerSecond : null;
}

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
