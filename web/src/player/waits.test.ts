import { expect, test } from 'vitest';
import { Waits } from './waits';

test('the longest wait is what was asked for first and has not begun to come', () => {
  const waits = new Waits();
  const [picture, sound] = [{}, {}];
  expect(waits.longest).toBeNull();
  waits.ask(picture);
  waits.ask(sound);
  waits.ask(picture); // asked again: it waits since the first time
  waits.answer(picture, 8);
  expect(waits.longest?.againIn).toBe(8);
  waits.answer(picture, null);
  expect(waits.longest?.againIn).toBeNull();
  waits.end(sound);
  expect(waits.longest).toBeNull();
});

test('an answer to what nobody waits for is no wait', () => {
  const waits = new Waits();
  waits.answer({}, 8);
  expect(waits.longest).toBeNull();
});
