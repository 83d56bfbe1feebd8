/** What a key press asks of the player. */
export type KeyAction =
  | { do: 'toggle' | 'mute' | 'fullscreen' | 'theater' | 'picture-in-picture' | 'captions' | 'help' }
  | { do: 'seek-by'; seconds: number }
  | { do: 'seek-to'; share: number }
  | { do: 'frame-by'; frames: number }
  | { do: 'volume-by'; share: number }
  | { do: 'speed-by'; steps: number };

export type KeyPress = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

const ACTIONS: Readonly<Record<string, KeyAction>> = {
  ' ': { do: 'toggle' },
  k: { do: 'toggle' },
  j: { do: 'seek-by', seconds: -10 },
  l: { do: 'seek-by', seconds: 10 },
  arrowleft: { do: 'seek-by', seconds: -5 },
  arrowright: { do: 'seek-by', seconds: 5 },
  arrowup: { do: 'volume-by', share: 0.05 },
  arrowdown: { do: 'volume-by', share: -0.05 },
  home: { do: 'seek-to', share: 0 },
  end: { do: 'seek-to', share: 1 },
  m: { do: 'mute' },
  f: { do: 'fullscreen' },
  t: { do: 'theater' },
  i: { do: 'picture-in-picture' },
  c: { do: 'captions' },
  ',': { do: 'frame-by', frames: -1 },
  '.': { do: 'frame-by', frames: 1 },
  '<': { do: 'speed-by', steps: -1 },
  '>': { do: 'speed-by', steps: 1 },
  '?': { do: 'help' },
};

/**
 * Maps a key press to an action, as the big video sites do; null leaves the
 * key to the browser. Shift counts as a modifier except where it makes the
 * character, as it does for < and > and ?.
 */
export function actionForKey({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyPress): KeyAction | null {
  if (ctrlKey || metaKey || altKey) return null;
  if (shiftKey && (key === ' ' || key.length > 1)) return null;
  if (/^[0-9]$/.test(key)) return { do: 'seek-to', share: Number(key) / 10 };
  return ACTIONS[key.toLowerCase()] ?? null;
}

/** Whether a key that is held down goes on acting. */
export function repeats(action: KeyAction): boolean {
  return action.do.endsWith('-by');
}
