import { i18n } from '@lingui/core';
import { beforeAll, expect, test } from 'vitest';
import { messages } from '@/locales/en.po';
import { shareOf, sizeName, stepOf, timeLeft } from './describe';

beforeAll(() => i18n.loadAndActivate({ locale: 'en', messages }));

test.each([
  [0.2, '1 s left'],
  [42.4, '42 s left'],
  [125, '2 min left'],
  [7200, '2 h left'],
])('says of %d seconds: %s', (seconds, words) => {
  expect(timeLeft(seconds)).toBe(words);
});

const progress = { upload: 0.375, encode: 0.64 };

test.each([
  ['waiting', null, 'Waiting for its file'],
  ['uploading', null, 'Uploading, 37%'],
  ['processing', null, 'Preparing'],
  ['processing', 8, 'Preparing, 8 s left'],
  ['playable', 120, 'Playable, making more sizes 64%, 2 min left'],
  ['ready', null, ''],
  ['failed', null, ''],
] as const)('describes a video that is %s with %s seconds to go', (state, eta_seconds, words) => {
  expect(stepOf({ state, progress, eta_seconds })).toBe(words);
});

test('the bar follows the bytes first and the encoding then', () => {
  expect(shareOf({ state: 'uploading', progress, eta_seconds: null })).toBe(0.375);
  expect(shareOf({ state: 'processing', progress, eta_seconds: null })).toBe(0.64);
});

test('names a size by its short side', () => {
  expect(sizeName(1920, 1080)).toBe('1080p');
  expect(sizeName(1080, 1920)).toBe('1080p');
});
