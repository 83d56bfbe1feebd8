import { expect, test } from 'vitest';
import { JumpKeeper } from './jump-keeper';

function keeping() {
  const video = Object.assign(new EventTarget(), { currentTime: 500, seeking: false });
  const keeper = new JumpKeeper(video as unknown as HTMLVideoElement, new AbortController().signal);
  const say = (type: string, currentTime: number, seeking: boolean) => {
    Object.assign(video, { currentTime, seeking });
    video.dispatchEvent(new Event(type));
    return video.currentTime;
  };
  return { keeper, video, say };
}

test('a jump that something undoes before it is told of is made again', () => {
  const { keeper, video, say } = keeping();
  keeper.jump(100);
  expect(video.currentTime).toBe(100);
  expect(say('seeking', 500, true)).toBe(100);
  expect(say('seeking', 100, true)).toBe(100);
  expect(say('seeked', 100, false)).toBe(100);
});

test('once it has arrived, whoever moves the place may', () => {
  const { keeper, say } = keeping();
  keeper.jump(100);
  say('seeked', 100, false);
  expect(say('seeking', 500, true)).toBe(500);
});

test('a place that is put a little later is left alone', () => {
  const { keeper, say } = keeping();
  keeper.jump(100);
  expect(say('seeking', 100.4, true)).toBe(100.4);
});

test('it does not quarrel for ever', () => {
  const { keeper, say } = keeping();
  keeper.jump(100);
  const places = Array.from({ length: 5 }, () => say('seeking', 500, true));
  expect(places).toEqual([100, 100, 100, 500, 500]);
});

test('what is loaded anew begins where it begins', () => {
  const { keeper, say } = keeping();
  keeper.jump(100);
  say('emptied', 0, false);
  expect(say('seeking', 500, true)).toBe(500);
});
