import { t } from '@lingui/core/macro';
import type { Captions } from './captions';
import type { Feedback } from './feedback';
import type { KeyAction } from './keys';
import type { Playback } from './playback';
import type { Sound } from './sound';
import { speedAfter } from './speeds';
import type { WindowModes } from './window-modes';

type Staff = {
  readonly video: HTMLVideoElement;
  readonly playback: Playback;
  readonly sound: Sound;
  readonly captions: Captions;
  readonly modes: WindowModes;
  readonly feedback: Feedback;
  readonly help: { open: () => void };
};

/** Carries out what a key asks for, and says what came of it. */
export function obey(action: KeyAction, staff: Staff): void {
  const { video, playback, sound, modes, feedback } = staff;
  switch (action.do) {
    case 'toggle':
      playback.toggle();
      break;
    case 'fullscreen':
      modes.toggleFullscreen();
      break;
    case 'theater':
      modes.toggleTheater();
      break;
    case 'picture-in-picture':
      void modes.toggleSmallWindow();
      break;
    case 'help':
      staff.help.open();
      break;
    case 'captions':
      toggleCaptions(staff);
      break;
    case 'mute':
      sound.toggle();
      feedback.say(sound.words);
      break;
    case 'volume-by':
      sound.set((video.muted ? 0 : video.volume) + action.share);
      feedback.say(sound.words);
      break;
    case 'speed-by':
      playback.setSpeed(speedAfter(video.playbackRate, action.steps));
      feedback.say(t`Speed ${video.playbackRate}×`);
      break;
    case 'seek-by':
      playback.seekBy(action.seconds);
      feedback.skipped(action.seconds);
      break;
    case 'seek-to':
      playback.seek(action.share * (video.duration || 0));
      break;
    case 'frame-by':
      playback.step(action.frames);
      break;
  }
}

function toggleCaptions({ captions, feedback }: Staff): void {
  captions.toggle();
  feedback.say(captionWords(captions));
}

function captionWords({ tracks, chosenName }: Captions): string {
  if (tracks.length === 0) return t`This video has no captions.`;
  return chosenName ? t`Captions: ${chosenName}` : t`Captions off`;
}
