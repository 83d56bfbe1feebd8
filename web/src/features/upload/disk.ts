import { t } from '@lingui/core/macro';
import type { UploadLimits } from '@/api/types';
import { bytes } from '@/lib/format';

/** How much a file takes on the server's disk besides itself, once everything is made from it. */
export function moreOnDisk(sizeBytes: number, { disk_factor }: UploadLimits): number {
  return sizeBytes * disk_factor;
}

/**
 * Why the server would not take a file, said before a byte is sent; null when it would.
 * `promised` is what files before it in the queue will take.
 */
export function refusalOf(sizeBytes: number, limits: UploadLimits | null, promised = 0): string | null {
  if (sizeBytes === 0) return t`This file is empty. Choose another one.`;
  if (!limits) return null;
  const { max_bytes, free_bytes } = limits;
  if (max_bytes !== null && sizeBytes > max_bytes) {
    return t`This file is larger than the ${bytes(max_bytes)} that this server takes. Export it in a smaller size.`;
  }
  if (free_bytes === null) return null;
  const needed = sizeBytes + moreOnDisk(sizeBytes, limits);
  const free = Math.max(0, free_bytes - promised);
  if (needed <= free) return null;
  return t`The server has no room for it: this file needs ${bytes(needed)} with what is made from it, and ${bytes(free)} are free. Delete videos for good, or ask the administrator.`;
}

/** What files that are not sent yet will take. */
export function promisedBytes(
  files: readonly { sizeBytes: number; sentBytes: number }[],
  limits: UploadLimits,
): number {
  return files.reduce((sum, file) => sum + file.sizeBytes - file.sentBytes + moreOnDisk(file.sizeBytes, limits), 0);
}
