import { Watched } from './activity';

const STORAGE_KEY = 'matinee-tell-when-ready';

/** Whether the person is told by the system what happens in a tab that is not seen. "refused" is the browser's word. */
export type Telling = 'impossible' | 'off' | 'on' | 'refused';

export const telling = new Watched<Telling>(now());

/** Asks the browser once for the permission; the answer is kept. Only ever called by a click. */
export async function beginTelling(): Promise<void> {
  if (telling.get() === 'impossible') return;
  const permission = await Notification.requestPermission();
  if (permission === 'granted') remember('yes');
  telling.set(now());
}

export function endTelling(): void {
  remember('no');
  telling.set(now());
}

/** Says something outside of the page, where the person wants that. `subject` replaces what was said about it before. */
export function notify(text: string, subject: string, onClick: () => void): void {
  if (now() !== 'on') return;
  try {
    const notification = new Notification(text, { tag: subject, icon: '/favicon.svg' });
    notification.onclick = () => {
      window.focus();
      notification.close();
      onClick();
    };
  } catch {
    telling.set('impossible'); // the title of the tab has to do
  }
}

function now(): Telling {
  // On Android only a service worker may notify.
  const possible = globalThis.isSecureContext && 'Notification' in globalThis && !/Android/.test(navigator.userAgent);
  if (!possible) return 'impossible';
  if (Notification.permission === 'denied') return 'refused';
  return Notification.permission === 'granted' && remembered() === 'yes' ? 'on' : 'off';
}

function remembered(): string | null {
  try {
    return localStorage.getItem(STORAGE_KEY);
  } catch {
    return null;
  }
}

function remember(answer: 'yes' | 'no'): void {
  try {
    localStorage.setItem(STORAGE_KEY, answer);
  } catch {
    // Without a storage it has to be asked again.
  }
}
