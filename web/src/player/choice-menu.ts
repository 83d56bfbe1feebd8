export type Choice<T> = { value: T; words: string; chosen: boolean };

/** A small menu above a button from which one of several values is chosen. */
export class ChoiceMenu<T> {
  readonly #button: HTMLButtonElement;
  readonly #choices: () => Choice<T>[];
  readonly #choose: (value: T) => void;
  /** Done before it opens, so that the choices are the latest. */
  readonly #prepare: (() => Promise<void>) | undefined;
  #list: HTMLElement | null = null;

  constructor(
    button: HTMLButtonElement,
    choices: () => Choice<T>[],
    choose: (value: T) => void,
    signal: AbortSignal,
    prepare?: () => Promise<void>,
  ) {
    this.#button = button;
    this.#choices = choices;
    this.#choose = choose;
    this.#prepare = prepare;
    button.addEventListener('click', () => (this.isOpen ? this.close() : void this.#open()), { signal });
    button.parentElement?.addEventListener('keydown', (event) => this.#key(event), { signal });
    button.parentElement?.addEventListener('focusout', (event) => this.#focusMoved(event), { signal });
  }

  get isOpen(): boolean {
    return this.#list !== null;
  }

  async #open(): Promise<void> {
    await this.#prepare?.();
    if (this.isOpen || !this.#button.isConnected) return;
    const list = document.createElement('div');
    list.className = 'menu';
    list.setAttribute('role', 'menu');
    list.setAttribute('aria-label', this.#button.getAttribute('aria-label') ?? '');
    list.append(...this.#choices().map((choice) => this.#item(choice)));
    this.#button.after(list);
    this.#button.setAttribute('aria-expanded', 'true');
    this.#list = list;
    (list.querySelector<HTMLElement>('[aria-checked="true"]') ?? this.#items[0])?.focus();
  }

  #item({ value, words, chosen }: Choice<T>): HTMLElement {
    const item = document.createElement('button');
    item.type = 'button';
    item.tabIndex = -1;
    item.setAttribute('role', 'menuitemradio');
    item.setAttribute('aria-checked', String(chosen));
    item.textContent = words;
    item.addEventListener('click', () => {
      this.#choose(value);
      this.close();
    });
    return item;
  }

  close(): void {
    // Removing the focused item sends focusout, which would close again.
    const list = this.#list;
    this.#list = null;
    if (list?.matches(':focus-within')) this.#button.focus();
    list?.remove();
    this.#button.setAttribute('aria-expanded', 'false');
  }

  get #items(): HTMLElement[] {
    return [...(this.#list?.querySelectorAll<HTMLElement>('[role="menuitemradio"]') ?? [])];
  }

  #key(event: KeyboardEvent): void {
    if (!this.isOpen) return;
    const items = this.#items;
    const at = items.findIndex((item) => item.matches(':focus'));
    const target = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (event.key === 'Escape') this.close();
    else if (target === undefined) return;
    else items.at(target % items.length)?.focus();
    event.preventDefault();
    event.stopPropagation();
  }

  #focusMoved({ relatedTarget }: FocusEvent): void {
    const inside = relatedTarget instanceof Node && this.#button.parentElement?.contains(relatedTarget);
    if (this.isOpen && !inside) this.close();
  }
}
