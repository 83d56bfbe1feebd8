import shaka from 'shaka-player/dist/shaka-player.compiled-es2021.js';
import { secondsUntil } from './retry-after';

const [SERVICE_UNAVAILABLE, TOO_MANY_REQUESTS] = [503, 429];
/** What a line may take to answer; the rest of a long wait is the server's work and says nothing of the line. */
const USUAL_ANSWER_MS = 500;
const JITTER_MS = 500;

type Parse = typeof shaka.net.HttpFetchPlugin.parse;

/**
 * Has Shaka fetch as it always does, except that "not now" (503, 429) is no
 * failure: it asks again when it was told to, for as long as the server answers
 * so. A segment that is made on demand is answered like this while there is more
 * to make than the server can.
 *
 * Each "not now" reaches the player's `downloadheadersreceived` with its Retry-After.
 */
export function fetchPatiently(): void {
  const { APPLICATION } = shaka.net.NetworkingEngine.PluginPriority;
  for (const scheme of ['http', 'https']) {
    shaka.net.NetworkingEngine.registerScheme(scheme, patient as shaka.extern.SchemePlugin, APPLICATION, true);
  }
}

const patient: Parse = (uri, request, type, progress, headersReceived, config) => {
  const stop = new AbortController();
  let attempt: shaka.extern.IAbortableOperation<unknown> | undefined;
  const untilAnswered = async (): Promise<unknown> => {
    for (;;) {
      const line = new Line(progress, headersReceived);
      attempt = shaka.net.HttpFetchPlugin.parse(uri, request, type, line.progress, line.headersReceived, config);
      try {
        return await attempt.promise;
      } catch (error) {
        const seconds = secondsToWait(error);
        if (seconds === null || stop.signal.aborted) throw error;
        headersReceived({ 'retry-after': String(seconds) });
        await pause(1000 * seconds + Math.random() * JITTER_MS, stop.signal);
        if (stop.signal.aborted) throw aborted(uri, type);
      }
    }
  };
  return new shaka.util.AbortableOperation(untilAnswered(), async () => {
    stop.abort();
    await attempt?.abort();
  });
};

/** Passes on what one attempt tells of the line, without the time in which the server made what it sends. */
class Line {
  readonly #progress: shaka.extern.ProgressUpdated;
  readonly #headersReceived: shaka.extern.HeadersReceived;
  readonly #askedAt = Date.now();
  #refused = false;
  #heldMs = 0;

  constructor(progress: shaka.extern.ProgressUpdated, headersReceived: shaka.extern.HeadersReceived) {
    this.#progress = progress;
    this.#headersReceived = headersReceived;
  }

  readonly headersReceived = (headers: Record<string, string>): void => {
    this.#refused = 'retry-after' in headers;
    this.#heldMs = Math.max(0, Date.now() - this.#askedAt - USUAL_ANSWER_MS);
    if (!this.#refused) this.#headersReceived(headers);
  };

  readonly progress = (ms: number, bytes: number, remaining: number): void => {
    if (this.#refused) return; // a few words about the refusal
    const held = Math.min(this.#heldMs, ms - 1);
    this.#heldMs = 0;
    this.#progress(ms - Math.max(0, held), bytes, remaining);
  };
}

/** How long a refused request should wait; null where it failed for another reason. */
function secondsToWait(error: unknown): number | null {
  const { code, data } = error as Partial<shaka.util.Error>;
  if (code !== shaka.util.Error.Code.BAD_HTTP_STATUS) return null;
  const [, status, , headers] = (data ?? []) as [string, number, string, Record<string, string> | undefined];
  if (status !== SERVICE_UNAVAILABLE && status !== TOO_MANY_REQUESTS) return null;
  return secondsUntil(headers?.['retry-after'], Date.now());
}

function aborted(uri: string, type: unknown): shaka.util.Error {
  const { Severity, Category, Code } = shaka.util.Error;
  return new shaka.util.Error(Severity.RECOVERABLE, Category.NETWORK, Code.OPERATION_ABORTED, uri, type);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    const end = () => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener('abort', end, { once: true });
  });
}
