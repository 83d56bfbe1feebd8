import type { Visibility } from '@/api/types';
import { Watched } from '@/lib/activity';

const STORAGE_KEY = 'matinee-unfinished-uploads';

/** What is needed to go on with an upload after the page was left. */
export type Unfinished = {
  fingerprint: string;
  /** Whose upload it is: another person at this browser does not see it. */
  owner: string;
  videoId: string;
  watchUrl: string;
  uploadUrl: string;
  fileName: string;
  sizeBytes: number;
  sentBytes: number;
  title: string;
  visibility: Visibility;
};

type Keep = Pick<Storage, 'getItem' | 'setItem'>;

/** What tells a file from others without reading it. */
export function fingerprintOf({ name, size, lastModified }: Pick<File, 'name' | 'size' | 'lastModified'>): string {
  return [name, size, lastModified].join('|');
}

/** The uploads that this browser began and did not end, kept over reloads. */
export class UnfinishedUploads {
  readonly items: Watched<readonly Unfinished[]>;
  readonly #keep: Keep;

  constructor(keep: Keep) {
    this.#keep = keep;
    this.items = new Watched(read(keep));
  }

  /** The upload of a file that this person began earlier. */
  find(fingerprint: string, owner: string): Unfinished | undefined {
    return this.items.get().find((item) => item.fingerprint === fingerprint && item.owner === owner);
  }

  /** Notes an upload, or how far it is now. */
  save(upload: Unfinished): void {
    const others = this.items.get().filter(({ videoId }) => videoId !== upload.videoId);
    this.#write([upload, ...others]);
  }

  /** Forgets an upload: it is complete, or it was taken away. */
  forget(videoId: string): void {
    const items = this.items.get();
    const rest = items.filter((item) => item.videoId !== videoId);
    if (rest.length < items.length) this.#write(rest);
  }

  #write(items: readonly Unfinished[]): void {
    this.items.set(items);
    try {
      this.#keep.setItem(STORAGE_KEY, JSON.stringify(items));
    } catch {
      // A full or forbidden storage only costs the way back after a reload.
    }
  }
}

function read(keep: Keep): Unfinished[] {
  try {
    const kept: unknown = JSON.parse(keep.getItem(STORAGE_KEY) ?? '[]');
    return Array.isArray(kept) ? kept.filter(isUnfinished) : [];
  } catch {
    return [];
  }
}

function isUnfinished(value: Partial<Unfinished> | null): value is Unfinished {
  const texts = [value?.fingerprint, value?.owner, value?.videoId, value?.uploadUrl, value?.fileName, value?.title];
  return texts.every((text) => typeof text === 'string') && typeof value?.sizeBytes === 'number';
}
