import { expect, test } from 'vitest';
import { sniff } from './sniff';

const text = (...parts: (string | Uint8Array)[]) =>
  new Blob(parts.map((part) => (typeof part === 'string' ? latin1(part) : part.slice())));
const latin1 = (value: string) => Uint8Array.from(value, (char) => char.charCodeAt(0));

function box(type: string, content: string): Uint8Array {
  const bytes = new Uint8Array(8 + content.length);
  new DataView(bytes.buffer).setUint32(0, bytes.length);
  bytes.set(latin1(type + content), 4);
  return bytes;
}

test('finds the codecs in the index of an MP4 file, at its start and behind a gigabyte-like middle', async () => {
  const index = box('moov', 'mvhd … stsd avc1 … stsd mp4a');
  const found = { container: 'mp4', codec: 'h264', audio_codec: 'aac' };
  expect(await sniff(text(box('ftyp', 'isom'), index, box('mdat', 'x'.repeat(1000))))).toEqual(found);
  expect(await sniff(text(box('ftyp', 'isom'), box('mdat', 'hev1'.repeat(300_000)), index))).toEqual(found);
});

test('names what a Matroska file holds, and tells WebM from it', async () => {
  const head = '\x1aE\xdf\xa3....';
  expect(await sniff(text(head, 'matroska V_MPEGH/ISO/HEVC A_OPUS'))).toEqual({
    container: 'matroska',
    codec: 'hevc',
    audio_codec: 'opus',
  });
  expect(await sniff(text(head, 'webm V_VP9'))).toMatchObject({ container: 'webm', codec: 'vp9' });
});

test('knows a transport stream by its packets', async () => {
  const packet = `G${'.'.repeat(187)}`;
  expect((await sniff(text(packet.repeat(4)))).container).toBe('mpegts');
});

test('says nothing of what it does not know, broken boxes included', async () => {
  expect(await sniff(text('These are words.'))).toEqual({});
  expect(await sniff(text(box('ftyp', 'isom'), '\0\0\0\x01moov'))).toMatchObject({ container: 'mp4' });
  expect(await sniff(new Blob([]))).toEqual({});
});
