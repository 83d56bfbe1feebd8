import { expect, test } from 'vitest';
import { sizeWithin } from './quality';

test('a chosen size stands for the nearest one below in the next video', () => {
  expect(sizeWithin([1080, 720, 360], 720)).toBe(720);
  expect(sizeWithin([1080, 480, 240], 720)).toBe(480);
  expect(sizeWithin([240], 1080)).toBe(240);
});

test('the network decides where nothing was chosen or nothing is that small', () => {
  expect(sizeWithin([1080, 720], null)).toBeNull();
  expect(sizeWithin([1080, 720], 360)).toBeNull();
  expect(sizeWithin([], 360)).toBeNull();
});
