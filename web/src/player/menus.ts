import { i18n } from '@lingui/core';
import { t } from '@lingui/core/macro';
import { clock } from '@/lib/format';
import type { Captions } from './captions';
import type { Engine } from './engine';
import { Menu, type MenuItem } from './menu';
import { autoWords } from './quality';
import { SPEEDS } from './speeds';
import type { Parts } from './template';
import { trackNames } from './track-names';
import type { WindowModes } from './window-modes';

const WITHOUT_KEYS = '(hover: none) and (pointer: coarse)';

type MenuHooks = {
  /** The sizes are about to be shown. */
  onSizes: () => void;
  chooseQuality: (size: number | null) => void;
  chooseAudio: (index: number) => void;
  setSpeed: (speed: number) => void;
  copyLink: (seconds: number | null) => void;
  toggleStats: () => void;
  help: () => void;
  onClose: () => void;
};

/** All menus of the player: what they offer and what is chosen in them. */
export class Menus {
  readonly #parts: Parts;
  readonly #engine: Engine;
  readonly #captions: Captions;
  readonly #modes: WindowModes;
  readonly #hooks: MenuHooks;
  readonly #menus: readonly Menu[];
  readonly #context: Menu;

  constructor(
    parts: Parts,
    { engine, captions, modes }: { engine: Engine; captions: Captions; modes: WindowModes },
    hooks: MenuHooks,
    signal: AbortSignal,
  ) {
    this.#parts = parts;
    this.#engine = engine;
    this.#captions = captions;
    this.#modes = modes;
    this.#hooks = hooks;
    const menu = (box: HTMLElement, label: () => string, items: () => MenuItem[]) =>
      new Menu(box, { label, items, onClose: hooks.onClose }, signal);
    this.#context = menu(
      parts['context-box'],
      () => t`Player`,
      () => this.#tools(),
    );
    this.#menus = [
      menu(
        parts['captions-box'],
        () => t`Captions`,
        () => this.#captionItems(),
      ),
      menu(
        parts['quality-box'],
        () => t`Quality`,
        () => this.#qualityItems(),
      ),
      menu(
        parts['settings-box'],
        () => t`Settings`,
        () => this.#settingItems(),
      ),
      this.#context,
    ];
    parts.video.addEventListener('contextmenu', (event) => this.#openContext(event), { signal });
    document.addEventListener('pointerdown', (event) => this.#pressed(event), { signal });
  }

  get isOneOpen(): boolean {
    return this.#menus.some((menu) => menu.isOpen);
  }

  #pressed(event: PointerEvent): void {
    for (const menu of this.#menus) menu.pressedAt(event.composedPath());
  }

  #openContext(event: MouseEvent): void {
    // Shift opens the browser's own menu, as everywhere.
    if (event.shiftKey) return;
    event.preventDefault();
    const { 'context-box': box, stage } = this.#parts;
    const { left, top } = stage.getBoundingClientRect();
    this.#context.close();
    box.style.left = `${event.clientX - left}px`;
    box.style.top = `${event.clientY - top}px`;
    box.dataset.side = event.clientX - left > stage.clientWidth / 2 ? 'left' : 'right';
    box.dataset.end = event.clientY - top > stage.clientHeight / 2 ? 'up' : 'down';
    this.#context.open();
  }

  #captionItems(): MenuItem[] {
    const { tracks, chosen } = this.#captions;
    const names = trackNames(tracks, i18n.locale);
    const off = { kind: 'choice', words: t`Off`, chosen: chosen === null, choose: () => this.#captions.choose(null) };
    const choices = tracks.map((track, index) => ({
      kind: 'choice',
      words: names[index] ?? '',
      chosen: track.id === chosen?.id,
      choose: () => this.#captions.choose(track),
    }));
    return [off, ...choices] as MenuItem[];
  }

  #qualityItems(): MenuItem[] {
    this.#hooks.onSizes();
    const { fixedSize, sizes } = this.#engine;
    const { videoWidth, videoHeight } = this.#parts.video;
    const choice = (size: number | null, words: string): MenuItem => ({
      kind: 'choice',
      words,
      chosen: size === fixedSize,
      choose: () => this.#hooks.chooseQuality(size),
    });
    const shown = Math.min(videoWidth, videoHeight);
    return [choice(null, autoWords(shown)), ...sizes.map((size) => choice(size, `${size}p`))];
  }

  #settingItems(): MenuItem[] {
    const { playbackRate } = this.#parts.video;
    const speed: MenuItem = {
      kind: 'page',
      words: t`Speed`,
      value: speedWords(playbackRate),
      items: () => SPEEDS.map((value) => this.#speedItem(value)),
    };
    return [speed, ...this.#audioPage(), ...this.#tools()];
  }

  #speedItem(speed: number): MenuItem {
    return {
      kind: 'choice',
      words: speedWords(speed),
      chosen: speed === this.#parts.video.playbackRate,
      choose: () => this.#hooks.setSpeed(speed),
    };
  }

  #audioPage(): MenuItem[] {
    const tracks = this.#engine.audioTracks;
    if (tracks.length < 2) return [];
    const names = trackNames(tracks, i18n.locale);
    const items = () =>
      this.#engine.audioTracks.map(
        ({ active }, index): MenuItem => ({
          kind: 'choice',
          words: names[index] ?? '',
          chosen: active,
          choose: () => this.#hooks.chooseAudio(index),
        }),
      );
    return [{ kind: 'page', words: t`Audio`, value: names[tracks.findIndex(({ active }) => active)] ?? '', items }];
  }

  #tools(): MenuItem[] {
    const { currentTime } = this.#parts.video;
    const { copyLink, toggleStats, help } = this.#hooks;
    const action = (words: string, act: () => void, note?: string): MenuItem => ({
      kind: 'action',
      words,
      act,
      ...(note && { note }),
    });
    // A narrow bar has no room for its button, and a phone no keys.
    const inBar = this.#parts['small-window'].checkVisibility();
    const small = action(t`Picture in picture`, () => void this.#modes.toggleSmallWindow());
    const moment = clock(currentTime);
    return [
      ...(this.#modes.hasSmallWindow && !inBar ? [small] : []),
      action(t`Copy link`, () => copyLink(null)),
      action(t`Copy link at ${moment}`, () => copyLink(currentTime)),
      action(t`Statistics`, toggleStats),
      ...(matchMedia(WITHOUT_KEYS).matches ? [] : [action(t`Keys`, help, '?')]),
    ];
  }
}

/** A speed in words: "Normal", "1.5×". */
function speedWords(speed: number): string {
  return speed === 1 ? t`Normal` : `${speed}×`;
}
