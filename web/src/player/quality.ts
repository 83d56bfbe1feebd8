import { t } from '@lingui/core/macro';

/** The largest size that is not above the preferred one; null, the network's choice, where every size is above it. */
export function sizeWithin(sizes: readonly number[], preferred: number | null): number | null {
  if (preferred === null) return null;
  const within = sizes.filter((size) => size <= preferred);
  return within.length > 0 ? Math.max(...within) : null;
}

/** What an automatic choice came to. */
export function autoWords(size: number | null): string {
  return size ? t`Auto (${size}p)` : t`Auto`;
}

/** Says that a larger size has come. */
export function sizeNews(size: number): string {
  if (size >= 2160) return t`4K is ready`;
  return size >= 720 ? t`HD is ready` : t`${size}p is ready`;
}
