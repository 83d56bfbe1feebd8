import { expect, test } from 'vitest';
import { linkify } from './linkify';

test('finds web addresses and leaves the sentence around them', () => {
  expect(linkify('See https://example.com/a?b=1, or (http://example.org).')).toEqual([
    { text: 'See ', href: null },
    { text: 'https://example.com/a?b=1', href: 'https://example.com/a?b=1' },
    { text: ', or (', href: null },
    { text: 'http://example.org', href: 'http://example.org' },
    { text: ').', href: null },
  ]);
});

test('makes no links of other schemes or of markup', () => {
  expect(linkify('javascript:alert(1) <b>bold</b>')).toEqual([{ text: 'javascript:alert(1) <b>bold</b>', href: null }]);
});

test('loses not a letter', () => {
  const text = 'https://a.example\nhttps://b.example end';
  expect(
    linkify(text)
      .map((piece) => piece.text)
      .join(''),
  ).toBe(text);
});
