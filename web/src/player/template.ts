import { t } from '@lingui/core/macro';
import { icon } from './icons';

const menuButton = (part: string, content = '', className = '') =>
  `<button type="button" class="${className}" data-part="${part}" aria-haspopup="menu" aria-expanded="false">${content}</button>`;

const MARKUP = `
<div class="stage" data-part="stage">
  <video data-part="video" playsinline preload="auto"></video>
  <canvas data-part="still" class="still" hidden></canvas>
  <div class="cover" data-part="cover" hidden>${icon('music')}<img alt="" hidden></div>
  <div class="shade"></div>
  <div class="captions" data-part="captions"></div>
  <div class="spinner" data-part="spinner" role="status"></div>
  <p class="making" data-part="making" role="status"></p>
  <button type="button" class="big" data-part="big">${icon('play')}</button>
  <output class="flash" data-part="flash"></output>
  <div class="skip" data-part="skip" aria-hidden="true"></div>
  <button type="button" class="unmute" data-part="unmute" hidden>${icon('muted')}<span></span></button>
  <dl class="stats" data-part="stats" hidden></dl>
  <div class="controls" data-part="controls">
    <div class="timeline" data-part="timeline">
      <div class="rail" data-part="rail"><div class="buffered" data-part="buffered"></div><div class="played" data-part="played"></div></div>
      <div class="bubble" data-part="bubble" aria-hidden="true"></div>
      <input type="range" min="0" max="1" step="any" value="0" data-part="seek">
    </div>
    <div class="row">
      <button type="button" data-part="play">${icon('play')}</button>
      <div class="sound">
        <button type="button" data-part="mute">${icon('sound')}</button>
        <input type="range" min="0" max="1" step="0.05" data-part="volume">
      </div>
      <span class="time"><span data-part="now">0:00</span><span class="of"> / </span><span data-part="length">0:00</span></span>
      <span class="chapter" data-part="chapter"></span>
      <div class="menu-box" data-part="captions-box" hidden>${menuButton('captions-menu', icon('captions'))}</div>
      <div class="menu-box" data-part="quality-box">${menuButton('quality', '', 'words')}</div>
      <div class="menu-box" data-part="settings-box">${menuButton('settings', icon('settings'))}</div>
      <button type="button" class="wide" data-part="small-window" hidden>${icon('small-window')}</button>
      <button type="button" class="wide" data-part="theater" hidden>${icon('theater')}</button>
      <button type="button" data-part="fullscreen">${icon('expand')}</button>
    </div>
  </div>
  <div class="notice" data-part="note" role="status" hidden>
    <p data-part="note-text"></p>
    <button type="button" data-part="note-action"></button>
  </div>
  <div class="fault" data-part="fault" role="alert" hidden>
    <p data-part="fault-text"></p>
    <button type="button" data-part="retry"></button>
    <small data-part="fault-code"></small>
  </div>
  <div class="menu-box context" data-part="context-box"></div>
  <dialog data-part="help"></dialog>
</div>`;

const TYPES = {
  stage: HTMLElement,
  video: HTMLVideoElement,
  still: HTMLCanvasElement,
  cover: HTMLElement,
  captions: HTMLElement,
  spinner: HTMLElement,
  making: HTMLElement,
  big: HTMLButtonElement,
  flash: HTMLOutputElement,
  skip: HTMLElement,
  unmute: HTMLButtonElement,
  note: HTMLElement,
  'note-text': HTMLElement,
  'note-action': HTMLButtonElement,
  stats: HTMLElement,
  fault: HTMLElement,
  'fault-text': HTMLElement,
  'fault-code': HTMLElement,
  retry: HTMLButtonElement,
  controls: HTMLElement,
  timeline: HTMLElement,
  rail: HTMLElement,
  buffered: HTMLElement,
  played: HTMLElement,
  bubble: HTMLElement,
  seek: HTMLInputElement,
  play: HTMLButtonElement,
  mute: HTMLButtonElement,
  volume: HTMLInputElement,
  now: HTMLElement,
  length: HTMLElement,
  chapter: HTMLElement,
  'captions-box': HTMLElement,
  'captions-menu': HTMLButtonElement,
  'quality-box': HTMLElement,
  quality: HTMLButtonElement,
  'settings-box': HTMLElement,
  settings: HTMLButtonElement,
  'small-window': HTMLButtonElement,
  theater: HTMLButtonElement,
  fullscreen: HTMLButtonElement,
  'context-box': HTMLElement,
  help: HTMLDialogElement,
} as const;

/** The named pieces of the player, each with its type. */
export type Parts = { readonly [Name in keyof typeof TYPES]: InstanceType<(typeof TYPES)[Name]> };

/** Fills a shadow root with the player's markup and returns its pieces. */
export function render(root: ShadowRoot): Parts {
  const template = document.createElement('template');
  template.innerHTML = MARKUP;
  root.append(template.content);
  const found = Object.keys(TYPES).map((name) => [name, root.querySelector(`[data-part="${name}"]`)]);
  const parts = Object.fromEntries(found) as Parts;
  label(parts);
  return parts;
}

function label(parts: Parts): void {
  parts.seek.setAttribute('aria-label', t`Position`);
  parts.volume.setAttribute('aria-label', t`Volume`);
  parts.spinner.setAttribute('aria-label', t`Loading`);
  parts.retry.textContent = t`Try again`;
  name(parts['captions-menu'], t`Captions (C)`);
  name(parts.settings, t`Settings`);
  name(parts.unmute, t`Turn the sound on`);
  const words = parts.unmute.querySelector('span');
  if (words) words.textContent = t`Turn the sound on`;
}

/** Names a button for screen readers and on hover. */
export function name(button: HTMLElement, words: string): void {
  button.setAttribute('aria-label', words);
  button.title = words;
}
