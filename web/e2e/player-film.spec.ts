import type { Page } from '@playwright/test';
import { expect, TONES, test } from './player-fixtures.ts';

test.describe('a film with languages and chapters', () => {
  test('shows captions at their time, in the language chosen, above the bar', async ({ page, player, film }) => {
    await page.goto(`/w/${film.id}?t=3`);
    await player.until('it is loaded', ({ duration }) => duration > 0);
    const words = page.locator('matinee-player [data-part=captions]');
    await page.getByRole('button', { name: 'Captions off (C)' }).click();
    await page.getByRole('menuitemradio', { name: 'English' }).click();
    await expect(words).toHaveText('The sea is calm.');

    const bar = await page.locator('matinee-player [data-part=timeline]').boundingBox();
    const cue = await words.locator('p span').boundingBox();
    expect((cue?.y ?? 0) + (cue?.height ?? 0)).toBeLessThanOrEqual(bar?.y ?? 0);

    await page.keyboard.press('ArrowRight');
    await player.until('it is at 8 s', ({ currentTime }) => Math.round(currentTime) === 8);
    await expect(words).toHaveText('Thunder');
    await expect(words.locator('i')).toHaveText('Thunder');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await expect(words).toHaveText('');

    await page.getByRole('button', { name: 'Captions on (C)' }).click();
    await expect(page.getByRole('menuitemradio', { name: 'English' })).toBeChecked();
    await page.getByRole('menuitemradio', { name: 'Deutsch' }).click();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await expect(words).toHaveText('Donner');
    await page.keyboard.press('c');
    await expect(words).toHaveText('');
    await expect(page.locator('matinee-player [data-part=flash]')).toHaveText('Captions off');
  });

  test('remembers the languages for the next visit', async ({ page, player, film }) => {
    await page.goto(`/w/${film.id}?t=7`);
    await player.until('it is loaded', ({ duration }) => duration > 0);
    await page.getByRole('button', { name: 'Captions off (C)' }).click();
    await page.getByRole('menuitemradio', { name: 'Deutsch' }).click();
    await chooseAudio(page, 'Deutsch');
    await player.until('German is heard', ({ audioLanguage }) => audioLanguage === 'de');
    await page.reload();
    await player.until('German is heard again', ({ audioLanguage }) => audioLanguage === 'de');
    await expect(page.locator('matinee-player [data-part=captions]')).toHaveText('Donner');
  });

  test('changes what is heard', async ({ page, player, film }) => {
    await page.goto(`/w/${film.id}`);
    await player.play();
    await player.until('English is heard', ({ audioLanguage }) => audioLanguage === 'en');
    await expect.poll(() => tone(page)).toBeCloseTo(TONES.en, -2);
    await chooseAudio(page, 'Deutsch');
    await player.until('German is fetched', ({ audioLanguage }) => audioLanguage === 'de');
    await expect.poll(() => tone(page)).toBeCloseTo(TONES.de, -2);
    expect((await player.stats()).errors).toBe(0);
  });

  test('divides its bar into chapters and names them', async ({ page, player, film, isMobile }) => {
    await page.goto(`/w/${film.id}`);
    await player.until('it is loaded', ({ duration }) => duration > 0);
    const rail = page.locator('matinee-player [data-part=rail]');
    await expect(rail).toHaveCSS('mask-image', /rgba\(0, 0, 0, 0\)/);
    await expect(page.getByRole('slider', { name: 'Position' })).toHaveAttribute(
      'aria-valuetext',
      '0 seconds of 12 seconds, Calm',
    );
    if (isMobile) return;
    const bubble = page.locator('matinee-player [data-part=bubble]');
    const { width = 0 } = (await rail.boundingBox()) ?? {};
    await page.locator('matinee-player [data-part=timeline]').hover({ position: { x: width * 0.9, y: 10 } });
    await expect(bubble).toContainText('Storm');
    await expect(page.locator('matinee-player [data-part=chapter]')).toHaveText('Calm');
  });

  test('has a bar in one piece without chapters', async ({ page, player, bunny }) => {
    await page.goto(`/w/${bunny.id}`);
    await player.until('it is loaded', ({ duration }) => duration > 0);
    await expect(page.locator('matinee-player [data-part=rail]')).toHaveCSS('mask-image', 'none');
    await expect(page.getByRole('button', { name: /^Captions/ })).toHaveCount(0);
  });
});

test('sound without a picture shows its cover, keeps the bar and has no sizes', async ({ page, player, song }) => {
  await page.goto(`/w/${song.id}`);
  await player.play();
  const cover = page.locator('matinee-player [data-part=cover] img');
  await expect(cover).toBeVisible();
  await expect.poll(() => cover.evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBeGreaterThan(0);
  await expect(player.quality).toHaveCount(0);
  await player.until('it plays for a while', ({ currentTime }) => currentTime > 3.5);
  await expect(page.locator('matinee-player .stage')).not.toHaveClass(/quiet/);
});

async function chooseAudio(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('menuitem', { name: /^Audio/ }).click();
  await page.getByRole('menuitemradio', { name }).click();
}

/** The loudest frequency that comes out of the player now, in hertz. */
async function tone(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const { video } = document.querySelector('matinee-player') as unknown as { video: HTMLVideoElement };
    const shared = window as unknown as { analyser?: AnalyserNode };
    if (!shared.analyser) {
      const context = new AudioContext();
      await context.resume();
      shared.analyser = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0 });
      context.createMediaElementSource(video).connect(shared.analyser).connect(context.destination);
    }
    const bins = new Float32Array(shared.analyser.frequencyBinCount);
    shared.analyser.getFloatFrequencyData(bins);
    return (bins.indexOf(Math.max(...bins)) * shared.analyser.context.sampleRate) / shared.analyser.fftSize;
  });
}
