import { describe, expect, test } from 'vitest';
import { actionForKey, type KeyAction } from './keys';

const press = (key: string, held: Partial<{ ctrlKey: boolean; metaKey: boolean; altKey: boolean }> = {}) =>
  actionForKey({ key, ctrlKey: false, metaKey: false, altKey: false, ...held });

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
    ['0', { do: 'seek-to', share: 0 }],
    ['7', { do: 'seek-to', share: 0.7 }],
    ['>', { do: 'speed-by', steps: 1 }],
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
  });
});
