import { expect, test } from 'vitest';
import { Thrift } from './thrift';

type State = { ahead: number; unfinished?: boolean; seeking?: boolean; paused?: boolean };

/** A video that stands at 100 s of 1000 s, and what it has been told. */
function watching() {
  const told: boolean[] = [];
  const video = Object.assign(new EventTarget(), { currentTime: 100, duration: 1000, paused: false, seeking: false });
  let end = 0;
  let unfinished = true;
  Object.assign(video, {
    buffered: { length: 1, start: () => 90, end: () => end },
  });
  const hooks = { isUnfinished: () => unfinished, spare: (on: boolean) => told.push(on) };
  const thrift = new Thrift(video as unknown as HTMLVideoElement, hooks, new AbortController().signal);
  const see = (state: State) => {
    end = video.currentTime + state.ahead;
    unfinished = state.unfinished ?? true;
    Object.assign(video, { seeking: state.seeking ?? false, paused: state.paused ?? false });
    video.dispatchEvent(new Event('timeupdate'));
  };
  return { thrift, video, told, see };
}

test('a jump to where nothing is buffered spares, until there is plenty', () => {
  const { thrift, told, see } = watching();
  thrift.awaitPlace(500);
  expect(told).toEqual([true]);
  see({ ahead: 0, seeking: true });
  see({ ahead: 4 });
  expect(told).toEqual([true]);
  see({ ahead: 9 });
  expect(told).toEqual([true, false]);
});

test('a jump within what is buffered changes nothing', () => {
  const { thrift, told, see } = watching();
  see({ ahead: 9 });
  thrift.awaitPlace(103);
  expect(told).toEqual([]);
});

test('who has little left while it plays spares again', () => {
  const { told, see } = watching();
  see({ ahead: 9 });
  see({ ahead: 2 });
  see({ ahead: 5 });
  expect(told).toEqual([true]);
});

test('a pause with little buffered is no reason to spare', () => {
  const { told, see } = watching();
  see({ ahead: 2, paused: true });
  expect(told).toEqual([]);
});

test('near the end there is nothing more to wait for', () => {
  const { video, told, see } = watching();
  see({ ahead: 1 });
  video.currentTime = 996;
  see({ ahead: 4 });
  expect(told).toEqual([true, false]);
});

test('a video that is all there is never spared, and no longer once it is', () => {
  const { thrift, told, see } = watching();
  see({ ahead: 1, unfinished: false });
  thrift.awaitPlace(500);
  expect(told).toEqual([]);
  see({ ahead: 1 });
  see({ ahead: 1, unfinished: false });
  expect(told).toEqual([true, false]);
});
