import { i18n } from '@lingui/core';
import { t } from '@lingui/core/macro';
import { showCues } from './cues';
import { loadSettings, saveSettings } from './settings';
import type { Parts } from './template';
import { trackNames } from './track-names';

/** A subtitle file beside the video. */
export type CaptionTrack = {
  readonly id: string;
  readonly lang: string;
  readonly label: string;
  readonly role: string;
  /** A WebVTT file, absolute. */
  readonly url: string;
};

type CaptionHooks = {
  /** The tracks or the choice are others. */
  onChange: () => void;
  say: (words: string) => void;
};

/**
 * Shows one subtitle track at a time. The browser reads the file and keeps the
 * time; the words are drawn here, so that they look alike everywhere and make
 * room for the controls.
 */
export class Captions {
  readonly #parts: Parts;
  readonly #hooks: CaptionHooks;
  readonly #signal: AbortSignal;
  #tracks: readonly CaptionTrack[] = [];
  #chosen: CaptionTrack | null = null;
  #element: HTMLTrackElement | null = null;

  constructor(parts: Parts, hooks: CaptionHooks, signal: AbortSignal) {
    this.#parts = parts;
    this.#hooks = hooks;
    this.#signal = signal;
    // The full screen of an iPhone is the browser's own, and so are its captions.
    parts.video.addEventListener('webkitbeginfullscreen', () => this.#setMode('showing'), { signal });
    parts.video.addEventListener('webkitendfullscreen', () => this.#setMode('hidden'), { signal });
  }

  #setMode(mode: TextTrackMode): void {
    if (this.#element) this.#element.track.mode = mode;
  }

  get tracks(): readonly CaptionTrack[] {
    return this.#tracks;
  }

  get chosen(): CaptionTrack | null {
    return this.#chosen;
  }

  /** What menus call the chosen track; null for none. */
  get chosenName(): string | null {
    const index = this.#tracks.findIndex(({ id }) => id === this.#chosen?.id);
    return trackNames(this.#tracks, i18n.locale)[index] ?? null;
  }

  /** Offers these tracks, and shows the one the viewer likes to see. */
  offer(tracks: readonly CaptionTrack[]): void {
    this.#tracks = tracks;
    const again = tracks.find(({ id }) => id === this.#chosen?.id);
    this.#show(again ?? liked(tracks, loadSettings().captions));
  }

  /** Shows a track, or none with null, and remembers that for the next video. */
  choose(track: CaptionTrack | null): void {
    saveSettings({ captions: track?.lang ?? 'off' });
    this.#show(track);
  }

  /** Turns them on or off; with no track there is nothing to turn on. */
  toggle(): void {
    if (this.#tracks.length === 0) return;
    if (this.#chosen) this.choose(null);
    else this.choose(liked(this.#tracks, loadSettings().audio) ?? this.#tracks[0] ?? null);
  }

  #show(track: CaptionTrack | null): void {
    if (track?.url !== this.#chosen?.url || !track) {
      this.#element?.remove();
      this.#element = track && this.#attach(track);
      showCues(this.#parts.captions, []);
    }
    this.#chosen = track;
    this.#hooks.onChange();
  }

  #attach({ url, lang, label }: CaptionTrack): HTMLTrackElement {
    const element = Object.assign(document.createElement('track'), {
      kind: 'subtitles',
      srclang: lang,
      label,
      src: url,
    });
    const draw = () => showCues(this.#parts.captions, [...(element.track.activeCues ?? [])]);
    element.addEventListener('error', () => this.#lost(), { signal: this.#signal });
    element.addEventListener('load', draw, { signal: this.#signal });
    element.track.addEventListener('cuechange', draw, { signal: this.#signal });
    this.#parts.video.append(element);
    element.track.mode = 'hidden';
    return element;
  }

  #lost(): void {
    this.#hooks.say(t`The captions could not be loaded.`);
    this.#show(null);
  }
}

/** The track in a language; without a choice only what the maker meant to be seen always. */
function liked(tracks: readonly CaptionTrack[], language: string | null): CaptionTrack | null {
  if (language === null) return tracks.find(({ role }) => role === 'forced') ?? null;
  const ofLanguage = tracks.filter(({ lang }) => lang === language);
  return ofLanguage.find(({ role }) => role !== 'forced') ?? ofLanguage[0] ?? null;
}
