import { i18n } from '@lingui/core';
import { beforeAll, expect, test } from 'vitest';
import { messages } from '@/locales/en.po';
import { roughTime, shareOf, sizeName, stepOf, timeLeft } from './describe';

beforeAll(() => i18n.loadAndActivate({ locale: 'en', messages }));

test.each([
  [0.2, '1 s'],
  [1.4, '2 s'],
  [9, '9 s'],
  [12, 'about 10 s'],
  [42.4, 'about 40 s'],
  [58, 'about 1 min'],
  [125, 'about 2 min'],
  [14.2 * 60, 'about 14 min'],
  [33 * 60, 'about 35 min'],
  [3600, 'about 1 h'],
  [95 * 60, 'about 1.5 h'],
  [7200, 'about 2 h'],
])('says of %d seconds no more than anybody knows: %s', (seconds, words) => {
  expect(roughTime(seconds)).toBe(words);
  expect(timeLeft(seconds)).toBe(`${words} left`);
});

const progress = { upload: 0.375, encode: 0.64 };

test.each([
  ['waiting', null, 'Waiting for its file'],
  ['uploading', null, 'Uploading, 37%'],
  ['processing', null, 'Preparing'],
  ['processing', 8, 'Preparing, 8 s left'],
  ['playable', 120, 'Playable, making the rest 64%, about 2 min left'],
  ['ready', null, ''],
  ['failed', null, ''],
] as const)('describes a video that is %s with %s seconds to go', (state, eta_seconds, words) => {
  expect(stepOf({ state, progress, eta_seconds })).toBe(words);
});

test.each([
  ['h264-480', 854, 480, 'ready', 'Playable'],
  ['h264-720', 1280, 720, 'planned', 'Playable'],
  ['h264-720', 1280, 720, 'ready', 'HD is ready'],
  ['h264-720', 720, 1280, 'ready', 'HD is ready'],
  ['source', 640, 360, 'ready', 'Playable in original quality'],
] as const)('says what can be watched while %s (%d × %d) is %s', (id, width, height, state, words) => {
  const rungs = [{ id, width, height, state }];
  const step = stepOf({ state: 'playable', progress, eta_seconds: null, rungs });
  expect(step).toBe(`${words}, making the rest 64%`);
});

test('the bar follows the bytes first and the encoding then', () => {
  expect(shareOf({ state: 'uploading', progress, eta_seconds: null })).toBe(0.375);
  expect(shareOf({ state: 'processing', progress, eta_seconds: null })).toBe(0.64);
});

test('names a size by its short side', () => {
  expect(sizeName(1920, 1080)).toBe('1080p');
  expect(sizeName(1080, 1920)).toBe('1080p');
});
