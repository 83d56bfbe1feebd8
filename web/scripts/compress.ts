// Writes a brotli and a gzip sibling of every text file of the build: the server sends the smallest that a browser takes.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const MIN_BYTES = 1024; // below that a header costs more than it saves

const dist = new URL('../dist/', import.meta.url);
const texts = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((name) =>
  /\.(js|css|html|svg)$/.test(name),
);

for (const name of texts) {
  const file = new URL(name, dist);
  const data = readFileSync(file);
  if (data.length < MIN_BYTES) continue;
  writeFileSync(
    new URL(`${name}.br`, dist),
    brotliCompressSync(data, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
  );
  writeFileSync(new URL(`${name}.gz`, dist), gzipSync(data, { level: 9 }));
}
console.log(`compressed ${texts.length} files`);
