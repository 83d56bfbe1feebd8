/** Something asked for that has not begun to come. */
export type Wait = {
  /** When it was asked for first, on the clock of performance.now(). */
  since: number;
  /** The seconds after which it is asked for again; null while nothing was answered. */
  againIn: number | null;
};

/** Keeps what was asked for and has not begun to come. */
export class Waits {
  readonly #asked = new Map<object, Wait>();

  ask(request: object): void {
    if (!this.#asked.has(request)) this.#asked.set(request, { since: performance.now(), againIn: null });
  }

  /** It was answered: with a part of what was asked for, or with a time to ask again. */
  answer(request: object, againIn: number | null): void {
    const wait = this.#asked.get(request);
    if (againIn === null) this.end(request);
    else if (wait) wait.againIn = againIn;
  }

  end(request: object): void {
    this.#asked.delete(request);
  }

  /** The longest of them. */
  get longest(): Wait | null {
    const [first, ...others] = this.#asked.values();
    return first ? others.reduce((a, b) => (b.since < a.since ? b : a), first) : null;
  }
}
