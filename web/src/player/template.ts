import { t } from '@lingui/core/macro';
import { icon } from './icons';

const MARKUP = `
<div class="stage" data-part="stage">
  <video data-part="video" playsinline preload="auto"></video>
  <canvas data-part="still" class="still" hidden></canvas>
  <div class="spinner" data-part="spinner" role="status"></div>
  <button type="button" class="big" data-part="big">${icon('play')}</button>
  <button type="button" class="unmute" data-part="unmute" hidden>${icon('muted')}<span></span></button>
  <div class="fault" data-part="fault" role="alert" hidden>
    <p data-part="fault-text"></p>
    <button type="button" data-part="retry"></button>
  </div>
  <div class="controls" data-part="controls">
    <div class="timeline" data-part="timeline">
      <div class="rail"><div class="buffered" data-part="buffered"></div><div class="played" data-part="played"></div></div>
      <output class="bubble" data-part="bubble" aria-hidden="true"></output>
      <input type="range" min="0" max="1" step="any" value="0" data-part="seek">
    </div>
    <div class="row">
      <button type="button" data-part="play">${icon('play')}</button>
      <div class="sound">
        <button type="button" data-part="mute">${icon('sound')}</button>
        <input type="range" min="0" max="1" step="0.05" data-part="volume">
      </div>
      <span class="time"><span data-part="now">0:00</span><span class="of"> / </span><span data-part="length">0:00</span></span>
      <span class="gap"></span>
      <div class="menu-box"><button type="button" class="words" data-part="speed" aria-haspopup="menu" aria-expanded="false">1×</button></div>
      <div class="menu-box"><button type="button" class="words" data-part="quality" aria-haspopup="menu" aria-expanded="false"></button></div>
      <button type="button" data-part="fullscreen">${icon('expand')}</button>
    </div>
  </div>
</div>`;

const TYPES = {
  stage: HTMLElement,
  video: HTMLVideoElement,
  still: HTMLCanvasElement,
  spinner: HTMLElement,
  big: HTMLButtonElement,
  unmute: HTMLButtonElement,
  fault: HTMLElement,
  'fault-text': HTMLElement,
  retry: HTMLButtonElement,
  controls: HTMLElement,
  timeline: HTMLElement,
  buffered: HTMLElement,
  played: HTMLElement,
  bubble: HTMLElement,
  seek: HTMLInputElement,
  play: HTMLButtonElement,
  mute: HTMLButtonElement,
  volume: HTMLInputElement,
  now: HTMLElement,
  length: HTMLElement,
  speed: HTMLButtonElement,
  quality: HTMLButtonElement,
  fullscreen: HTMLButtonElement,
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
  name(parts.unmute, t`Turn the sound on`);
  const words = parts.unmute.querySelector('span');
  if (words) words.textContent = t`Turn the sound on`;
}

/** Names a button for screen readers and on hover. */
export function name(button: HTMLElement, words: string): void {
  button.setAttribute('aria-label', words);
  button.title = words;
}
