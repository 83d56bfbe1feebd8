import { i18n } from '@lingui/core';
import { QueryClient } from '@tanstack/react-query';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { keys } from '@/api/queries';
import type { Video } from '@/api/types';
import { messages } from '@/locales/en.po';
import { activity } from './activity';
import { awaited, awaitReady } from './awaited';
import { tabTitle } from './tab-title';
import { tellWhenReady } from './tell-when-ready';

class FakePage extends EventTarget {
  hidden = true;
  title = '';
  hasFocus = () => !this.hidden;
}

let page: FakePage;
let cache: QueryClient;
const say = vi.fn();

beforeEach(() => {
  i18n.loadAndActivate({ locale: 'en', messages });
  page = new FakePage();
  vi.stubGlobal('document', page);
  vi.stubGlobal('fetch', () => new Promise(() => undefined)); // the server answers later than these tests last
  cache = new QueryClient();
  tellWhenReady(cache, { open: () => undefined, say });
});

afterEach(() => {
  awaited.set([]);
  tabTitle.tell('');
  cache.clear();
  say.mockClear();
  vi.unstubAllGlobals();
});

function video(state: Video['state']): Video {
  return { id: 'v', title: 'Friday', state } as Video;
}

/** Observers are told in a task of their own. */
const told = () => new Promise((resolve) => setTimeout(resolve));

test('a hidden tab says in its title that a video can be watched, until somebody looks', async () => {
  awaitReady('v');
  cache.setQueryData(keys.video('v'), video('processing'));
  await told();
  expect(page.title).not.toContain('Ready');
  cache.setQueryData(keys.video('v'), video('playable'));
  await told();
  expect(page.title).toBe('▶ Ready: Friday');
  expect(awaited.get()).toEqual([]);
  expect(say).not.toHaveBeenCalled();
  page.hidden = false;
  page.dispatchEvent(new Event('visibilitychange'));
  expect(page.title).not.toContain('Ready');
});

test('a video that could not be made is told too', async () => {
  awaitReady('v');
  cache.setQueryData(keys.video('v'), video('failed'));
  await told();
  expect(page.title).toBe('⚠ Failed: Friday');
});

test('whoever looks is told on the page, once', async () => {
  page.hidden = false;
  awaitReady('v');
  cache.setQueryData(keys.video('v'), video('playable'));
  await told();
  cache.setQueryData(keys.video('v'), video('ready'));
  await told();
  expect(say.mock.calls.map(([, text]) => text)).toEqual(['“Friday” is ready to watch.']);
});

test('the title says how far files are, all senders together', () => {
  activity.report('uploads', { files: 1, sizeBytes: 100, sentBytes: 75 });
  activity.report('replacements', { files: 1, sizeBytes: 100, sentBytes: 50 });
  expect(page.title).toMatch(/^\(62%\) /);
  expect(activity.get().files).toBe(2);
  activity.report('uploads', { files: 0, sizeBytes: 0, sentBytes: 0 });
  activity.report('replacements', { files: 0, sizeBytes: 0, sentBytes: 0 });
  expect(page.title).not.toContain('%');
});
