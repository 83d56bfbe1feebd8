const HIDE_AFTER_MS = 2500;

/** Shows the controls while somebody is there and hides them when the picture is all that matters. */
export class AutoHide {
  readonly #stage: HTMLElement;
  readonly #mayHide: () => boolean;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(stage: HTMLElement, mayHide: () => boolean, signal: AbortSignal) {
    this.#stage = stage;
    this.#mayHide = mayHide;
    stage.addEventListener('pointermove', (event) => event.pointerType !== 'touch' && this.show(), { signal });
    stage.addEventListener('pointerleave', (event) => event.pointerType !== 'touch' && this.hide(), { signal });
    stage.addEventListener('focusin', () => this.show(), { signal });
    signal.addEventListener('abort', () => clearTimeout(this.#timer));
  }

  get isShown(): boolean {
    return !this.#stage.classList.contains('quiet');
  }

  show(): void {
    this.#stage.classList.remove('quiet');
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.hide(), HIDE_AFTER_MS);
  }

  hide(): void {
    if (this.#mayHide()) this.#stage.classList.add('quiet');
  }
}
