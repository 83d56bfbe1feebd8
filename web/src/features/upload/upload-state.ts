import type { Estimate } from '@/api/estimate';
import type { Visibility } from '@/api/types';
import type { Traffic } from '@/lib/activity';
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
  /** What the server says it will cost; null before it said so, or where it cannot. */
  estimate: Estimate | null;
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
    estimate: null,
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
export function summary(items: readonly UploadItem[]): Traffic {
  const moving = items.filter(isUnderWay);
  return {
    files: moving.length,
    sizeBytes: moving.reduce((sum, item) => sum + item.sizeBytes, 0),
    sentBytes: moving.reduce((sum, item) => sum + item.sentBytes, 0),
  };
}

/** Seconds until the last byte at the present speed; null when there is no speed yet. */
export function secondsLeft({ sizeBytes, sentBytes, bytesPerSecond }: UploadItem): number | null {
  return bytesPerSecond > 0 ? (sizeBytes - sentBytes) / bytesPerSecond : null;
}
