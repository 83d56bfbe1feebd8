import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TabTitle } from './tab-title';

beforeEach(() => vi.stubGlobal('document', { title: '' }));
afterEach(() => vi.unstubAllGlobals());

test('a page is named, and how far files are stands before the name', () => {
  const title = new TabTitle();
  title.name('Upload');
  expect(document.title).toBe('Upload · Matinee');
  title.mark('(58%)');
  expect(document.title).toBe('(58%) Upload · Matinee');
  title.name('');
  expect(document.title).toBe('(58%) Matinee');
  title.mark('');
  expect(document.title).toBe('Matinee');
});

test('news stands in place of the name until it is taken back, whatever page comes meanwhile', () => {
  const title = new TabTitle();
  title.tell('▶ Ready: Friday');
  title.name('Videos');
  expect(document.title).toBe('▶ Ready: Friday');
  title.tell('');
  expect(document.title).toBe('Videos · Matinee');
});
