const TIMING = /^((?:\d+:)?\d{2}:\d{2}\.\d{3})\s+-->\s+((?:\d+:)?\d{2}:\d{2}\.\d{3})/;
const FRAGMENT = /#xywh=(?:pixel:)?(\d+),(\d+),(\d+),(\d+)$/;

/** A picture of some moments: a part of a sheet, in its pixels. */
export type Tile = {
  readonly start: number;
  readonly end: number;
  readonly sheet: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
};

/** Reads the cues of a storyboard: WebVTT whose texts are addresses of sheets with a part of each (Media Fragments, #xywh). */
export function tilesFrom(text: string, base: string): Tile[] {
  return text.split(/\r?\n\r?\n/).flatMap((block) => {
    const lines = block.split(/\r?\n/);
    const at = lines.findIndex((line) => TIMING.test(line));
    const [, start = '', end = ''] = TIMING.exec(lines[at] ?? '') ?? [];
    const address = lines[at + 1]?.trim() ?? '';
    const part = FRAGMENT.exec(address);
    const sheet = URL.parse(address.replace(/#.*/, ''), base);
    if (at < 0 || !part || !sheet) return [];
    const [x = 0, y = 0, width = 0, height = 0] = part.slice(1).map(Number);
    return [{ start: secondsIn(start), end: secondsIn(end), sheet: sheet.href, x, y, width, height }];
  });
}

function secondsIn(clock: string): number {
  return clock.split(':').reduce((sum, part) => 60 * sum + Number(part), 0);
}

/** The picture of a moment; the last one for the rounding at the end. */
export function tileAt(tiles: readonly Tile[], seconds: number): Tile | null {
  return tiles.findLast(({ start }) => start <= seconds) ?? null;
}

/** The pictures of a video's moments: read when the first of them is wanted, each sheet once. */
export class Storyboard {
  #address: string | null = null;
  #tiles: readonly Tile[] | null = null;
  #asking = false;
  readonly #sheets = new Map<string, HTMLImageElement>();

  /** Takes the address of the cues; null where there are none. */
  take(address: string | null): void {
    if (address === this.#address) return;
    this.#address = address;
    this.#tiles = null;
    this.#sheets.clear();
  }

  /** The picture of a moment, when its sheet is here; else null, and `onCome` is called once it may be. */
  at(seconds: number, onCome: () => void): Tile | null {
    if (!this.#tiles) {
      void this.#ask(onCome);
      return null;
    }
    const tile = tileAt(this.#tiles, seconds);
    return tile && this.#isHere(tile.sheet, onCome) ? tile : null;
  }

  async #ask(onCome: () => void): Promise<void> {
    const address = this.#address;
    if (!address || this.#asking) return;
    this.#asking = true;
    try {
      const answer = await fetch(address);
      const tiles = answer.ok ? tilesFrom(await answer.text(), address) : [];
      if (address === this.#address) this.#tiles = tiles;
      onCome();
    } catch {
      // No line: the time alone is shown, and the next look asks again.
    } finally {
      this.#asking = false;
    }
  }

  #isHere(sheet: string, onCome: () => void): boolean {
    const known = this.#sheets.get(sheet);
    if (known) return known.complete && known.naturalWidth > 0;
    const image = new Image();
    image.onload = onCome;
    image.onerror = () => this.#sheets.delete(sheet);
    image.src = sheet;
    this.#sheets.set(sheet, image);
    return false;
  }
}
