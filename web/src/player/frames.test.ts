import { expect, test } from 'vitest';
import { frameAfter } from './frames';

const frameAt = (seconds: number, rate: number) => Math.floor(seconds * rate);

test.each([24, 25, 30000 / 1001, 59.94])('at %s frames a second every step shows the next frame', (rate) => {
  let seconds = 10;
  const first = frameAt(seconds, rate);
  for (let step = 1; step <= 100; step++) {
    seconds = frameAfter(seconds, rate, 1);
    expect(frameAt(seconds, rate)).toBe(first + step);
  }
  for (let step = 99; step >= 0; step--) {
    seconds = frameAfter(seconds, rate, -1);
    expect(frameAt(seconds, rate)).toBe(first + step);
  }
});

test('a time that floating point put just before a frame counts as that frame', () => {
  expect(frameAt(frameAfter(7 / 25 - 1e-9, 25, 1), 25)).toBe(8);
});

test('it stops at the beginning', () => {
  expect(frameAfter(0.02, 25, -1)).toBe(0);
});
