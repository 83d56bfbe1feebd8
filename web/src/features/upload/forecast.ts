import { type Estimate, estimateOf, type FileFacts } from '@/api/estimate';
import { pause } from '@/lib/wait';
import { sniff } from './sniff';

const LOOK_FOR_AT_MOST_MS = 3000;

/** What the server says a file will cost; null where it cannot say. */
export async function forecast(file: File): Promise<Estimate | null> {
  try {
    return await estimateOf(await factsOf(file));
  } catch {
    return null;
  }
}

/** What this browser finds out about a file; always its size. */
async function factsOf(file: File): Promise<FileFacts> {
  const late = pause(LOOK_FOR_AT_MOST_MS).then(() => ({}));
  const [seen, sniffed] = await Promise.all([
    Promise.race([look(file), late]),
    Promise.race([sniff(file).catch(() => ({})), late]),
  ]);
  return { size_bytes: file.size, ...known({ ...sniffed, ...seen }) };
}

/** Opens a file as a player would, without showing it. */
function look(file: File): Promise<Partial<FileFacts>> {
  const video = document.createElement('video');
  const url = URL.createObjectURL(file);
  return new Promise<Partial<FileFacts>>((resolve) => {
    video.preload = 'metadata';
    video.muted = true;
    video.onloadedmetadata = () => {
      const { duration, videoWidth, videoHeight } = video;
      resolve({ duration_seconds: duration, width: videoWidth, height: videoHeight });
    };
    video.onerror = () => resolve({});
    setTimeout(resolve, LOOK_FOR_AT_MOST_MS, {});
    video.src = url;
  }).finally(() => {
    video.removeAttribute('src');
    video.load();
    URL.revokeObjectURL(url);
  });
}

/** Leaves out what is not known: an endless or empty measure is none. */
function known<T extends object>(facts: T): Partial<T> {
  const isKnown = (value: unknown) =>
    typeof value === 'number' ? Number.isFinite(value) && value > 0 : Boolean(value);
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => isKnown(value))) as Partial<T>;
}
