import { describe, expect, test } from 'vitest';
import { tileAt, tilesFrom } from './storyboard';

const base = 'https://films.example/media/~token/v/1/storyboard-ab.vtt';
const text = `WEBVTT

00:00.000 --> 00:10.000
sheet-cd.jpg#xywh=0,0,160,90

1
00:00:10.000 --> 01:00:00.500
sheet-cd.jpg#xywh=160,90,160,90
`;

describe('a storyboard', () => {
  test('names a part of a sheet for each time, relative to its own address', () => {
    const sheet = 'https://films.example/media/~token/v/1/sheet-cd.jpg';
    expect(tilesFrom(text, base)).toEqual([
      { start: 0, end: 10, sheet, x: 0, y: 0, width: 160, height: 90 },
      { start: 10, end: 3600.5, sheet, x: 160, y: 90, width: 160, height: 90 },
    ]);
  });

  test('reads line ends of every kind, and leaves out what names no part of a picture', () => {
    expect(tilesFrom(text.replaceAll('\n', '\r\n'), base)).toHaveLength(2);
    expect(tilesFrom('WEBVTT\n\n00:00.000 --> 00:10.000\nHello', base)).toEqual([]);
    expect(tilesFrom('<html>', base)).toEqual([]);
  });

  test('shows the picture that a moment lies in', () => {
    const tiles = tilesFrom(text, base);
    expect(tileAt(tiles, 9.99)?.x).toBe(0);
    expect(tileAt(tiles, 10)?.x).toBe(160);
    expect(tileAt(tiles, 4000)?.x).toBe(160);
    expect(tileAt([], 1)).toBeNull();
  });
});
