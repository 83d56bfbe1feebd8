import { expect, test } from 'vitest';
import { speedAfter } from './speeds';

test('steps through the speeds and stops at the ends', () => {
  expect(speedAfter(1, 1)).toBe(1.25);
  expect(speedAfter(1, -1)).toBe(0.75);
  expect(speedAfter(2, 1)).toBe(2);
  expect(speedAfter(0.5, -1)).toBe(0.5);
});
