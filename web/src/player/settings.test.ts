import { expect, test } from 'vitest';
import { settingsFrom } from './settings';

const first = { volume: 1, muted: false, speed: 1, quality: null, captions: null, audio: null };

test('the first visit has sound, normal speed and no fixed choices', () => {
  expect(settingsFrom(null)).toEqual(first);
});

test('what was chosen comes back', () => {
  const chosen = { volume: 0.4, muted: true, speed: 1.5, quality: 480, captions: 'off', audio: 'pt-BR' };
  expect(settingsFrom(JSON.stringify(chosen))).toEqual(chosen);
});

test.each(['', 'no json', '[]', '7', 'null', '{"volume":2,"speed":9,"quality":"big","captions":5,"audio":""}'])(
  '%s falls back to the first visit',
  (text) => {
    expect(settingsFrom(text)).toEqual(first);
  },
);

test('one bad value does not take the others with it', () => {
  expect(settingsFrom('{"volume":-1,"speed":1.25}')).toEqual({ ...first, speed: 1.25 });
});

test('a text that is no language is not kept', () => {
  expect(settingsFrom(JSON.stringify({ captions: 'x'.repeat(36) })).captions).toBeNull();
});
