import { t } from '@lingui/core/macro';
import { icon } from './icons';

const NARROW = '(max-width: 640px)';

/** One line of a menu. */
export type MenuItem =
  | { kind: 'choice'; words: string; chosen: boolean; choose: () => void }
  | { kind: 'action'; words: string; note?: string; act: () => void }
  /** Opens more lines in the same place. */
  | { kind: 'page'; words: string; value: string; items: () => MenuItem[] };

type MenuOptions = {
  /** What it is called. */
  label: () => string;
  items: () => MenuItem[];
  onClose: () => void;
};

type Page = { label: string; items: () => MenuItem[]; from: number };

/** A menu in a box of its own beside the button that opens it. */
export class Menu {
  readonly #box: HTMLElement;
  readonly #button: HTMLButtonElement | null;
  readonly #options: MenuOptions;
  #list: HTMLElement | null = null;
  #pages: Page[] = [];
  #focusBefore: HTMLElement | null = null;

  constructor(box: HTMLElement, options: MenuOptions, signal: AbortSignal) {
    this.#box = box;
    this.#button = box.querySelector('button');
    this.#options = options;
    this.#button?.addEventListener('click', () => (this.isOpen ? this.close() : this.open()), { signal });
    box.addEventListener('keydown', (event) => this.#key(event), { signal });
    box.addEventListener('focusout', (event) => this.#focusMoved(event), { signal });
  }

  get isOpen(): boolean {
    return this.#list !== null;
  }

  open(): void {
    const root = this.#box.getRootNode();
    this.#focusBefore = this.#button ?? (root instanceof ShadowRoot ? (root.activeElement as HTMLElement) : null);
    if (this.isOpen || !this.#box.isConnected) return;
    this.#pages = [{ label: this.#options.label(), items: this.#options.items, from: 0 }];
    this.#list = document.createElement('div');
    this.#list.className = 'menu';
    this.#list.setAttribute('role', 'menu');
    this.#box.append(this.#list);
    this.#raise(this.#list);
    this.#button?.setAttribute('aria-expanded', 'true');
    this.#draw();
  }

  /** Above everything, where the picture is too small for a menu on it. */
  #raise(list: HTMLElement): void {
    if (!('popover' in list) || !matchMedia(NARROW).matches) return;
    list.popover = 'manual';
    list.showPopover();
  }

  close(): void {
    // Removing the focused item sends focusout, which would close again.
    const list = this.#list;
    if (!list) return;
    this.#list = null;
    if (list.matches(':focus-within')) this.#focusBefore?.focus();
    list.remove();
    this.#button?.setAttribute('aria-expanded', 'false');
    this.#options.onClose();
  }

  #draw(at?: number): void {
    const page = this.#pages.at(-1);
    if (!this.#list || !page) return;
    const lines = page.items().map((item, index) => this.#line(item, index));
    if (this.#pages.length > 1) lines.unshift(this.#backLine(page.label));
    this.#list.setAttribute('aria-label', page.label);
    this.#list.replaceChildren(...lines);
    const chosen = lines.find((line) => line.ariaChecked === 'true');
    (at === undefined ? (chosen ?? lines[0]) : lines[at])?.focus();
  }

  #line(item: MenuItem, index: number): HTMLElement {
    switch (item.kind) {
      case 'choice':
        return this.#choice(item);
      case 'action':
        return this.#row(item.words, item.note ?? '', 'menuitem', () => {
          this.close();
          item.act();
        });
      case 'page': {
        const line = this.#row(item.words, item.value, 'menuitem', () => {
          const from = index + (this.#pages.length > 1 ? 1 : 0);
          this.#pages.push({ label: item.words, items: item.items, from });
          this.#draw();
        });
        line.setAttribute('aria-haspopup', 'menu');
        line.insertAdjacentHTML('beforeend', icon('forward'));
        return line;
      }
    }
  }

  #choice({ words, chosen, choose }: Extract<MenuItem, { kind: 'choice' }>): HTMLElement {
    const line = this.#row(words, '', 'menuitemradio', () => {
      this.close();
      choose();
    });
    line.ariaChecked = String(chosen);
    return line;
  }

  #backLine(label: string): HTMLElement {
    const line = this.#row(label, '', 'menuitem', () => this.#back());
    line.classList.add('back');
    line.ariaLabel = t`Back from ${label}`;
    line.insertAdjacentHTML('afterbegin', icon('back'));
    return line;
  }

  #row(words: string, note: string, role: string, act: () => void): HTMLElement {
    const line = document.createElement('button');
    line.type = 'button';
    line.tabIndex = -1;
    line.setAttribute('role', role);
    line.append(part('words', words));
    if (note) line.append(' ', part('note', note));
    line.addEventListener('click', act);
    return line;
  }

  #back(): void {
    const page = this.#pages.pop();
    if (this.#pages.length === 0) this.close();
    else this.#draw(page?.from);
  }

  get #lines(): HTMLElement[] {
    return [...(this.#list?.querySelectorAll<HTMLElement>('[role^="menuitem"]') ?? [])];
  }

  #key(event: KeyboardEvent): void {
    if (!this.isOpen) {
      if (event.key !== 'ArrowUp' || event.target !== this.#button) return;
      this.open();
    } else if (!this.#move(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  #move(key: string): boolean {
    const lines = this.#lines;
    const at = lines.findIndex((line) => line.matches(':focus'));
    const target = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[key];
    if (target !== undefined) lines.at(target % lines.length)?.focus();
    else if (key === 'Escape') this.#back();
    else if (key === 'ArrowRight' && lines[at]?.ariaHasPopup) lines[at].click();
    else if (key === 'ArrowLeft' && this.#pages.length > 1) this.#back();
    else return /^Arrow/.test(key);
    return true;
  }

  #focusMoved({ relatedTarget }: FocusEvent): void {
    const inside = relatedTarget instanceof Node && this.#box.contains(relatedTarget);
    // Another page takes the focused line away before it focuses its own.
    if (this.isOpen && !inside && relatedTarget !== null) this.close();
  }

  /** Closes for a press anywhere else. */
  pressedAt(path: readonly EventTarget[]): void {
    if (this.isOpen && !path.includes(this.#box)) this.close();
  }
}

function part(className: string, text: string): HTMLElement {
  const element = document.createElement('span');
  element.className = className;
  element.textContent = text;
  return element;
}
