import { Deck, type Details } from './deck';
import type { PlayerStats } from './stats';
import { sheets } from './styles';
import { render } from './template';

/**
 * `<matinee-player src poster autoplay start video-id heading byline link theater unfinished>`:
 * plays an HLS or DASH manifest with its own controls, on any page of ours or
 * somebody else's. It knows nothing of the application around it.
 *
 * `start` is a moment in seconds; without it playback resumes where this
 * browser left off in `video-id`. `heading` and `byline` name the video to the
 * system, `link` is what "Copy link" copies. With `theater="off"` or `"on"` the
 * page says that it has a wide place for the player and whether it is there; an
 * event `theater` asks for the other. `unfinished` says that parts of the video may
 * still have to be made. `details` are subtitle files, chapters and the storyboard.
 *
 * It re-sends `play`, `pause`, `ended` and `timeupdate` of its video element,
 * and `fault` with `{ kind, code }`.
 */
export class MatineePlayer extends HTMLElement {
  static readonly observedAttributes = ['src', 'poster', 'theater'];

  #deck: Deck | null = null;
  #video: HTMLVideoElement | null = null;
  #details: Details = { tracks: [], chapters: [] };
  #abort = new AbortController();

  connectedCallback(): void {
    this.#abort = new AbortController();
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    root.replaceChildren();
    root.adoptedStyleSheets = sheets();
    const parts = render(root);
    this.#video = parts.video;
    this.#deck = new Deck(this, parts, this.#abort.signal);
    this.#deck.take(this.#details);
    if (this.getAttribute('src')) void this.#deck.start();
  }

  disconnectedCallback(): void {
    this.#video?.pause();
    this.#abort.abort();
    void this.#deck?.close();
    this.#deck = null;
    this.#video = null;
  }

  attributeChangedCallback(attribute: string, before: string | null, now: string | null): void {
    if (!this.#deck || before === now) return;
    if (attribute === 'poster') this.#deck.showPoster();
    if (attribute === 'theater') this.#deck.showModes();
    if (attribute === 'src' && now) void this.#deck.start();
  }

  /** The subtitle files, the chapters and the storyboard. */
  get details(): Details {
    return this.#details;
  }

  set details(details: Details) {
    this.#details = details;
    this.#deck?.take(details);
  }

  async play(): Promise<void> {
    await this.#live.playback.play();
  }

  pause(): void {
    this.#live.playback.pause();
  }

  toggle(): void {
    this.#live.playback.toggle();
  }

  /** Jumps to a moment. */
  seek(seconds: number): void {
    this.#live.playback.seek(seconds);
  }

  /** Says that the manifest may have grown: what it names anew is taken in while it plays on. */
  refresh(): void {
    void this.#live.playback.grow();
  }

  get video(): HTMLVideoElement {
    if (!this.#video) throw outside();
    return this.#video;
  }

  get stats(): PlayerStats {
    return this.#live.stats;
  }

  get #live(): Deck {
    if (!this.#deck) throw outside();
    return this.#deck;
  }
}

function outside(): Error {
  return new Error('matinee-player is not in a document');
}
