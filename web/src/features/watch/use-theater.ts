import { useEffect, useState } from 'react';

const KEY = 'matinee-theater';

/** Whether the player takes the page's whole width; remembered for the next video. */
export function useTheater(): [boolean, () => void] {
  const [wide, setWide] = useState(saved);
  useEffect(() => save(wide), [wide]);
  return [wide, () => setWide((now) => !now)];
}

function saved(): boolean {
  try {
    return localStorage.getItem(KEY) === 'on';
  } catch {
    return false;
  }
}

function save(wide: boolean): void {
  try {
    localStorage.setItem(KEY, wide ? 'on' : 'off');
  } catch {
    // Storage can be blocked: it is as on the first visit next time.
  }
}
