const FLOAT_SLACK = 0.01;

/** The moment some frames later or earlier: the middle of that frame, so that rounding cannot show its neighbour. */
export function frameAfter(seconds: number, frameRate: number, frames: number): number {
  const shown = Math.floor(seconds * frameRate + FLOAT_SLACK);
  return Math.max(0, shown + frames + 0.5) / frameRate;
}
