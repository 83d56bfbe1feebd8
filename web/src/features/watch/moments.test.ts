import { describe, expect, test } from 'vitest';
import { piecesOf } from './moments';

const page = 'https://films.example/w/abc';

/** The moments of a text, in seconds. */
function momentsIn(text: string): number[] {
  return piecesOf(text, page).flatMap((piece) => (piece.kind === 'moment' ? [piece.seconds] : []));
}

describe('moments in a description', () => {
  test.each([
    ['0:00 Start, 1:23 Storm', [0, 83]],
    ['(12:34)', [754]],
    ['1:02:03 credits', [3723]],
    ['90:00', [5400]],
    ['at 1:23.', [83]],
  ])('%s', (text, seconds) => {
    expect(momentsIn(text)).toEqual(seconds);
  });

  test.each(['score 3:7', '1:60', 'a ratio of 16:9', '2026-11-24T10:20:30:40', '12:34:5', 'port 127.0.0.1:8080'])(
    '%s has none',
    (text) => {
      expect(momentsIn(text)).toEqual([]);
    },
  );

  test('a link to a moment of this page is one, a link elsewhere is not', () => {
    expect(momentsIn(`see ${page}?t=1m30s`)).toEqual([90]);
    expect(momentsIn('see https://films.example/w/other?t=90')).toEqual([]);
    expect(momentsIn('see https://elsewhere.example/w/abc?t=90')).toEqual([]);
    expect(momentsIn(`see ${page}`)).toEqual([]);
  });

  test('a time inside an address is part of the address', () => {
    expect(piecesOf('https://a.example/1:23', page)).toEqual([
      { kind: 'link', text: 'https://a.example/1:23', href: 'https://a.example/1:23' },
    ]);
  });

  test('nothing is lost or added', () => {
    const text = `0:10 one\nhttps://a.example, ${page}?t=5 and 2:00`;
    const pieces = piecesOf(text, page);
    expect(pieces.map((piece) => piece.text).join('')).toBe(text);
  });
});
