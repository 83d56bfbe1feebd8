import { expect, test } from 'vitest';
import { fingerprintOf, type Unfinished, UnfinishedUploads } from './unfinished';

function memory(start: Record<string, string> = {}) {
  const kept = new Map(Object.entries(start));
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
}

const film: Unfinished = {
  fingerprint: fingerprintOf({ name: 'film.mp4', size: 100, lastModified: 7 }),
  owner: 'ada',
  videoId: 'v1',
  watchUrl: '/w/v1',
  uploadUrl: '/u/1',
  fileName: 'film.mp4',
  sizeBytes: 100,
  sentBytes: 10,
  title: 'Film',
  visibility: 'private',
};

test('an upload is found again after a reload, by its own owner only', () => {
  const keep = memory();
  new UnfinishedUploads(keep).save(film);
  const reloaded = new UnfinishedUploads(keep);
  expect(reloaded.find(film.fingerprint, 'ada')).toEqual(film);
  expect(reloaded.find(film.fingerprint, 'grace')).toBeUndefined();
  expect(reloaded.find('film.mp4|101|7', 'ada')).toBeUndefined();
});

test('saving again moves the offset and keeps one entry', () => {
  const uploads = new UnfinishedUploads(memory());
  uploads.save(film);
  uploads.save({ ...film, sentBytes: 60 });
  expect(uploads.items.get()).toEqual([{ ...film, sentBytes: 60 }]);
});

test('what is complete is forgotten for good', () => {
  const keep = memory();
  const uploads = new UnfinishedUploads(keep);
  uploads.save(film);
  uploads.forget('v1');
  expect(uploads.items.get()).toEqual([]);
  expect(new UnfinishedUploads(keep).items.get()).toEqual([]);
});

test('what somebody else left in the storage is not believed', () => {
  expect(new UnfinishedUploads(memory({ 'matinee-unfinished-uploads': 'not json' })).items.get()).toEqual([]);
  expect(new UnfinishedUploads(memory({ 'matinee-unfinished-uploads': '[null, {"videoId":1}]' })).items.get()).toEqual(
    [],
  );
});

test('a storage that is full costs nothing but the way back', () => {
  const full = {
    getItem: () => null,
    setItem: () => {
      throw new Error('QuotaExceededError');
    },
  };
  const uploads = new UnfinishedUploads(full);
  uploads.save(film);
  expect(uploads.items.get()).toHaveLength(1);
});
