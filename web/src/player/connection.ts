import { t } from '@lingui/core/macro';
import type { Fault } from './engine';
import type { Feedback } from './feedback';
import type { Parts } from './template';

type ConnectionHooks = {
  /** Asks again for what could not be fetched; false when all has to be loaded again. */
  fetchAgain: () => boolean;
  /** Loads again where it stands and as it stands, playing or paused. */
  recover: () => Promise<void>;
};

/** What is said about a fault, with what to do. */
function sentence(kind: Fault['kind']): string {
  switch (kind) {
    case 'network':
      return t`The video could not be loaded. Check your connection and try again.`;
    case 'format':
      return t`This browser cannot play this video. Try another browser, or update this one.`;
    default:
      return t`Playback stopped. Try again; if that does not help, load the page again.`;
  }
}

/** Says when the network is gone or playback broke, and goes on when it can. */
export class Connection {
  readonly #parts: Parts;
  readonly #feedback: Feedback;
  readonly #hooks: ConnectionHooks;
  #fault: Fault | null = null;

  constructor(parts: Parts, feedback: Feedback, hooks: ConnectionHooks, signal: AbortSignal) {
    this.#parts = parts;
    this.#feedback = feedback;
    this.#hooks = hooks;
    window.addEventListener('offline', () => this.#wentAway(), { signal });
    window.addEventListener('online', () => void this.#cameBack(), { signal });
    if (!navigator.onLine) this.#wentAway();
  }

  #wentAway(): void {
    this.#parts.stage.dataset.offline = '';
    this.#feedback.note({ words: t`You are offline. Playback goes on when the connection is back.` });
  }

  async #cameBack(): Promise<void> {
    delete this.#parts.stage.dataset.offline;
    this.#feedback.unnote();
    const broken = this.#fault?.kind === 'network';
    if (broken && !this.#hooks.fetchAgain()) await this.#hooks.recover();
    else if (broken) this.clear();
  }

  /** Takes in a fault. One that only the missing network explains is no news: the note says so already. */
  failed(fault: Fault): void {
    this.#fault = fault;
    if (fault.kind === 'network' && !navigator.onLine) return;
    const { fault: screen, 'fault-text': text, 'fault-code': code } = this.#parts;
    text.textContent = sentence(fault.kind);
    code.textContent = t`Code ${fault.code}`;
    screen.hidden = false;
  }

  /** Forgets the fault: something was loaded, or will be. */
  clear(): void {
    this.#fault = null;
    this.#parts.fault.hidden = true;
  }
}
