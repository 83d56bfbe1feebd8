import { t } from '@lingui/core/macro';
import { icon } from './icons';
import { name } from './template';

/** The keys with what they do, for who forgot. */
export class HelpDialog {
  readonly #dialog: HTMLDialogElement;

  constructor(dialog: HTMLDialogElement, signal: AbortSignal) {
    this.#dialog = dialog;
    dialog.addEventListener('click', (event) => event.target === dialog && dialog.close(), { signal });
    dialog.addEventListener('keydown', (event) => event.key === '?' && dialog.close(), { signal });
  }

  open(): void {
    if (this.#dialog.open) return;
    this.#dialog.ariaLabel = t`Keys of the player`;
    this.#dialog.replaceChildren(this.#head(), table());
    this.#dialog.showModal();
  }

  #head(): HTMLElement {
    const head = document.createElement('div');
    const title = document.createElement('h2');
    const close = document.createElement('button');
    title.textContent = t`Keys of the player`;
    close.type = 'button';
    close.innerHTML = icon('close');
    name(close, t`Close`);
    close.addEventListener('click', () => this.#dialog.close());
    head.append(title, close);
    return head;
  }
}

function table(): HTMLElement {
  const list = document.createElement('dl');
  for (const [keys, words] of lines()) {
    const [term, text] = [document.createElement('dt'), document.createElement('dd')];
    for (const key of keys) {
      const cap = document.createElement('kbd');
      cap.textContent = key;
      term.append(cap);
    }
    text.textContent = words;
    list.append(term, text);
  }
  return list;
}

function lines(): [string[], string][] {
  return [
    [[t`Space`, 'K'], t`Play or pause`],
    [['J', 'L'], t`10 seconds back or on`],
    [['←', '→'], t`5 seconds back or on`],
    [['0', '…', '9'], t`To a tenth of the video`],
    [[t`Home`, t`End`], t`To the beginning or the end`],
    [[',', '.'], t`One picture back or on, while paused`],
    [['↑', '↓'], t`Louder or softer`],
    [['M'], t`Sound off or on`],
    [['C'], t`Captions on or off`],
    [['<', '>'], t`Slower or faster`],
    [['F'], t`Full screen`],
    [['T'], t`Theater mode`],
    [['I'], t`Picture in picture`],
    [['?'], t`This list`],
  ];
}
