import { expect, test } from 'vitest';
import { secondsFromClock } from './clock-time';

test.each([
  ['0', 0],
  ['90', 90],
  ['12.5', 12.5],
  ['1:30', 90],
  [' 01:05,5 ', 65.5],
  ['1:02:03', 3723],
  ['75:00', 4500],
  ['1:75', null],
  ['1:99:00', null],
  ['-3', null],
  ['soon', null],
  ['', null],
])('reads %j as %s seconds', (text, seconds) => {
  expect(secondsFromClock(text)).toBe(seconds);
});
