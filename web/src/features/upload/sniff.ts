/** What the first bytes of a file tell about it. */
export type Sniffed = { container?: string; codec?: string; audio_codec?: string };

const HEAD_BYTES = 512 * 1024;
const INDEX_BYTES = 4 * 1024 * 1024;
const MAX_BOXES = 64;

/** Names of codecs as they stand in files, with ours. The first of a kind that is found counts. */
const VIDEO_MARKS = {
  avc1: 'h264',
  avc3: 'h264',
  hvc1: 'hevc',
  hev1: 'hevc',
  vp09: 'vp9',
  av01: 'av1',
  'V_MPEG4/ISO/AVC': 'h264',
  'V_MPEGH/ISO/HEVC': 'hevc',
  V_VP8: 'vp8',
  V_VP9: 'vp9',
  V_AV1: 'av1',
};
const AUDIO_MARKS = {
  mp4a: 'aac',
  Opus: 'opus',
  'ac-3': 'ac3',
  A_AAC: 'aac',
  A_OPUS: 'opus',
  A_VORBIS: 'vorbis',
  A_AC3: 'ac3',
};

/** Looks at a file without reading all of it. Wrong or nothing is no harm: the server looks for itself. */
export async function sniff(file: Blob): Promise<Sniffed> {
  const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  const container = containerOf(head);
  if (container !== 'mp4') return { container, ...codecsIn(textOf(head)) };
  return { container, ...codecsIn(await indexOf(file)) };
}

function containerOf(head: Uint8Array): string | undefined {
  const text = textOf(head.subarray(0, 64));
  if (text.slice(4, 8) === 'ftyp') return 'mp4';
  if (text.startsWith('\x1aE\xdf\xa3')) return text.includes('webm') ? 'webm' : 'matroska';
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'AVI ') return 'avi';
  if (head[0] === 0x47 && head[188] === 0x47 && head[376] === 0x47) return 'mpegts';
  return undefined;
}

/** The beginning of the index of an MP4 file (its moov box), wherever it lies; empty where none is found. */
async function indexOf(file: Blob): Promise<string> {
  let at = 0;
  for (let box = 0; box < MAX_BOXES && at + 8 <= file.size; box++) {
    const bytes = new DataView(await file.slice(at, at + 16).arrayBuffer());
    const type = textOf(new Uint8Array(bytes.buffer, 4, 4));
    const size = sizeOf(bytes, file.size - at);
    if (size < 8) return '';
    if (type === 'moov')
      return textOf(new Uint8Array(await file.slice(at, at + Math.min(size, INDEX_BYTES)).arrayBuffer()));
    at += size;
  }
  return '';
}

/** The size of a box (ISO/IEC 14496-12 §4.2): 0 reaches to the end, 1 says that 64 bits follow. */
function sizeOf(bytes: DataView, rest: number): number {
  const size = bytes.getUint32(0);
  if (size === 0) return rest;
  return size === 1 && bytes.byteLength >= 16 ? Number(bytes.getBigUint64(8)) : size;
}

function codecsIn(text: string): Pick<Sniffed, 'codec' | 'audio_codec'> {
  return { codec: firstOf(VIDEO_MARKS, text), audio_codec: firstOf(AUDIO_MARKS, text) };
}

function firstOf(marks: Record<string, string>, text: string): string | undefined {
  const found = Object.keys(marks).filter((mark) => text.includes(mark));
  const [first] = found.sort((a, b) => text.indexOf(a) - text.indexOf(b));
  return first && marks[first];
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes);
}
