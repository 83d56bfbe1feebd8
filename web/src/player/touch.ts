const DOUBLE_TAP_MS = 300;
const SKIP_SECONDS = 10;

export type TouchActions = {
  /** A finger, once. */
  tap: () => void;
  /** A mouse button, once. */
  press: () => void;
  /** A mouse button, twice. */
  pressTwice: () => void;
  /** A finger, twice on one side. */
  skip: (seconds: number) => void;
};

/** Reads fingers and mouse buttons on the picture. */
export class Touch {
  readonly #surface: HTMLElement;
  readonly #actions: TouchActions;
  #lastTap = Number.NEGATIVE_INFINITY;

  constructor(stage: HTMLElement, surface: HTMLElement, actions: TouchActions, signal: AbortSignal) {
    this.#surface = surface;
    this.#actions = actions;
    stage.addEventListener('click', (event) => this.#click(event as PointerEvent), { signal });
    surface.addEventListener('dblclick', () => this.#lastTap < 0 && actions.pressTwice(), { signal });
  }

  #click(event: PointerEvent): void {
    if (event.target !== this.#surface) return;
    if (event.pointerType === 'touch') this.#tap(event);
    else this.#actions.press();
  }

  #tap(event: PointerEvent): void {
    const again = event.timeStamp - this.#lastTap < DOUBLE_TAP_MS;
    this.#lastTap = event.timeStamp;
    const side = again ? this.#sideOf(event.clientX) : 0;
    if (side === 0) this.#actions.tap();
    else this.#actions.skip(side * SKIP_SECONDS);
  }

  /** -1 in the left third of the picture, 1 in the right third, else 0. */
  #sideOf(x: number): -1 | 0 | 1 {
    const { left, width } = this.#surface.getBoundingClientRect();
    const share = (x - left) / width;
    if (share < 1 / 3) return -1;
    return share > 2 / 3 ? 1 : 0;
  }
}
