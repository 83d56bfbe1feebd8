import shaka from 'shaka-player/dist/shaka-player.compiled-es2021.js';

type Manifest = shaka.extern.Manifest;
type Stream = shaka.extern.Stream;
type Variant = shaka.extern.Variant;

/**
 * Adds to a manifest that plays what its master playlist has come to name since.
 * A player reads a master once: reading it again by loading would tear down what
 * is buffered and show a break. So a second parser reads it, and the variants
 * that are new move over. All playlists of a version share their boundaries and
 * their clock, so what the second parser finds fits the first one's timeline.
 */
export class Growth {
  readonly #player: shaka.Player;
  /** Their streams read their playlists when they are first chosen: they live as long as the manifest. */
  #parsers: shaka.hls.HlsParser[] = [];

  constructor(player: shaka.Player) {
    this.#player = player;
  }

  /** Reads the master again; true when it named something new. Rejects when it cannot be read. */
  async take(url: string): Promise<boolean> {
    const playing = this.#player.getManifest();
    if (!playing) return false;
    const parser = new shaka.hls.HlsParser();
    this.#parsers.push(parser);
    parser.configure(this.#player.getConfiguration().manifest);
    const read: Manifest = await parser.start(url, this.#interface());
    if (this.#player.getManifest() !== playing) return false; // loaded anew meanwhile
    return graft(read.variants.filter(isPlayable), playing);
  }

  /** Forgets everything that was added: the manifest is gone. */
  async stop(): Promise<void> {
    const parsers = this.#parsers;
    this.#parsers = [];
    await Promise.all(parsers.map((parser) => parser.stop()));
  }

  #interface(): shaka.extern.ManifestParser.PlayerInterface {
    const nothing = () => undefined;
    return {
      networkingEngine: this.#player.getNetworkingEngine() as shaka.net.NetworkingEngine,
      filter: async () => undefined,
      makeTextStreamsForClosedCaptions: nothing,
      onTimelineRegionAdded: nothing,
      onEvent: nothing,
      onError: nothing,
      isLowLatencyMode: () => false,
      updateDuration: nothing,
      newDrmInfo: nothing,
      onManifestUpdated: nothing,
      getBandwidthEstimate: () => this.#player.getStats().estimatedBandwidth,
      onMetadata: async () => undefined,
      disableStream: () => false,
      addFont: nothing,
      getStreamingRetryParameters: () => this.#player.getConfiguration().streaming.retryParameters,
      onSegmentReceived: nothing,
    };
  }
}

/** Moves the variants that are new to a manifest into it; true when there were any. */
function graft(variants: readonly Variant[], into: Manifest): boolean {
  const streams = streamsOf(into.variants);
  const named = new Set(into.variants.map(nameOf));
  let id = Math.max(0, ...into.variants.flatMap((variant) => [variant.id, ...streamsIn(variant).map((one) => one.id)]));
  const own = (stream: Stream | null): Stream | null => {
    if (!stream) return null;
    const known = streams.get(nameOfStream(stream));
    if (known) return known;
    stream.id = ++id;
    streams.set(nameOfStream(stream), stream);
    return stream;
  };
  const added = variants.filter((variant) => !named.has(nameOf(variant)));
  for (const variant of added) {
    variant.id = ++id;
    variant.video = own(variant.video);
    variant.audio = own(variant.audio);
    into.variants.push(variant);
  }
  return added.length > 0;
}

function streamsIn({ video, audio }: Variant): Stream[] {
  return [video, audio].filter((stream) => stream !== null);
}

function streamsOf(variants: readonly Variant[]): Map<string, Stream> {
  return new Map(variants.flatMap(streamsIn).map((stream) => [nameOfStream(stream), stream]));
}

/** The address of a stream's playlist as the master gives it. */
function nameOfStream({ type, originalId }: Stream): string {
  return `${type} ${originalId}`;
}

function nameOf(variant: Variant): string {
  return streamsIn(variant).map(nameOfStream).join(' ');
}

function isPlayable(variant: Variant): boolean {
  return streamsIn(variant).every(({ mimeType, codecs }) =>
    MediaSource.isTypeSupported(`${mimeType}; codecs="${codecs}"`),
  );
}
