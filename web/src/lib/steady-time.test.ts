import { expect, test } from 'vitest';
import { SteadyTime } from './steady-time';

test('a time left runs down by itself while the estimates say about the same', () => {
  const steady = new SteadyTime();
  expect(steady.take(100, 0)).toBe(100);
  expect(steady.take(105, 10_000)).toBe(90);
  expect(steady.take(70, 20_000)).toBe(80);
});

test('it moves where an estimate differs much, and goes where nobody knows', () => {
  const steady = new SteadyTime();
  expect(steady.take(100, 0)).toBe(100);
  expect(steady.take(300, 10_000)).toBe(300);
  expect(steady.take(null, 20_000)).toBeNull();
  expect(steady.take(40, 30_000)).toBe(40);
});

test('it is never less than a second', () => {
  const steady = new SteadyTime();
  steady.take(2, 0);
  expect(steady.take(1, 3000)).toBe(1);
});
