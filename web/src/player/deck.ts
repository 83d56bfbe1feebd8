import { t } from '@lingui/core/macro';
import { copyText } from '@/lib/copy-text';
import { clock } from '@/lib/format';
import { AutoHide } from './auto-hide';
import { Captions, type CaptionTrack } from './captions';
import type { Chapter } from './chapters';
import { obey } from './commands';
import { Connection } from './connection';
import { Face } from './face';
import { Feedback } from './feedback';
import { HelpDialog } from './help-dialog';
import { Hotkeys } from './hotkeys';
import { MakingNote } from './making-note';
import { SystemControls } from './media-session';
import { Menus } from './menus';
import { Playback } from './playback';
import { sizeNews } from './quality';
import { PlaceKeeper } from './resume';
import { Sound } from './sound';
import { type PlayerStats, statsOf } from './stats';
import { StatsPanel } from './stats-panel';
import type { Parts } from './template';
import { Timeline } from './timeline';
import { Touch } from './touch';
import { WindowModes } from './window-modes';

const RESUME_NOTE_MS = 8000;
const SIZE_NOTE_MS = 6000;

/** What there is beside the manifest. */
export type Details = {
  tracks: readonly CaptionTrack[];
  chapters: readonly Chapter[];
  /** The address of a WebVTT file that names a picture for each moment; null while there is none. */
  storyboard?: string | null;
};

/** Everything a player has while it is in a document, wired together. */
export class Deck {
  readonly playback: Playback;
  readonly #player: HTMLElement;
  readonly #parts: Parts;
  readonly #face: Face;
  readonly #feedback: Feedback;
  readonly #captions: Captions;
  readonly #connection: Connection;
  readonly #timeline: Timeline;
  readonly #sound: Sound;
  readonly #modes: WindowModes;
  readonly #menus: Menus;
  readonly #autoHide: AutoHide;
  readonly #help: HelpDialog;

  constructor(player: HTMLElement, parts: Parts, signal: AbortSignal) {
    this.#player = player;
    this.#parts = parts;
    const { video, stage } = parts;
    this.#autoHide = new AutoHide(stage, () => this.#mayHideControls(), signal);
    this.#feedback = new Feedback(parts, signal);
    this.#timeline = new Timeline(parts, (seconds) => this.playback.seek(seconds), signal);
    this.#sound = new Sound(parts, signal);
    this.#modes = new WindowModes(player, parts, signal);
    this.#help = new HelpDialog(parts.help, signal);
    this.playback = new Playback(parts, this.#playbackHooks(), signal);
    this.#face = new Face(parts, this.playback.engine);
    this.#captions = new Captions(parts, this.#captionHooks(), signal);
    this.#connection = new Connection(parts, this.#feedback, this.#connectionHooks(), signal);
    this.#menus = new Menus(parts, this.#menuSources(), this.#menuHooks(signal), signal);
    new SystemControls(video, () => this.#described(), this.#systemHooks(), signal);
    new PlaceKeeper(video, () => this.#attribute('video-id'), signal);
    new Hotkeys(player, (action) => this.#obey(action), signal);
    new MakingNote(parts, this.#makingHooks(), signal);
    new Touch(stage, video, this.#touchActions(), signal);
    this.#wireButtons(signal);
    this.#wireVideo(signal);
    this.showPoster();
    this.#face.showCaptions(this.#captions);
  }

  /** Loads what the attributes say. */
  async start(): Promise<void> {
    const asked = this.#attribute('start');
    const seconds = asked === '' ? null : Number(asked);
    const { loaded, resumedAt } = await this.playback.start(seconds, this.#attribute('video-id'));
    if (resumedAt !== null) this.#sayResumed(resumedAt);
    if (loaded && this.#player.hasAttribute('autoplay')) await this.playback.play();
  }

  /** Takes in the subtitle files and chapters. */
  take({ tracks, chapters, storyboard }: Details): void {
    this.#captions.offer(tracks);
    this.#timeline.divide(chapters);
    this.#timeline.illustrate(storyboard ?? null);
  }

  get stats(): PlayerStats {
    return statsOf(this.#parts.video, this.playback.engine);
  }

  showPoster(): void {
    this.#face.showPoster(this.#attribute('poster'));
  }

  showModes(): void {
    this.#modes.show();
  }

  async close(): Promise<void> {
    await this.playback.engine.close();
  }

  #attribute(name: string): string {
    return this.#player.getAttribute(name) ?? '';
  }

  #wireButtons(signal: AbortSignal): void {
    const { play, big, retry, unmute } = this.#parts;
    for (const button of [play, big]) button.addEventListener('click', () => this.playback.toggle(), { signal });
    retry.addEventListener('click', () => void this.playback.retry(), { signal });
    unmute.addEventListener('click', () => this.#sound.toggle(), { signal });
  }

  #wireVideo(signal: AbortSignal): void {
    const { video } = this.#parts;
    for (const type of ['play', 'pause', 'ended', 'timeupdate'] as const) {
      video.addEventListener(type, () => this.#player.dispatchEvent(new Event(type)), { signal });
    }
    for (const type of ['play', 'playing', 'pause', 'ended', 'seeked'] as const) {
      video.addEventListener(type, () => this.#showState(), { signal });
    }
    for (const type of ['timeupdate', 'progress', 'durationchange', 'seeking'] as const) {
      video.addEventListener(type, () => this.#timeline.update(), { signal });
    }
    video.addEventListener('resize', () => this.#face.showQuality(), { signal });
    const eachFrame = () => {
      if (signal.aborted) return;
      if (this.#autoHide.isShown) this.#timeline.update();
      if (!video.paused) requestAnimationFrame(eachFrame);
    };
    video.addEventListener('play', eachFrame, { signal });
  }

  #showState(): void {
    this.#face.showState();
    this.#autoHide.show();
    this.#timeline.update();
  }

  #sayResumed(seconds: number): void {
    this.#feedback.note({
      words: t`Resumed at ${clock(seconds)}`,
      action: { words: t`Start over`, act: () => this.playback.seek(0) },
      ms: RESUME_NOTE_MS,
    });
  }

  #sayGrown(size: number): void {
    this.#face.markNewSizes(true);
    this.#feedback.note({ words: sizeNews(size), ms: SIZE_NOTE_MS });
  }

  #mayHideControls(): boolean {
    const { video, controls, stage } = this.#parts;
    if (video.paused || this.#menus.isOneOpen || stage.classList.contains('sound-only')) return false;
    return !controls.querySelector(':focus-visible');
  }

  #obey(action: Parameters<typeof obey>[0]): void {
    obey(action, {
      video: this.#parts.video,
      playback: this.playback,
      sound: this.#sound,
      captions: this.#captions,
      modes: this.#modes,
      feedback: this.#feedback,
      help: this.#help,
    });
    if (action.do.startsWith('seek')) this.#timeline.peek(this.playback.place);
    this.#autoHide.show();
  }

  async #copyLink(seconds: number | null): Promise<void> {
    const link = new URL(this.#attribute('link') || location.pathname, document.baseURI);
    if (seconds !== null && seconds >= 1) link.searchParams.set('t', String(Math.floor(seconds)));
    try {
      await copyText(link.href);
      this.#feedback.say(t`Copied`);
    } catch {
      this.#feedback.say(t`The browser did not allow copying.`);
    }
  }

  #described() {
    return {
      heading: this.#attribute('heading'),
      byline: this.#attribute('byline'),
      poster: this.#attribute('poster'),
    };
  }

  // What each part asks of the others.

  #playbackHooks() {
    return {
      address: () => new URL(this.#attribute('src'), document.baseURI).href,
      isUnfinished: () => this.#player.hasAttribute('unfinished'),
      onTracks: () => this.#face.showQuality(),
      onFault: (fault: Parameters<Connection['failed']>[0]) => {
        this.#connection.failed(fault);
        this.#player.dispatchEvent(new CustomEvent('fault', { detail: fault }));
      },
      onLoading: () => this.#connection.clear(),
      onLoaded: () => this.#showState(),
      onGrown: (size: number) => this.#sayGrown(size),
      onSeek: () => {
        this.#autoHide.show();
        this.#timeline.update();
      },
    };
  }

  #captionHooks() {
    return {
      onChange: () => this.#face.showCaptions(this.#captions),
      say: (words: string) => this.#feedback.say(words),
    };
  }

  #connectionHooks() {
    return { fetchAgain: () => this.playback.engine.fetchAgain(), recover: () => this.playback.recover() };
  }

  #makingHooks() {
    return {
      wait: () => this.playback.engine.wait,
      isUnfinished: () => this.#player.hasAttribute('unfinished'),
    };
  }

  #menuSources() {
    return { engine: this.playback.engine, captions: this.#captions, modes: this.#modes };
  }

  #menuHooks(signal: AbortSignal) {
    const stats = new StatsPanel(this.#parts, () => this.stats, signal);
    return {
      onSizes: () => this.#face.markNewSizes(false),
      chooseQuality: (size: number | null) => this.playback.chooseQuality(size),
      chooseAudio: (index: number) => this.playback.chooseAudio(index),
      setSpeed: (speed: number) => this.playback.setSpeed(speed),
      copyLink: (seconds: number | null) => void this.#copyLink(seconds),
      toggleStats: () => stats.toggle(),
      help: () => this.#help.open(),
      onClose: () => this.#autoHide.show(),
    };
  }

  #systemHooks() {
    return {
      play: () => void this.playback.play(),
      pause: () => this.playback.pause(),
      seek: (seconds: number) => this.playback.seek(seconds),
    };
  }

  #touchActions() {
    return {
      tap: () => (this.#autoHide.isShown ? this.#autoHide.hide() : this.#autoHide.show()),
      press: () => this.playback.toggle(),
      pressTwice: () => this.#modes.toggleFullscreen(),
      skip: (seconds: number) => {
        this.playback.seekBy(seconds);
        this.#feedback.skipped(seconds);
      },
    };
  }
}
