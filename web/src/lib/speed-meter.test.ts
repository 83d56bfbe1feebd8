import { expect, test } from 'vitest';
import { SpeedMeter } from './speed-meter';

test('a speed is measured over a while and follows changes smoothly', () => {
  const meter = new SpeedMeter(0, 0);
  expect(meter.measure(100, 50_000)).toBe(0);
  expect(meter.measure(1000, 1_000_000)).toBe(1_000_000);
  expect(meter.measure(2000, 1_000_000)).toBe(700_000);
});
