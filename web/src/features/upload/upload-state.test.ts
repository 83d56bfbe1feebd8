import { describe, expect, test } from 'vitest';
import { fingerprintOf } from './unfinished';
import {
  changeItem,
  isUnderWay,
  newItem,
  resumedItem,
  secondsLeft,
  startable,
  summary,
  type UploadItem,
  type UploadStep,
} from './upload-state';

function item(key: string, step: UploadStep, sentBytes = 0): UploadItem {
  return { ...newItem(key, { name: `${key}.mp4`, size: 1000, lastModified: 1 }, key, 'private'), step, sentBytes };
}

describe('the queue', () => {
  test('changes one item and leaves the others as they are', () => {
    const before = [item('a', 'queued'), item('b', 'queued')];
    const after = changeItem(before, 'b', { step: 'sending' });
    expect(after.map(({ step }) => step)).toEqual(['queued', 'sending']);
    expect(after[0]).toBe(before[0]);
  });

  test('starts as many as there is room for', () => {
    const items = [item('a', 'sending'), item('b', 'queued'), item('c', 'queued'), item('d', 'creating')];
    expect(startable(items, 2)).toEqual(['b']);
    expect(startable(items, 3)).toEqual(['b', 'c']);
    expect(startable(items, 1)).toEqual([]);
  });

  test('counts a file without a connection as one that is being sent', () => {
    expect(startable([item('a', 'offline'), item('b', 'queued')], 1)).toEqual([]);
  });

  test('would be stopped by closing the page only while files are on their way', () => {
    const steps: UploadStep[] = ['creating', 'queued', 'sending', 'offline', 'paused', 'sent', 'failed', 'refused'];
    expect(steps.filter((step) => isUnderWay(item('a', step)))).toEqual(['creating', 'queued', 'sending', 'offline']);
  });

  test('sums up only what is on its way', () => {
    const items = [item('a', 'sending', 500), item('b', 'queued'), item('c', 'sent', 1000)];
    expect(summary(items)).toEqual({ files: 2, sizeBytes: 2000, sentBytes: 500 });
    expect(summary([])).toEqual({ files: 0, sizeBytes: 0, sentBytes: 0 });
  });
});

test('a file whose upload began earlier goes on where that ended', () => {
  const file = { name: 'a.mp4', size: 1000, lastModified: 1 };
  const earlier = {
    fingerprint: fingerprintOf(file),
    owner: 'ada',
    videoId: 'v',
    watchUrl: '/w/v',
    uploadUrl: '/u/1',
    fileName: 'a.mp4',
    sizeBytes: 1000,
    sentBytes: 400,
    title: 'Renamed',
    visibility: 'public' as const,
  };
  expect(resumedItem('k', file, earlier)).toMatchObject({
    step: 'queued',
    sentBytes: 400,
    title: 'Renamed',
    visibility: 'public',
    uploadUrl: '/u/1',
    video: { id: 'v', watchUrl: '/w/v' },
  });
});

describe('the speed', () => {
  test('gives the time that is left, once there is one', () => {
    const sending = { ...item('a', 'sending', 400), bytesPerSecond: 100 };
    expect(secondsLeft(sending)).toBe(6);
    expect(secondsLeft({ ...sending, bytesPerSecond: 0 })).toBeNull();
  });
});
