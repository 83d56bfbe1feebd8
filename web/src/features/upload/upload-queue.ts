import { t } from '@lingui/core/macro';
import { type DetailedError, Upload } from 'tus-js-client';
import { createVideo, discardVideo, updateVideo } from '@/api/actions';
import { ApiError } from '@/api/api-error';
import type { Visibility } from '@/api/types';
import { activity, Watched } from '@/lib/activity';
import { titleFromFileName } from '@/lib/format';
import {
  changeItem,
  isUnderWay,
  newItem,
  SpeedMeter,
  startable,
  summary,
  type UploadChange,
  type UploadItem,
} from './upload-state';

const AT_ONCE = 2;
/** About ten minutes without a connection before a person is asked; tus starts counting anew after each progress. */
const RETRY_DELAYS_MS = [0, 1000, 2000, 4000, 8000, ...Array<number>(40).fill(15_000)];

/** Sends files, two at a time, and goes on while the person looks at other pages. */
export class UploadQueue {
  readonly items = new Watched<readonly UploadItem[]>([]);
  readonly #files = new Map<string, File>();
  readonly #uploads = new Map<string, Upload>();
  #nextKey = 1;

  constructor() {
    this.items.subscribe(() => activity.set(summary(this.items.get())));
    window.addEventListener('beforeunload', (event) => {
      if (this.items.get().some(isUnderWay)) event.preventDefault();
    });
  }

  /** Takes files: each becomes a video with a title and a link at once. */
  add(files: readonly File[], visibility: Visibility, maxBytes: number): void {
    for (const file of files) {
      const key = String(this.#nextKey++);
      const item = newItem(key, file, titleFromFileName(file.name), visibility);
      this.#files.set(key, file);
      this.items.set([item, ...this.items.get()]);
      const problem = refusal(file, maxBytes);
      if (problem) this.#change(key, { step: 'failed', problem });
      else void this.#create(item);
    }
  }

  /** Takes a file out of the list; a video that never got its file goes with it. */
  async remove(key: string): Promise<void> {
    const item = this.#item(key);
    this.items.set(this.items.get().filter((other) => other.key !== key));
    await this.#uploads.get(key)?.abort();
    this.#uploads.delete(key);
    this.#files.delete(key);
    this.#startNext();
    // The row is gone; a video that cannot be deleted now stays visible, and deletable, on the first page.
    if (item?.video && item.step !== 'sent') await discardVideo(item.video.id).catch(() => undefined);
  }

  /** Starts a failed file again, from where it stopped. */
  retry(key: string): void {
    const item = this.#item(key);
    if (!item) return;
    if (!item.video) return void this.#create(item);
    this.#change(key, { step: 'queued', problem: null });
    this.#startNext();
  }

  rename(key: string, title: string): Promise<void> {
    return this.#update(key, { title });
  }

  setVisibility(key: string, visibility: Visibility): Promise<void> {
    return this.#update(key, { visibility });
  }

  async #update(key: string, patch: { title?: string; visibility?: Visibility }): Promise<void> {
    const before = this.#item(key);
    this.#change(key, patch);
    if (!before?.video) return; // #create sends what changed meanwhile
    try {
      await updateVideo(before.video.id, patch);
      this.#change(key, { problem: null });
    } catch (error) {
      const { title, visibility } = before;
      this.#change(key, { title, visibility, problem: sentence(error) });
    }
  }

  #item(key: string): UploadItem | undefined {
    return this.items.get().find((item) => item.key === key);
  }

  #change(key: string, change: UploadChange): void {
    this.items.set(changeItem(this.items.get(), key, change));
  }

  async #create({ key, title, visibility }: UploadItem): Promise<void> {
    this.#change(key, { step: 'creating', problem: null });
    try {
      const { id, watch_url, upload } = await createVideo({ title, visibility });
      const now = this.#item(key);
      if (!now) return void (await discardVideo(id));
      this.#change(key, { step: 'queued', video: { id, watchUrl: watch_url, tusUrl: upload.tus_url } });
      if (now.title !== title || now.visibility !== visibility) {
        void this.#update(key, { title: now.title, visibility: now.visibility });
      }
      this.#startNext();
    } catch (error) {
      this.#change(key, { step: 'failed', problem: sentence(error) });
    }
  }

  #startNext(): void {
    for (const key of startable(this.items.get(), AT_ONCE)) this.#send(key);
  }

  #send(key: string): void {
    const file = this.#files.get(key);
    const item = this.#item(key);
    if (!file || !item?.video) return;
    this.#change(key, { step: 'sending', problem: null });
    const upload = this.#uploads.get(key) ?? this.#newUpload(key, file, item.video.tusUrl);
    this.#uploads.set(key, upload);
    upload.start();
  }

  #newUpload(key: string, file: File, endpoint: string): Upload {
    const meter = new SpeedMeter(performance.now(), 0);
    return new Upload(file, {
      endpoint,
      retryDelays: RETRY_DELAYS_MS,
      metadata: { filename: file.name, filetype: file.type },
      // The address fills one video once: a later drop of the same file is another video.
      storeFingerprintForResuming: false,
      onProgress: (sentBytes) => {
        const bytesPerSecond = meter.measure(performance.now(), sentBytes);
        this.#change(key, { step: 'sending', sentBytes, bytesPerSecond });
      },
      onShouldRetry: (error) => {
        const again = isPassing(error);
        if (again) this.#change(key, { step: 'offline', bytesPerSecond: 0 });
        return again;
      },
      onSuccess: () => this.#finish(key, { step: 'sent', sentBytes: file.size, bytesPerSecond: 0 }),
      onError: (error) => this.#finish(key, { step: 'failed', bytesPerSecond: 0, problem: transferProblem(error) }),
    });
  }

  #finish(key: string, change: UploadChange): void {
    this.#change(key, change);
    if (change.step === 'sent') this.#uploads.delete(key);
    this.#startNext();
  }
}

function refusal({ size }: File, maxBytes: number): string | null {
  if (size === 0) return t`This file is empty.`;
  return maxBytes > 0 && size > maxBytes ? t`This file is larger than this server takes.` : null;
}

/** No answer, a busy server and a locked upload pass; any other refusal is final. */
function isPassing(error: Error): boolean {
  const status = statusOf(error);
  return status === 0 || status >= 500 || [408, 409, 423, 429].includes(status);
}

function statusOf(error: Error): number {
  return (error as Partial<DetailedError>).originalResponse?.getStatus() ?? 0;
}

function transferProblem(error: Error): string {
  return statusOf(error) === 0
    ? t`The connection was lost. Try again to go on where it stopped.`
    : t`The server refused the file. Try again, or choose another file.`;
}

function sentence(error: unknown): string {
  if (error instanceof ApiError && error.status > 0) return error.message;
  return t`The server cannot be reached. Check your connection and try again.`;
}
