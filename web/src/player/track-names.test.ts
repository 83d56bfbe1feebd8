import { i18n } from '@lingui/core';
import { beforeAll, expect, test } from 'vitest';
import { languageName, trackNames } from './track-names';

beforeAll(() => i18n.loadAndActivate({ locale: 'en', messages: {} }));

const track = (lang: string, label = '', role = 'main') => ({ lang, label, role });

test('a track is called by its label, else by its language', () => {
  expect(trackNames([track('en', 'Director'), track('de'), track('pt-BR')], 'en')).toEqual([
    'Director',
    'German',
    'Brazilian Portuguese',
  ]);
});

test('the role is said unless the label says it', () => {
  const tracks = [track('en', '', 'captions'), track('en', 'Commentary', 'commentary'), track('en', '', 'description')];
  expect(trackNames(tracks, 'en')).toEqual(['English (captions)', 'Commentary', 'English (audio description)']);
});

test('tracks that would be called the same are numbered', () => {
  expect(trackNames([track('en'), track('en'), track('fr'), track('en')], 'en')).toEqual([
    'English',
    'English 2',
    'French',
    'English 3',
  ]);
});

test.each(['', 'und', 'mis'])('%s is no language to name', (tag) => {
  expect(languageName(tag, 'en')).toBe('Unknown language');
});

test('what is no tag at all is shown as it is', () => {
  expect(languageName('not a tag!', 'en')).toBe('not a tag!');
});
