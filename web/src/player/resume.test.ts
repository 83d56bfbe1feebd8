import { describe, expect, test } from 'vitest';
import { isWorthResuming, placesFrom, placesWith } from './resume';

describe('a place is worth coming back to', () => {
  test.each([
    ['not at the very beginning', 4.9, 600, false],
    ['after a few seconds', 5, 600, true],
    ['in the middle', 300, 600, true],
    ['not in the last twentieth', 571, 600, false],
    ['not in the last three minutes of a long film', 7200 - 179, 7200, false],
    ['before the last three minutes of a long film', 7200 - 181, 7200, true],
    ['not in the last five seconds of a clip', 26, 30, false],
    ['never in a clip of ten seconds', 5, 10, false],
  ])('%s', (_, seconds, duration, worth) => {
    expect(isWorthResuming(seconds, duration)).toBe(worth);
  });
});

describe('places', () => {
  test('the latest comes first and replaces the earlier one of its video', () => {
    const places = placesWith(
      [
        { id: 'a', seconds: 1 },
        { id: 'b', seconds: 2 },
      ],
      'b',
      12.345,
    );
    expect(places).toEqual([
      { id: 'b', seconds: 12.3 },
      { id: 'a', seconds: 1 },
    ]);
  });

  test('null forgets one', () => {
    expect(placesWith([{ id: 'a', seconds: 1 }], 'a', null)).toEqual([]);
  });

  test('no more than a hundred are kept', () => {
    const many = Array.from({ length: 100 }, (_, index) => ({ id: `v${index}`, seconds: 9 }));
    const places = placesWith(many, 'new', 7);
    expect(places).toHaveLength(100);
    expect(places[0]?.id).toBe('new');
    expect(places.some(({ id }) => id === 'v99')).toBe(false);
  });

  test('what is none is left out', () => {
    expect(placesFrom('[{"id":"a","seconds":4},{"id":5,"seconds":4},{"id":"b","seconds":-1},null,3]')).toEqual([
      { id: 'a', seconds: 4 },
    ]);
    expect(placesFrom('{}')).toEqual([]);
    expect(placesFrom('broken')).toEqual([]);
    expect(placesFrom(null)).toEqual([]);
  });
});
