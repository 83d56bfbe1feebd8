import type { Playback, Video } from '@/api/types';
import type { CaptionTrack, Chapter } from '@/player';

/** What the player gets beside the manifest: the subtitles that have a file, the chapters and the storyboard. */
export function detailsOf({ tracks, chapters, storyboard }: Pick<Playback, 'tracks' | 'chapters' | 'storyboard'>): {
  tracks: CaptionTrack[];
  chapters: Chapter[];
  storyboard: string | null;
} {
  const files = tracks.flatMap(({ url, ...track }) => (track.kind === 'subtitles' && url ? [{ ...track, url }] : []));
  return { tracks: files, chapters, storyboard };
}

/** What there is to play, in one text that differs whenever something was added. */
export function offerOf({ rungs, tracks, state }: Pick<Video, 'rungs' | 'tracks' | 'state'>): string {
  return [state, ...rungs.map((rung) => `${rung.id} ${rung.state}`), ...tracks.map(({ id }) => id)].join('\n');
}
