import { Upload } from 'tus-js-client';
import { createVideo, discardVideo, updateVideo } from '@/api/actions';
import type { UploadLimits, Visibility } from '@/api/types';
import { activity, Watched } from '@/lib/activity';
import { awaitReady } from '@/lib/awaited';
import { titleFromFileName } from '@/lib/format';
import { SpeedMeter } from '@/lib/speed-meter';
import { isGone, isPassing, RETRY_DELAYS_MS, sentence, transferProblem } from '@/lib/transfer-problem';
import { pause } from '@/lib/wait';
import { promisedBytes, refusalOf } from './disk';
import { forecast } from './forecast';
import { fingerprintOf, type UnfinishedUploads } from './unfinished';
import {
  changeItem,
  isUnderWay,
  newItem,
  resumedItem,
  startable,
  summary,
  type UploadChange,
  type UploadItem,
} from './upload-state';

const AT_ONCE = 2;
const SAVE_EVERY_MS = 1000;
/** How long a file that could be sent waits for the word on what it will cost. */
const FORECAST_PATIENCE_MS = 1000;

/** What all files of one drop share. */
export type DropOptions = { owner: string; visibility: Visibility; limits: UploadLimits | null };

/** Sends files, two at a time, and goes on while the person looks at other pages. */
export class UploadQueue {
  readonly items = new Watched<readonly UploadItem[]>([]);
  readonly unfinished: UnfinishedUploads;
  readonly #files = new Map<string, File>();
  readonly #owners = new Map<string, string>();
  readonly #uploads = new Map<string, Upload>();
  #nextKey = 1;

  constructor(unfinished: UnfinishedUploads) {
    this.unfinished = unfinished;
    this.items.subscribe(() => activity.report('uploads', summary(this.items.get())));
    window.addEventListener('beforeunload', (event) => {
      if (this.items.get().some(isUnderWay)) event.preventDefault();
    });
    // Back in the network: go on now and not when the next try is due.
    window.addEventListener('online', () => this.#wakeOffline());
  }

  /** Takes files: each becomes a video with a title and a link at once, or goes on where its upload stopped. */
  add(files: readonly File[], options: DropOptions): void {
    for (const file of files) this.#take(String(this.#nextKey++), file, options);
    this.#startNext();
  }

  #take(key: string, file: File, { owner, visibility, limits }: DropOptions): void {
    const fingerprint = fingerprintOf(file);
    if (this.items.get().some((item) => item.fingerprint === fingerprint && item.step !== 'sent')) return;
    const waiting = this.items.get().filter(({ step }) => step === 'creating' || step === 'queued');
    const earlier = this.unfinished.find(fingerprint, owner);
    const item = earlier
      ? resumedItem(key, file, earlier)
      : newItem(key, file, titleFromFileName(file.name), visibility);
    this.#files.set(key, file);
    this.#owners.set(key, owner);
    this.items.set([item, ...this.items.get()]);
    const problem = earlier ? null : refusalOf(file.size, limits, limits ? promisedBytes(waiting, limits) : 0);
    if (problem) this.#change(key, { step: 'refused', problem });
    else if (!earlier) void this.#create(item, this.#forecast(key, file));
  }

  /** Takes a file out of the list; what was sent of it and a video that never got its file go with it. */
  async remove(key: string): Promise<void> {
    const item = this.#item(key);
    const upload = this.#uploads.get(key);
    this.items.set(this.items.get().filter((other) => other.key !== key));
    this.#uploads.delete(key);
    this.#files.delete(key);
    this.#startNext();
    if (!item?.video || item.step === 'sent') return;
    this.unfinished.forget(item.video.id);
    await upload?.abort().catch(() => undefined);
    await takeBack(item.video.id, item.uploadUrl);
  }

  /** Stops sending; what was sent stays on the server. */
  async pause(key: string): Promise<void> {
    this.#change(key, { step: 'paused', bytesPerSecond: 0 });
    await this.#uploads.get(key)?.abort();
    this.#startNext();
  }

  /** Goes on with a paused file. */
  resume(key: string): void {
    this.#change(key, { step: 'queued' });
    this.#startNext();
  }

  /** Starts a failed file again, from where it stopped if the server still has that. */
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

  /** Asks what a file will cost; silent where nobody knows. */
  async #forecast(key: string, file: File): Promise<void> {
    const estimate = await forecast(file);
    if (estimate) this.#change(key, { estimate });
  }

  async #create({ key, title, visibility }: UploadItem, forecast?: Promise<void>): Promise<void> {
    this.#change(key, { step: 'creating', problem: null });
    try {
      const { id, watch_url, upload } = await createVideo({ title, visibility });
      // Said before the first byte is sent, unless it takes too long to find out.
      await Promise.race([forecast, pause(FORECAST_PATIENCE_MS)]);
      const now = this.#item(key);
      if (!now) return void (await discardVideo(id));
      this.#change(key, { step: 'queued', video: { id, watchUrl: watch_url }, tusUrl: upload.tus_url });
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

  #wakeOffline(): void {
    for (const { key, step } of this.items.get()) {
      const upload = this.#uploads.get(key);
      if (step === 'offline' && upload) void upload.abort().then(() => upload.start());
    }
  }

  #send(key: string): void {
    const file = this.#files.get(key);
    const item = this.#item(key);
    if (!file || !item?.video) return;
    this.#change(key, { step: 'sending', problem: null });
    const upload = this.#uploads.get(key) ?? this.#newUpload(file, item);
    this.#uploads.set(key, upload);
    upload.start();
  }

  #newUpload(file: File, { key, tusUrl, uploadUrl, sentBytes }: UploadItem): Upload {
    const meter = new SpeedMeter(performance.now(), sentBytes);
    let saveAt = 0;
    return new Upload(file, {
      ...(uploadUrl ? { uploadUrl } : { endpoint: tusUrl }),
      retryDelays: RETRY_DELAYS_MS,
      metadata: { filename: file.name, filetype: file.type },
      // Kept by ourselves (unfinished.ts), together with the video that it fills.
      storeFingerprintForResuming: false,
      onUploadUrlAvailable: () => this.#begun(key),
      onProgress: (sent) => {
        if (this.#item(key)?.step === 'paused') return;
        this.#change(key, { step: 'sending', sentBytes: sent, bytesPerSecond: meter.measure(performance.now(), sent) });
        if (performance.now() < saveAt) return;
        saveAt = performance.now() + SAVE_EVERY_MS;
        this.#save(key);
      },
      onShouldRetry: (error) => {
        const again = isPassing(error);
        if (again) this.#change(key, { step: 'offline', bytesPerSecond: 0 });
        return again;
      },
      onSuccess: () => this.#finish(key, { step: 'sent', sentBytes: file.size, bytesPerSecond: 0 }),
      onError: (error) => this.#fail(key, error),
    });
  }

  #begun(key: string): void {
    const upload = this.#uploads.get(key);
    if (!upload) return;
    // From here on it only goes on: tus would otherwise begin a second upload of the video when it finds the first one busy.
    upload.options.endpoint = null;
    this.#change(key, { uploadUrl: upload.url });
    this.#save(key);
  }

  #save(key: string): void {
    const item = this.#item(key);
    const owner = this.#owners.get(key);
    if (!item?.video || !item.uploadUrl || !owner) return;
    const { fingerprint, fileName, sizeBytes, sentBytes, title, visibility, uploadUrl, video } = item;
    const { id: videoId, watchUrl } = video;
    this.unfinished.save({
      ...{ fingerprint, owner, videoId, watchUrl, uploadUrl, fileName, sizeBytes, sentBytes, title, visibility },
    });
  }

  #fail(key: string, error: Error): void {
    const video = this.#item(key)?.video;
    if (isGone(error) && video) {
      this.unfinished.forget(video.id);
      this.#uploads.delete(key);
      this.#change(key, { video: null, tusUrl: null, uploadUrl: null, sentBytes: 0 });
      void takeBack(video.id, null);
    }
    this.#finish(key, { step: 'failed', bytesPerSecond: 0, problem: transferProblem(error) });
  }

  #finish(key: string, change: UploadChange): void {
    const video = this.#item(key)?.video;
    this.#change(key, change);
    if (change.step === 'sent') {
      this.#uploads.delete(key);
      if (video) this.unfinished.forget(video.id);
      if (video) awaitReady(video.id);
    }
    this.#startNext();
  }
}

/** Ends an upload on the server and removes the video that waited for it. What cannot be removed now stays visible in the list of videos. */
export async function takeBack(videoId: string, uploadUrl: string | null): Promise<void> {
  if (uploadUrl) await Upload.terminate(uploadUrl, { retryDelays: [0, 1000, 3000] }).catch(() => undefined);
  await discardVideo(videoId).catch(() => undefined);
}
