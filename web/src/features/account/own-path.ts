/** Only a path of this site: a link must not lead people elsewhere after they typed their password. */
export function ownPath(next: string | undefined): string {
  if (!next?.startsWith('/')) return '/';
  const base = 'https://here.invalid';
  const url = new URL(next, base);
  return url.origin === base ? url.pathname + url.search + url.hash : '/';
}
