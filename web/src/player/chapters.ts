/** A named part of a video, to the start of the next one. */
export type Chapter = { readonly start: number; readonly title: string };

const GAP_PX = 3;
const BEGINNING_SECONDS = 1;

/**
 * The chapters in order, without those that begin outside the video or where
 * another one does. One that begins within the first second begins the video:
 * sources are off by the delay of their sound.
 */
export function chaptersIn(chapters: readonly Chapter[], duration: number): Chapter[] {
  const inside = chapters.filter(({ start }) => start >= 0 && start < duration);
  const snapped = inside.map(({ start, title }) => ({ start: start < BEGINNING_SECONDS ? 0 : start, title }));
  const ordered = snapped.toSorted((a, b) => a.start - b.start);
  return ordered.filter(({ start }, index) => start !== ordered[index - 1]?.start);
}

/** The title of the chapter a moment lies in; empty before the first one and without any. */
export function chapterAt(chapters: readonly Chapter[], seconds: number): string {
  return chapters.findLast(({ start }) => start <= seconds)?.title ?? '';
}

/** A CSS mask that leaves a gap in the bar where a chapter begins; "none" for a bar in one piece. */
export function gapsIn(chapters: readonly Chapter[], duration: number): string {
  const starts = chaptersIn(chapters, duration)
    .map(({ start }) => start)
    .filter((start) => start > 0);
  if (starts.length === 0) return 'none';
  const stops = starts.flatMap((start) => {
    const share = `${((100 * start) / duration).toFixed(3)}%`;
    const [before, after] = [`calc(${share} - ${GAP_PX / 2}px)`, `calc(${share} + ${GAP_PX / 2}px)`];
    return [`#000 ${before}`, `transparent ${before}`, `transparent ${after}`, `#000 ${after}`];
  });
  return `linear-gradient(to right, #000 0, ${stops.join(', ')})`;
}
