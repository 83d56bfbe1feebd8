import { i18n } from '@lingui/core';
import { beforeAll, expect, test } from 'vitest';
import { messages as common } from '@/locales/en.po';
import { messages } from '@/locales/owners/en.po';
import { forecastWords } from './forecast-words';

beforeAll(() => {
  i18n.loadAndActivate({ locale: 'en', messages: { ...common, ...messages } });
});

const estimate = { disk_bytes: 1e9, playable_seconds: 2, ready_seconds: 850, queue_seconds: 12 };

test('a file is said to play soon and to be whole later', () => {
  expect(forecastWords({ ...estimate, basis: 'measured' })).toEqual(['playable in 2 s, all sizes in about 14 min']);
});

test('a queue before it and a guess are said as such', () => {
  expect(forecastWords({ ...estimate, basis: 'assumed', playable_seconds: 302, queue_seconds: 300 })).toEqual([
    'playable in about 5 min, all sizes in about 14 min',
    'other videos come first, about 5 min',
    'a first guess: nothing like it was made here yet',
  ]);
});
