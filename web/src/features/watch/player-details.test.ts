import { expect, test } from 'vitest';
import { detailsOf, offerOf } from './player-details';

const track = { id: 's0', kind: 'subtitles', lang: 'en', label: '', role: 'subtitle', default: false };

test('the player gets the subtitles that have a file, the chapters and the storyboard', () => {
  const chapters = [{ start: 0, title: 'Calm' }];
  const withFile = { ...track, url: 'https://films.example/s0.vtt' };
  const audio = { ...track, id: 'a1', kind: 'audio' };
  const storyboard = 'https://films.example/storyboard-ab.vtt';
  expect(detailsOf({ tracks: [withFile, track, audio], chapters, storyboard })).toEqual({
    tracks: [withFile],
    chapters,
    storyboard,
  });
});

test('what is on offer differs when a size is made or a language comes', () => {
  const rung = (state: 'ready' | 'encoding') => ({ id: 'h264-360', width: 640, height: 360, state }) as never;
  const before = offerOf({ rungs: [rung('encoding')], tracks: [], state: 'playable' });
  expect(offerOf({ rungs: [rung('ready')], tracks: [], state: 'playable' })).not.toBe(before);
  expect(offerOf({ rungs: [rung('encoding')], tracks: [track], state: 'playable' })).not.toBe(before);
  expect(offerOf({ rungs: [rung('encoding')], tracks: [], state: 'playable' })).toBe(before);
});
