import { expect, test } from 'vitest';
import { detailsOf, languagesMade, sizesMade } from './player-details';

const track = { id: 's0', kind: 'subtitles', lang: 'en', label: '', role: 'subtitle', default: false };

test('the player gets the subtitles that have a file, and the chapters', () => {
  const chapters = [{ start: 0, title: 'Calm' }];
  const withFile = { ...track, url: 'https://films.example/s0.vtt' };
  const audio = { ...track, id: 'a1', kind: 'audio' };
  expect(detailsOf({ tracks: [withFile, track, audio], chapters })).toEqual({ tracks: [withFile], chapters });
});

test('only complete sizes count, each once', () => {
  const rung = (height: number, state: 'ready' | 'encoding') =>
    ({ id: `h264-${height}`, width: (height * 16) / 9, height, state }) as never;
  const rungs = [rung(720, 'encoding'), rung(360, 'ready'), rung(360, 'ready')];
  expect(sizesMade({ rungs, state: 'playable' })).toBe(1);
  expect(sizesMade({ rungs, state: 'ready' })).toBe(2);
});

test('languages count when all is made', () => {
  const tracks = [{ ...track, kind: 'audio' }, track, { ...track, kind: 'audio' }] as never;
  expect(languagesMade({ tracks, state: 'ready' })).toBe(2);
  expect(languagesMade({ tracks, state: 'playable' })).toBe(0);
});
