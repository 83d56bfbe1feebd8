import { Upload } from 'tus-js-client';
import { beginReplacement } from '@/api/versions';
import { activity, Watched } from '@/lib/activity';
import { SpeedMeter } from '@/lib/speed-meter';
import { isPassing, RETRY_DELAYS_MS, sentence, transferProblem } from '@/lib/transfer-problem';

/** A file on its way to take the place of another: sending ⇄ offline → sent, or failed. */
export type Sending = {
  fileName: string;
  sizeBytes: number;
  sentBytes: number;
  bytesPerSecond: number;
  step: 'sending' | 'offline' | 'sent' | 'failed';
  problem: string | null;
  /** When the last byte had arrived, in milliseconds since 1970. */
  sentAtMs: number | null;
};

type Sendings = ReadonlyMap<string, Sending>;

/** Sends files that replace others, and goes on while the person looks at other pages. */
export class Replacements {
  /** By the id of the video. */
  readonly sendings = new Watched<Sendings>(new Map());
  readonly #uploads = new Map<string, Upload>();
  readonly #onSent: (videoId: string) => void;

  constructor(onSent: (videoId: string) => void) {
    this.#onSent = onSent;
    this.sendings.subscribe(() => activity.report('replacements', traffic(this.sendings.get())));
    window.addEventListener('beforeunload', (event) => {
      if (traffic(this.sendings.get()).files > 0) event.preventDefault();
    });
  }

  /** Sends a file; one that is still being sent for the same video is given up. */
  async send(videoId: string, file: File): Promise<void> {
    await this.giveUp(videoId);
    const begun = {
      fileName: file.name,
      sizeBytes: file.size,
      sentBytes: 0,
      bytesPerSecond: 0,
      problem: null,
      sentAtMs: null,
    };
    this.#set(videoId, { ...begun, step: 'sending' });
    try {
      const { tus_url } = await beginReplacement(videoId);
      if (!this.sendings.get().has(videoId)) return; // given up meanwhile
      const upload = this.#newUpload(videoId, file, tus_url);
      this.#uploads.set(videoId, upload);
      upload.start();
    } catch (error) {
      this.#change(videoId, { step: 'failed', problem: sentence(error) });
    }
  }

  /** Stops sending and throws away what was sent. */
  async giveUp(videoId: string): Promise<void> {
    const upload = this.#uploads.get(videoId);
    this.forget(videoId);
    // What cannot be taken back now expires by itself.
    await upload?.abort(true).catch(() => undefined);
  }

  /** Takes a file that has arrived, or failed, out of sight. */
  forget(videoId: string): void {
    this.#uploads.delete(videoId);
    this.sendings.set(new Map([...this.sendings.get()].filter(([id]) => id !== videoId)));
  }

  #newUpload(videoId: string, file: File, endpoint: string): Upload {
    const meter = new SpeedMeter(performance.now(), 0);
    const upload = new Upload(file, {
      endpoint,
      retryDelays: RETRY_DELAYS_MS,
      metadata: { filename: file.name, filetype: file.type },
      storeFingerprintForResuming: false,
      onUploadUrlAvailable: () => {
        upload.options.endpoint = null; // from here on it only goes on
      },
      onProgress: (sentBytes) =>
        this.#change(videoId, {
          step: 'sending',
          sentBytes,
          bytesPerSecond: meter.measure(performance.now(), sentBytes),
        }),
      onShouldRetry: (error) => {
        const again = isPassing(error);
        if (again) this.#change(videoId, { step: 'offline', bytesPerSecond: 0 });
        return again;
      },
      onSuccess: () => {
        this.#change(videoId, { step: 'sent', sentBytes: file.size, sentAtMs: Date.now() });
        this.#onSent(videoId);
      },
      onError: (error) => this.#change(videoId, { step: 'failed', problem: transferProblem(error) }),
    });
    return upload;
  }

  #change(videoId: string, change: Partial<Sending>): void {
    const known = this.sendings.get().get(videoId);
    if (known) this.#set(videoId, { ...known, ...change });
  }

  #set(videoId: string, sending: Sending): void {
    this.sendings.set(new Map([...this.sendings.get(), [videoId, sending]]));
  }
}

function traffic(sendings: Sendings) {
  const moving = [...sendings.values()].filter(({ step }) => step === 'sending' || step === 'offline');
  return {
    files: moving.length,
    sizeBytes: moving.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    sentBytes: moving.reduce((sum, { sentBytes }) => sum + sentBytes, 0),
  };
}
