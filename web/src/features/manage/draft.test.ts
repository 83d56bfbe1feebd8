import { describe, expect, test } from 'vitest';
import type { Video } from '@/api/types';
import { type Fields, fieldsOf, isChanged, patchBetween, rebase, tagsOf } from './draft';

const saved: Fields = {
  title: 'Harbour',
  description: 'At dawn.',
  tags: 'sea, ships',
  category: 'travel',
  externalId: '',
  visibility: 'private',
};

describe('a draft', () => {
  test('is filled from a video, where nothing is an empty text', () => {
    const video = {
      title: 'A',
      description: '',
      tags: ['x', 'y'],
      category: null,
      external_id: null,
      visibility: 'public',
    };
    expect(fieldsOf(video as unknown as Video)).toEqual({
      ...{ title: 'A', description: '', tags: 'x, y', category: '', externalId: '', visibility: 'public' },
    });
  });

  test('sends only what changed', () => {
    expect(patchBetween(saved, { ...saved, title: ' Harbours ', visibility: 'public' })).toEqual({
      title: 'Harbours',
      visibility: 'public',
    });
  });

  test('clears with null what may be nothing', () => {
    expect(patchBetween({ ...saved, externalId: 'x1' }, { ...saved, category: '' })).toEqual({
      category: null,
      external_id: null,
    });
  });

  test('is no change when tags are only written otherwise', () => {
    expect(isChanged(saved, { ...saved, tags: ' sea ,ships,' })).toBe(false);
    expect(patchBetween(saved, { ...saved, tags: 'ships' })).toEqual({ tags: ['ships'] });
  });
});

test('what was typed keeps the newer words of fields that were left alone', () => {
  const typed = { ...saved, title: 'Mine' };
  const newer = { ...saved, title: 'Theirs', description: 'Theirs too.' };
  expect(rebase(saved, typed, newer)).toEqual({ ...saved, title: 'Mine', description: 'Theirs too.' });
});

test('tags are parted by commas and told once', () => {
  expect(tagsOf('a, b  c,, a ')).toEqual(['a', 'b c']);
  expect(tagsOf('')).toEqual([]);
});
