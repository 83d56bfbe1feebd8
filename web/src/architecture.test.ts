import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = import.meta.dirname;
const sources = globSync('**/*.{ts,tsx}', { cwd: root }).filter((file) => !/\.(test|d)\.tsx?$/.test(file));

/** Which parts a part may import; "features" alone means its own folder. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  api: ['api'],
  lib: ['lib', 'api'],
  player: ['player', 'lib'],
  ui: ['ui', 'lib', 'api'],
  features: ['ui', 'lib', 'api', 'player'],
};

/** The files of ours that a file imports, relative to src. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const found = [...text.matchAll(/(?:from|import\(?)\s*'(\.{1,2}\/[^']+|@\/[^']+)'/g)].map((match) => match[1] ?? '');
  return found.map((path) => (path.startsWith('@/') ? path.slice(2) : normalize(join(dirname(file), path))));
}

/** features/watch/screen.tsx lies in features/watch, lib/format.ts in lib. */
function partOf(file: string): string {
  const [top = '', second = ''] = file.split('/');
  return top === 'features' ? `${top}/${second}` : top;
}

describe('imports', () => {
  const inParts = sources.filter((file) => file.includes('/'));

  test('there is something to check', () => {
    expect(inParts.length).toBeGreaterThan(30);
  });

  test.each(inParts)('%s keeps to its part', (file) => {
    const part = partOf(file);
    const allowed = [part, ...(mayImport[part.split('/')[0] ?? ''] ?? [])];
    const strange = importsOf(file).filter((imported) => !allowed.includes(partOf(imported)));
    expect(strange).toEqual([]);
  });
});
