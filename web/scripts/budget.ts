// Fails when the viewer's first routes or the player grew beyond their budget.
import { readFileSync } from 'node:fs';
import { brotliCompressSync, gzipSync } from 'node:zlib';

type Chunk = { file: string; css?: string[]; imports?: string[] };

const KIB = 1024;
const ROUTE_LIMIT_BYTES = 135 * KIB; // brotli, JavaScript and CSS
const PLAYER_LIMIT_BYTES = 300_000; // gzip

const dist = new URL('../dist/', import.meta.url);
const manifest: Record<string, Chunk> = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'));

/** The files that an entry needs, with those of its static imports. */
function filesOf(entry: string, found = new Set<string>()): Set<string> {
  const chunk = manifest[entry];
  if (!chunk) throw new Error(`no chunk ${entry} in the build manifest`);
  if (found.has(chunk.file)) return found;
  found.add(chunk.file);
  for (const css of chunk.css ?? []) found.add(css);
  for (const imported of chunk.imports ?? []) filesOf(imported, found);
  return found;
}

function sizeOf(files: Iterable<string>, compress: (data: Buffer) => Buffer): number {
  return [...files].reduce((sum, file) => sum + compress(readFileSync(new URL(file, dist))).length, 0);
}

function union(...entries: string[]): Set<string> {
  return new Set(entries.flatMap((entry) => [...filesOf(entry)]));
}

const page = 'index.html';
const player = new Set([...filesOf('src/player/index.ts')].filter((file) => !filesOf(page).has(file)));
const checks = [
  { name: 'home', bytes: sizeOf(filesOf(page), brotliCompressSync), limit: ROUTE_LIMIT_BYTES },
  {
    name: 'watch without player',
    bytes: sizeOf(union(page, 'src/features/watch/watch-page.tsx'), brotliCompressSync),
    limit: ROUTE_LIMIT_BYTES,
  },
  { name: 'player', bytes: sizeOf(player, gzipSync), limit: PLAYER_LIMIT_BYTES },
];

for (const { name, bytes, limit } of checks) {
  const verdict = bytes <= limit ? 'ok' : 'TOO LARGE';
  console.log(`${name.padEnd(22)} ${(bytes / KIB).toFixed(1)} KiB of ${(limit / KIB).toFixed(1)} KiB  ${verdict}`);
}
if (checks.some(({ bytes, limit }) => bytes > limit)) process.exitCode = 1;
