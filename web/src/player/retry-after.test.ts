import { expect, test } from 'vitest';
import { secondsUntil } from './retry-after';

const now = Date.parse('2026-11-24T12:00:00Z');

test.each([
  ['8', 8],
  ['0', 1],
  ['86400', 60],
  ['Tue, 24 Nov 2026 12:00:07 GMT', 7],
  ['Tue, 24 Nov 2026 11:00:00 GMT', 1],
  ['soon', 2],
  [undefined, 2],
])('%s', (header, seconds) => {
  expect(secondsUntil(header, now)).toBe(seconds);
});
