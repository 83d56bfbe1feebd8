const SKIP_SECONDS = 10;

/** What the system shows of a video beside its own keys. */
export type Described = { heading: string; byline: string; poster: string };

type Controls = {
  play: () => void;
  pause: () => void;
  seek: (seconds: number) => void;
};

/** Tells the system what plays, and obeys its keys, headsets and lock screen. */
export class SystemControls {
  readonly #video: HTMLVideoElement;
  readonly #described: () => Described;

  constructor(video: HTMLVideoElement, described: () => Described, controls: Controls, signal: AbortSignal) {
    this.#video = video;
    this.#described = described;
    if (!('mediaSession' in navigator)) return;
    const handlers = handlersFor(video, controls);
    const take = () => {
      this.describe();
      for (const [action, handler] of handlers) navigator.mediaSession.setActionHandler(action, handler);
    };
    video.addEventListener('play', take, { signal });
    for (const type of ['durationchange', 'ratechange', 'seeked', 'play', 'pause'] as const) {
      video.addEventListener(type, () => this.#showPosition(), { signal });
    }
    signal.addEventListener('abort', () => {
      for (const [action] of handlers) navigator.mediaSession.setActionHandler(action, null);
      navigator.mediaSession.metadata = null;
    });
  }

  /** Names the video to the system. */
  describe(): void {
    const { heading, byline, poster } = this.#described();
    if (!('mediaSession' in navigator)) return;
    navigator.mediaSession.metadata = new MediaMetadata({
      title: heading,
      artist: byline,
      artwork: poster ? [{ src: new URL(poster, document.baseURI).href }] : [],
    });
  }

  #showPosition(): void {
    const { duration, currentTime, playbackRate } = this.#video;
    if (!Number.isFinite(duration)) return;
    navigator.mediaSession.setPositionState({ duration, playbackRate, position: Math.min(currentTime, duration) });
  }
}

function handlersFor(video: HTMLVideoElement, { play, pause, seek }: Controls) {
  const by = (seconds: number) => seek(video.currentTime + seconds);
  return [
    ['play', play],
    ['pause', pause],
    ['seekbackward', ({ seekOffset }) => by(-(seekOffset ?? SKIP_SECONDS))],
    ['seekforward', ({ seekOffset }) => by(seekOffset ?? SKIP_SECONDS)],
    ['seekto', ({ seekTime }) => seek(seekTime ?? video.currentTime)],
  ] satisfies [MediaSessionAction, MediaSessionActionHandler][];
}
