import { expect, test } from 'vitest';
import { secondsFromParam } from './time-param';

test.each([
  ['90', 90],
  ['90.5', 90.5],
  ['90s', 90],
  ['1m30s', 90],
  ['1h2m3s', 3723],
  ['2h', 7200],
  ['', null],
  [undefined, null],
  ['soon', null],
  ['-5', null],
])('reads %s as %s seconds', (text, seconds) => {
  expect(secondsFromParam(text)).toBe(seconds);
});
