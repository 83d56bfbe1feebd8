import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import type { Video } from '../src/api/types.ts';
import { addVideo, test as base, expect, PlayerOnPage, readyVideo } from './fixtures.ts';

/** What the languages of the film sound like. */
export const TONES = { en: 440, de: 1320 } as const;

const SUBTITLES = {
  eng: '1\n00:00:02,000 --> 00:00:04,000\nThe sea is calm.\n\n2\n00:00:06,000 --> 00:00:10,000\n<i>Thunder</i>\n',
  ger: '1\n00:00:02,000 --> 00:00:04,000\nDie See ist ruhig.\n\n2\n00:00:06,000 --> 00:00:10,000\nDonner\n',
} as const;

const CHAPTERS = `;FFMETADATA1
[CHAPTER]
TIMEBASE=1/1000
START=0
END=4000
title=Calm
[CHAPTER]
TIMEBASE=1/1000
START=4000
END=12000
title=Storm
`;

type Films = {
  /** 12 s with two languages to hear, two to read, and two chapters. */
  film: Video;
  /** 8 s of sound with a picture of its record. */
  song: Video;
};

type Pages = { player: PlayerOnPage };

export const test = base.extend<Pages, Films>({
  player: async ({ page }, use) => use(new PlayerOnPage(page)),
  film: [
    async ({ admin }, use) => {
      await withFolder(async (folder) => {
        const file = join(folder, 'film.mkv');
        await makeFilm(folder, file);
        const { id } = await addVideo(admin, file, { title: 'Calm and storm', visibility: 'public' });
        await use(await readyVideo(admin, id));
      });
    },
    { scope: 'worker', timeout: 180_000 },
  ],
  song: [
    async ({ admin }, use) => {
      await withFolder(async (folder) => {
        const file = join(folder, 'song.m4a');
        makeSong(folder, file);
        const { id } = await addVideo(admin, file, { title: 'A song', visibility: 'public' });
        await use(await readyVideo(admin, id));
      });
    },
    { scope: 'worker', timeout: 180_000 },
  ],
});

export { expect };

async function withFolder(act: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'matinee-film-'));
  await act(folder);
  await rm(folder, { recursive: true });
}

function ffmpeg(...args: string[]): void {
  execFileSync('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...args]);
}

const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];

async function makeFilm(folder: string, file: string): Promise<void> {
  const [english, german, chapters] = ['en.srt', 'de.srt', 'chapters.txt'].map((name) => join(folder, name));
  if (!english || !german || !chapters) throw new Error('no names');
  await writeFile(english, SUBTITLES.eng);
  await writeFile(german, SUBTITLES.ger);
  await writeFile(chapters, CHAPTERS);
  const inputs = [
    ['-f', 'lavfi', '-i', 'testsrc2=s=640x360:r=25:d=12'],
    ['-f', 'lavfi', '-i', `sine=f=${TONES.en}:r=48000:d=12`],
    ['-f', 'lavfi', '-i', `sine=f=${TONES.de}:r=48000:d=12`],
    ...[english, german, chapters].map((name) => ['-i', name]),
  ];
  const maps = ['0:v', '1:a', '2:a', '3:s', '4:s'].flatMap((stream) => ['-map', stream]);
  const languages = [
    ['-metadata:s:a:0', 'language=eng'],
    ['-metadata:s:a:1', 'language=ger'],
    ['-metadata:s:s:0', 'language=eng'],
    ['-metadata:s:s:1', 'language=ger'],
  ];
  const codecs = [...X264, '-c:a', 'aac', '-c:s', 'srt'];
  ffmpeg(...inputs.flat(), ...maps, '-map_chapters', '5', ...languages.flat(), ...codecs, file);
}

function makeSong(folder: string, file: string): void {
  const cover = join(folder, 'cover.jpg');
  ffmpeg('-f', 'lavfi', '-i', 'testsrc2=s=480x480:d=1', '-frames:v', '1', cover);
  const sound = ['-f', 'lavfi', '-i', 'sine=f=330:r=48000:d=8'];
  const maps = ['-map', '0:a', '-map', '1:v', '-c:a', 'aac', '-c:v', 'copy', '-disposition:v:0', 'attached_pic'];
  ffmpeg(...sound, '-i', cover, ...maps, file);
}

/** Serious and critical findings of axe, in words. */
export async function barriers(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
}
