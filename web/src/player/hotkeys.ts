import { actionForKey, type KeyAction } from './keys';

const TYPING = 'input:not([type="range"]), textarea, select, [contenteditable], dialog, [role="menu"]';
const PRESSABLE = 'a, button, summary, [role="menuitem"]';

/**
 * Gives a page's key presses to its player, wherever the focus is, but takes
 * nothing from who is typing, pressing a button, or scrolling the page.
 */
export class Hotkeys {
  readonly #player: HTMLElement;
  readonly #act: (action: KeyAction) => void;
  /** The person last did something with the player, and not with the page around it. */
  #engaged = false;

  constructor(player: HTMLElement, act: (action: KeyAction) => void, signal: AbortSignal) {
    this.#player = player;
    this.#act = act;
    document.addEventListener('keydown', (event) => this.#onKey(event), { signal });
    for (const type of ['pointerdown', 'focusin'] as const) {
      document.addEventListener(type, (event) => this.#notice(event), { signal });
    }
  }

  #notice(event: Event): void {
    this.#engaged = event.composedPath().includes(this.#player);
  }

  #onKey(event: KeyboardEvent): void {
    const target = event.composedPath()[0];
    if (event.defaultPrevented || !(target instanceof Element) || target.closest(TYPING)) return;
    const action = actionForKey(event);
    if (!action || isForFocus(event.key, target)) return;
    if (scrolls(event.key) && !this.#engaged) return;
    event.preventDefault();
    this.#engaged = true;
    this.#act(action);
  }
}

/** Space presses the focused button, and arrows move the focused volume. */
function isForFocus(key: string, target: Element): boolean {
  if (key === ' ') return target.closest(PRESSABLE) !== null;
  return key.startsWith('Arrow') && target.matches('[data-part="volume"]');
}

/** Keys that move the page for who is reading it. */
function scrolls(key: string): boolean {
  return ['ArrowUp', 'ArrowDown', 'Home', 'End'].includes(key);
}
