/** More than rounding adds up to in the playlist of a day. */
const EXACT_SECONDS = 0.05;
const BANDWIDTH_KEY = 'matinee-bandwidth';

/** How Shaka is set up before it loads anything. */
export function configuration(): object {
  const known = knownBandwidth();
  return {
    manifest: {
      hls: { disableClosedCaptionsDetection: true },
      retryParameters: { maxAttempts: 4 },
      // Captions come from their files and are drawn by us; chapters come from the page.
      disableText: true,
      disableChapters: true,
    },
    // A segment that is made on demand is answered after seconds, or with 503: patience.ts asks again.
    streaming: {
      retryParameters: { maxAttempts: 6, timeout: 30_000, connectionTimeout: 0 },
      bufferingGoal: 12,
      // Our playlists are exact. Shaka would fetch the segment before the one that a jump goes to, for half of all jumps.
      inaccurateManifestTolerance: EXACT_SECONDS,
    },
    abr: {
      switchInterval: 2,
      restrictToElementSize: true,
      ...(known > 0 && { defaultBandwidthEstimate: known, useNetworkInformation: false }),
    },
  };
}

function knownBandwidth(): number {
  try {
    return Number(sessionStorage.getItem(BANDWIDTH_KEY)) || 0;
  } catch {
    return 0;
  }
}

/** Remembers the bandwidth for the next video of this session. */
export function rememberBandwidth(bitsPerSecond: number): void {
  if (!(bitsPerSecond > 0)) return;
  try {
    sessionStorage.setItem(BANDWIDTH_KEY, String(Math.round(bitsPerSecond)));
  } catch {
    // Storage can be blocked or full: the next video measures again.
  }
}
