import { actionForKey, type KeyAction, repeats } from './keys';

const TYPING =
  'input:not([type="range"]), textarea, select, [contenteditable]:not([contenteditable="false"]), dialog, [role="dialog"], [role="menu"], [role="listbox"], [role="combobox"]';
const PRESSABLE = 'a, button, summary, [role="menuitem"], [role="tab"], [role="checkbox"], [role="switch"]';
const MOVED_BY_ARROWS = '[data-part="volume"], [role="tab"], [role="radio"], [role="slider"], [role="option"]';

/** Up and down move the seek bar as they move every slider. */
const ON_THE_SEEK_BAR: Readonly<Record<string, KeyAction>> = {
  ArrowUp: { do: 'seek-by', seconds: 5 },
  ArrowDown: { do: 'seek-by', seconds: -5 },
};

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
    if (event.defaultPrevented || event.isComposing || !(target instanceof Element) || target.closest(TYPING)) return;
    const pressed = actionForKey(event);
    if (!pressed || isForFocus(event.key, target)) return;
    if (scrolls(event.key) && !this.#engaged) return;
    event.preventDefault();
    this.#engaged = true;
    const action = (target.matches('[data-part="seek"]') && ON_THE_SEEK_BAR[event.key]) || pressed;
    if (!event.repeat || repeats(action)) this.#act(action);
  }
}

/** Space presses the focused button, and arrows move what is made to be moved by them. */
function isForFocus(key: string, target: Element): boolean {
  if (key === ' ') return target.closest(PRESSABLE) !== null;
  return (key.startsWith('Arrow') || key === 'Home' || key === 'End') && target.closest(MOVED_BY_ARROWS) !== null;
}

/** Keys that move the page for who is reading it. */
function scrolls(key: string): boolean {
  return ['ArrowUp', 'ArrowDown', 'Home', 'End'].includes(key);
}
