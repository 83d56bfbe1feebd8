import { describe, expect, test } from 'vitest';
import { ago, bytes, clock, percent, titleFromFileName } from './format';

describe('clock', () => {
  test.each([
    [0, '0:00'],
    [42.9, '0:42'],
    [754, '12:34'],
    [3725, '1:02:05'],
    [-3, '0:00'],
    [Number.NaN, '0:00'],
    [Number.POSITIVE_INFINITY, '0:00'],
  ])('shows %d seconds as %s', (seconds, shown) => {
    expect(clock(seconds)).toBe(shown);
  });
});

describe('bytes', () => {
  test.each([
    [0, '0 bytes'],
    [515_198, '515 kB'],
    [999_600, '1 MB'],
    [4_139_823, '4.1 MB'],
    [131_000_000, '131 MB'],
    [20e9, '20 GB'],
  ])('shows %d as %s', (value, shown) => {
    expect(bytes(value)).toBe(shown);
  });
});

describe('percent', () => {
  test('says 100 % only when it is done', () => {
    expect(percent(0.999)).toBe('99%');
    expect(percent(1)).toBe('100%');
  });

  test('stays between nothing and everything', () => {
    expect(percent(-0.2)).toBe('0%');
    expect(percent(1.7)).toBe('100%');
  });
});

describe('ago', () => {
  const now = Date.parse('2026-11-24T12:00:00Z');
  test.each([
    ['2026-11-24T11:59:40Z', 'now'],
    ['2026-11-24T12:00:05Z', 'now'],
    ['2026-11-24T11:45:00Z', '15 minutes ago'],
    ['2026-11-23T11:00:00Z', 'yesterday'],
    ['2026-11-20T12:00:00Z', '4 days ago'],
    ['2025-11-01T12:00:00Z', 'last year'],
  ])('says of %s: %s', (when, shown) => {
    expect(ago(when, now)).toBe(shown);
  });
});

describe('titleFromFileName', () => {
  test.each([
    ['holiday_in_the_alps.mp4', 'holiday in the alps'],
    ['C:\\films\\Friday.MOV', 'Friday'],
    ['v1.2 final.tar.mkv', 'v1.2 final.tar'],
    ['.mp4', '.mp4'],
    ['no ending', 'no ending'],
  ])('makes of %s the title %s', (name, title) => {
    expect(titleFromFileName(name)).toBe(title);
  });
});
