import { describe, expect, test } from 'vitest';
import { chapterAt, chaptersIn, gapsIn } from './chapters';

const chapters = [
  { start: 4, title: 'Storm' },
  { start: 0, title: 'Calm' },
  { start: 4, title: 'Storm again' },
  { start: 90, title: 'After the end' },
  { start: -1, title: 'Before the beginning' },
];
const inside = chaptersIn(chapters, 10);

test('chapters are put in order, and those outside the video are left out', () => {
  expect(inside).toEqual([
    { start: 0, title: 'Calm' },
    { start: 4, title: 'Storm' },
  ]);
});

test.each([
  [0, 'Calm'],
  [3.9, 'Calm'],
  [4, 'Storm'],
  [10, 'Storm'],
])('at %s s the chapter is %s', (seconds, title) => {
  expect(chapterAt(inside, seconds)).toBe(title);
});

test('a chapter within the first second begins the video', () => {
  expect(chaptersIn([{ start: 0.019, title: 'Calm' }], 10)).toEqual([{ start: 0, title: 'Calm' }]);
  expect(gapsIn([{ start: 0.019, title: 'Calm' }], 10)).toBe('none');
});

test('before the first chapter there is no title', () => {
  expect(chapterAt([{ start: 2, title: 'Late' }], 1)).toBe('');
  expect(chapterAt([], 1)).toBe('');
});

describe('the bar', () => {
  test('has a gap where a chapter begins, except at its own beginning', () => {
    const mask = gapsIn(chapters, 10);
    expect(mask.match(/transparent/g)).toHaveLength(2);
    expect(mask).toContain('calc(40.000% - 1.5px)');
  });

  test('is in one piece without chapters and before the length is known', () => {
    expect(gapsIn([], 10)).toBe('none');
    expect(gapsIn([{ start: 0, title: 'All' }], 10)).toBe('none');
    expect(gapsIn(chapters, 0)).toBe('none');
  });
});
