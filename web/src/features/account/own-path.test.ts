import { expect, test } from 'vitest';
import { ownPath } from './own-path';

test.each([
  ['/upload', '/upload'],
  ['/w/abc?t=90', '/w/abc?t=90'],
  [undefined, '/'],
  ['', '/'],
  ['upload', '/'],
  ['https://evil.example', '/'],
  ['//evil.example', '/'],
  ['/\\evil.example', '/'],
  ['/\t/evil.example', '/'],
])('after signing in, %s leads to %s', (next, path) => {
  expect(ownPath(next)).toBe(path);
});
