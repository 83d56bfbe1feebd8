import { expect, test } from 'vitest';
import { painted, rangeAround } from './ranges';

test('finds the range a moment lies in', () => {
  const ranges = [
    [0, 4],
    [8, 12],
  ] as const;
  expect(rangeAround(ranges, 9)).toEqual([8, 12]);
  expect(rangeAround(ranges, 6)).toBeNull();
  expect(rangeAround(ranges, 4.2)).toEqual([0, 4]);
});

test('paints every range, and none beyond the end', () => {
  const background = painted(
    [
      [0, 2],
      [5, 11],
    ],
    10,
  );
  expect(background.match(/currentcolor/g)).toHaveLength(4);
  expect(background).toContain('currentcolor 50.00%, currentcolor 100.00%');
});

test('paints nothing without data or length', () => {
  expect(painted([], 10)).toBe('none');
  expect(painted([[0, 1]], 0)).toBe('none');
});
