import { describe, expect, test } from 'vitest';
import { actionForKey, type KeyAction, repeats } from './keys';

type Held = Partial<{ ctrlKey: boolean; metaKey: boolean; altKey: boolean; shiftKey: boolean }>;

const press = (key: string, held: Held = {}) =>
  actionForKey({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held });

describe('keys', () => {
  const table: [string, KeyAction][] = [
    [' ', { do: 'toggle' }],
    ['k', { do: 'toggle' }],
    ['K', { do: 'toggle' }],
    ['j', { do: 'seek-by', seconds: -10 }],
    ['l', { do: 'seek-by', seconds: 10 }],
    ['ArrowLeft', { do: 'seek-by', seconds: -5 }],
    ['ArrowRight', { do: 'seek-by', seconds: 5 }],
    ['ArrowUp', { do: 'volume-by', share: 0.05 }],
    ['ArrowDown', { do: 'volume-by', share: -0.05 }],
    ['m', { do: 'mute' }],
    ['f', { do: 'fullscreen' }],
    ['t', { do: 'theater' }],
    ['i', { do: 'picture-in-picture' }],
    ['c', { do: 'captions' }],
    ['0', { do: 'seek-to', share: 0 }],
    ['7', { do: 'seek-to', share: 0.7 }],
    ['Home', { do: 'seek-to', share: 0 }],
    ['End', { do: 'seek-to', share: 1 }],
    [',', { do: 'frame-by', frames: -1 }],
    ['.', { do: 'frame-by', frames: 1 }],
    ['<', { do: 'speed-by', steps: -1 }],
    ['>', { do: 'speed-by', steps: 1 }],
    ['?', { do: 'help' }],
  ];
  test.each(table)('%s does what the big sites do', (key, action) => {
    expect(press(key)).toEqual(action);
  });

  test('other keys and key combinations belong to the browser', () => {
    expect(press('q')).toBeNull();
    expect(press('F5')).toBeNull();
    expect(press('Tab')).toBeNull();
    expect(press('f', { ctrlKey: true })).toBeNull();
    expect(press('l', { metaKey: true })).toBeNull();
    expect(press('ArrowLeft', { altKey: true })).toBeNull();
    expect(press('ArrowLeft', { shiftKey: true })).toBeNull();
    expect(press(' ', { shiftKey: true })).toBeNull();
  });

  test('shift is no modifier where it makes the character', () => {
    expect(press('>', { shiftKey: true })).toEqual({ do: 'speed-by', steps: 1 });
    expect(press('?', { shiftKey: true })).toEqual({ do: 'help' });
    expect(press('K', { shiftKey: true })).toEqual({ do: 'toggle' });
  });

  test('a key held down goes on jumping, and does not go on and off', () => {
    expect(repeats({ do: 'seek-by', seconds: 5 })).toBe(true);
    expect(repeats({ do: 'frame-by', frames: 1 })).toBe(true);
    expect(repeats({ do: 'toggle' })).toBe(false);
    expect(repeats({ do: 'seek-to', share: 0 })).toBe(false);
  });
});
