import { i18n } from '@lingui/core';
import { beforeAll, expect, test } from 'vitest';
import { spokenTime } from './spoken-time';

beforeAll(() => i18n.loadAndActivate({ locale: 'en', messages: {} }));

test.each([
  [0, '0 seconds'],
  [1, '1 second'],
  [60, '1 minute'],
  [65.9, '1 minute 5 seconds'],
  [3600, '1 hour'],
  [7384, '2 hours 3 minutes 4 seconds'],
  [Number.NaN, '0 seconds'],
  [-3, '0 seconds'],
])('says %s as %s', (seconds, words) => {
  expect(spokenTime(seconds)).toBe(words);
});
