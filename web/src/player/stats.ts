import type { Engine, EngineStats } from './engine';
import { pairsOf, rangeAround } from './ranges';

/** What tests and support can read off a player. */
export type PlayerStats = EngineStats & {
  currentTime: number;
  duration: number;
  paused: boolean;
  buffered: (readonly [start: number, end: number])[];
  /** Seconds that can be played without fetching anything. */
  bufferedAhead: number;
  /** Of the picture that is decoded. */
  width: number;
  height: number;
  /** Of its place on the page. */
  boxWidth: number;
  boxHeight: number;
  sizes: number[];
  /** How many languages or mixes are on offer. */
  audioTracks: number;
  /** The language that is heard; empty before it is known. */
  audioLanguage: string;
  playbackRate: number;
};

/** The numbers of a video element and the engine below it. */
export function statsOf(video: HTMLVideoElement, engine: Engine): PlayerStats {
  const { currentTime, duration, paused, videoWidth, videoHeight, clientWidth, clientHeight, playbackRate } = video;
  const buffered = pairsOf(video.buffered);
  const { audioTracks } = engine;
  const end = rangeAround(buffered, currentTime)?.[1] ?? currentTime;
  return {
    ...engine.stats,
    currentTime,
    duration,
    paused,
    buffered,
    bufferedAhead: Math.max(0, end - currentTime),
    width: videoWidth,
    height: videoHeight,
    boxWidth: clientWidth,
    boxHeight: clientHeight,
    sizes: engine.sizes,
    audioTracks: audioTracks.length,
    audioLanguage: audioTracks.find(({ active }) => active)?.lang ?? '',
    playbackRate,
  };
}
