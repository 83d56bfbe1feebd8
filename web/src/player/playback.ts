import { Engine, type Fault } from './engine';
import { frameAfter } from './frames';
import { Loader } from './loader';
import { sizeWithin } from './quality';
import { placeIn } from './resume';
import { loadSettings, saveSettings } from './settings';
import { StallGuard } from './stall-guard';
import type { Parts } from './template';
import { Thrift } from './thrift';

const USUAL_FRAME_RATE = 25;

type PlaybackHooks = {
  /** The manifest to load, absolute. */
  address: () => string;
  /** Whether parts of the video may still have to be made. */
  isUnfinished: () => boolean;
  onTracks: () => void;
  onFault: (fault: Fault) => void;
  onLoading: () => void;
  onLoaded: () => void;
  /** Larger sizes than before are on offer: the largest of them. */
  onGrown: (size: number) => void;
  /** The viewer asked for another moment. */
  onSeek: () => void;
};

/** Plays, stops, jumps and chooses: what every control in the end asks for. */
export class Playback {
  readonly engine: Engine;
  readonly #parts: Parts;
  readonly #loader: Loader;
  readonly #thrift: Thrift;
  readonly #hooks: PlaybackHooks;

  constructor(parts: Parts, hooks: PlaybackHooks, signal: AbortSignal) {
    const { video, stage } = parts;
    this.#parts = parts;
    this.#hooks = hooks;
    this.engine = new Engine(video, loadSettings().audio, {
      preferredSize: () => sizeWithin(this.engine.sizes, loadSettings().quality),
      onTracks: () => hooks.onTracks(),
      onBuffering: (buffering) => stage.classList.toggle('buffering', buffering),
      onFault: (fault) => hooks.onFault(fault),
    });
    this.#loader = new Loader(parts, this.engine, { ...hooks, play: () => this.play() }, signal);
    const guard = { isFetching: () => this.engine.isFetching, recover: () => void this.recover() };
    new StallGuard(video, guard, signal);
    const sparing = { isUnfinished: hooks.isUnfinished, spare: (on: boolean) => this.engine.spare(on) };
    this.#thrift = new Thrift(video, sparing, signal);
    this.#showSpeed(loadSettings().speed);
  }

  /** Loads from a moment, else from where this viewer left off, which it returns when it did so. */
  async start(seconds: number | null, id: string): Promise<{ loaded: boolean; resumedAt: number | null }> {
    const resumedAt = seconds === null && id ? placeIn(id) : null;
    const from = seconds ?? resumedAt ?? undefined;
    this.#thrift.awaitPlace(from ?? 0);
    const loaded = await this.#loader.load(from);
    return { loaded, resumedAt: loaded ? resumedAt : null };
  }

  /** Starts playing; without sound when the browser allows nothing else. */
  async play(): Promise<void> {
    const { video, unmute } = this.#parts;
    try {
      await video.play();
    } catch (error) {
      if (!(error instanceof DOMException && error.name === 'NotAllowedError')) return;
      const silent = video.muted;
      video.muted = true;
      unmute.hidden = silent;
      await video.play().catch(() => undefined);
    }
  }

  pause(): void {
    this.#parts.video.pause();
  }

  toggle(): void {
    if (this.#parts.video.paused) void this.play();
    else this.pause();
  }

  /** Where it stands, or where it is on its way to. */
  get place(): number {
    return this.#loader.place;
  }

  /** Jumps to a moment. */
  seek(seconds: number): void {
    const { duration } = this.#parts.video;
    const end = Number.isFinite(duration) ? duration : seconds;
    const to = Math.min(end, Math.max(0, seconds));
    this.#thrift.awaitPlace(to);
    this.#loader.seek(to);
    this.#hooks.onSeek();
  }

  /** Jumps from where it is. */
  seekBy(seconds: number): void {
    this.seek(this.place + seconds);
  }

  /** Shows another picture, while it is paused. */
  step(frames: number): void {
    const { paused, currentTime } = this.#parts.video;
    if (paused) this.seek(frameAfter(currentTime, this.engine.frameRate ?? USUAL_FRAME_RATE, frames));
  }

  setSpeed(speed: number): void {
    this.#showSpeed(speed);
    saveSettings({ speed });
  }

  #showSpeed(speed: number): void {
    const { video } = this.#parts;
    video.defaultPlaybackRate = speed; // which loading goes back to
    video.playbackRate = speed;
  }

  chooseQuality(size: number | null): void {
    saveSettings({ quality: size });
    this.engine.choose(size);
  }

  chooseAudio(index: number): void {
    const track = this.engine.audioTracks[index];
    if (!track) return;
    saveSettings({ audio: track.lang });
    this.engine.chooseAudio(index);
  }

  /** Takes in what the manifest has come to name since it was read. */
  grow(): Promise<void> {
    return this.#loader.grow();
  }

  recover(): Promise<void> {
    return this.#loader.recover();
  }

  retry(): Promise<void> {
    return this.#loader.retry();
  }
}
