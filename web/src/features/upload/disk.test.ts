import { i18n } from '@lingui/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { moreOnDisk, promisedBytes, refusalOf } from './disk';

const limits = { max_bytes: 5_000, free_bytes: 4_000, disk_factor: 1.5 };

beforeAll(() => i18n.loadAndActivate({ locale: 'en', messages: {} }));

describe('before a byte is sent', () => {
  test('a file that fits is taken', () => {
    expect(refusalOf(1_600, limits)).toBeNull();
    expect(moreOnDisk(1_600, limits)).toBe(2_400);
  });

  test('one byte more than there is room for is refused', () => {
    expect(refusalOf(1_601, limits)).not.toBeNull();
  });

  test('what waits in the queue counts too', () => {
    const waiting = [{ sizeBytes: 400, sentBytes: 100 }];
    expect(promisedBytes(waiting, limits)).toBe(900);
    expect(refusalOf(1_600, limits, 900)).not.toBeNull();
    expect(refusalOf(1_200, limits, 900)).toBeNull();
  });

  test('a file larger than the server takes is refused even where there is room', () => {
    expect(refusalOf(5_001, { ...limits, free_bytes: 1e9 })).not.toBeNull();
    expect(refusalOf(5_001, { ...limits, max_bytes: null, free_bytes: 1e9 })).toBeNull();
  });

  test('an empty file is refused, and nothing else while the limits are unknown', () => {
    expect(refusalOf(0, null)).not.toBeNull();
    expect(refusalOf(1e15, null)).toBeNull();
  });
});
