import type { Playback, Video } from '@/api/types';
import type { CaptionTrack, Chapter } from '@/player';

/** What the player gets beside the manifest: the subtitles that have a file, and the chapters. */
export function detailsOf({ tracks, chapters }: Pick<Playback, 'tracks' | 'chapters'>): {
  tracks: CaptionTrack[];
  chapters: Chapter[];
} {
  const files = tracks.flatMap(({ url, ...track }) => (track.kind === 'subtitles' && url ? [{ ...track, url }] : []));
  return { tracks: files, chapters };
}

/** How many different sizes are complete. */
export function sizesMade({ rungs, state }: Pick<Video, 'rungs' | 'state'>): number {
  const made = state === 'ready' ? rungs : rungs.filter((rung) => rung.state === 'ready');
  return new Set(made.map(({ width, height }) => Math.min(width, height))).size;
}

/** How many audio tracks there are to choose from; 0 until all of them are complete. */
export function languagesMade({ tracks, state }: Pick<Video, 'tracks' | 'state'>): number {
  return state === 'ready' ? tracks.filter(({ kind }) => kind === 'audio').length : 0;
}
