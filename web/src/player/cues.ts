const TOP_SHARE = 40;
const TOP_LINES = 4;

/** Draws what is said now into a box: words at its bottom, unless a cue asks for the top. */
export function showCues(box: HTMLElement, cues: readonly TextTrackCue[]): void {
  const drawn = cues.filter((cue) => cue instanceof VTTCue);
  box.replaceChildren(
    group('top', drawn.filter(isOnTop)),
    group(
      'bottom',
      drawn.filter((cue) => !isOnTop(cue)),
    ),
  );
}

function group(place: 'top' | 'bottom', cues: readonly VTTCue[]): HTMLElement {
  const element = document.createElement('div');
  element.className = `cues ${place}`;
  element.append(...cues.map(line));
  return element;
}

function line(cue: VTTCue): HTMLElement {
  const element = document.createElement('p');
  const words = document.createElement('span');
  // The browser's own reader makes this: plain text, i, b, u, ruby and spans, never markup of the file's.
  words.append(cue.getCueAsHTML());
  element.dataset.align = cue.align;
  element.append(words);
  return element;
}

function isOnTop({ line: at, snapToLines }: VTTCue): boolean {
  if (typeof at !== 'number') return false;
  return snapToLines ? at >= 0 && at < TOP_LINES : at < TOP_SHARE;
}
