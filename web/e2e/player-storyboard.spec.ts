import { execFileSync } from 'node:child_process';
import type { Page } from '@playwright/test';
import { expect, test } from './player-fixtures.ts';

/** Gives the film a storyboard of two pictures, beside its media. Returns how often its parts were asked for. */
async function addStoryboard(page: Page): Promise<string[]> {
  const picture = ['-f', 'lavfi', '-i', 'testsrc2=s=320x90', '-frames:v', '1', '-f', 'mjpeg', '-'];
  const sheet = execFileSync('ffmpeg', ['-nostdin', '-v', 'error', ...picture]);
  const cues = [
    'WEBVTT',
    '00:00:00.000 --> 00:00:06.000\nsheet-ab.jpg#xywh=0,0,160,90',
    '00:00:06.000 --> 00:00:12.000\nsheet-ab.jpg#xywh=160,0,160,90',
  ].join('\n\n');
  const asked: string[] = [];
  await page.route('**/playback', async (route) => {
    const answer = await route.fetch();
    const playback = await answer.json();
    const storyboard = new URL('storyboard-cd.vtt', playback.hls).href;
    await route.fulfill({ response: answer, json: { ...playback, storyboard } });
  });
  await page.route('**/storyboard-cd.vtt', (route) => {
    asked.push('cues');
    return route.fulfill({ contentType: 'text/vtt', body: cues });
  });
  await page.route('**/sheet-ab.jpg', (route) => {
    asked.push('sheet');
    return route.fulfill({ contentType: 'image/jpeg', body: sheet });
  });
  return asked;
}

test.describe('the bubble at the seek bar', () => {
  test('shows the picture, the chapter and the time, and loads nothing before', async ({
    page,
    player,
    film,
    isMobile,
  }) => {
    const asked = await addStoryboard(page);
    await page.goto(`/w/${film.id}`);
    await player.until('it is loaded', ({ duration }) => duration > 0);
    const bubble = page.locator('matinee-player [data-part=bubble]');
    const picture = bubble.locator('.picture');
    const rail = page.locator('matinee-player [data-part=timeline]');
    const { width = 0, x = 0, y = 0, height = 0 } = (await rail.boundingBox()) ?? {};
    expect(asked).toEqual([]);

    const pointAt = async (share: number) => {
      if (isMobile) return; // a finger drags, below
      await rail.hover({ position: { x: width * share, y: height / 2 } });
    };
    const drag = async (seconds: number) => {
      const position = page.getByRole('slider', { name: 'Position' });
      await position.evaluate((input, value) => {
        (input as HTMLInputElement).value = String(value);
        input.dispatchEvent(new Event('input'));
      }, seconds);
    };
    await (isMobile ? drag(9) : pointAt(0.75));
    await expect(picture).toHaveCSS('background-position', '-160px 0px');
    await expect(picture).toHaveCSS('width', '160px');
    await expect(bubble).toContainText('Storm');
    await expect(bubble).toContainText(/0:0[89]/);
    await (isMobile ? drag(2) : pointAt(0.1));
    await expect(picture).toHaveCSS('background-position', '0px 0px');
    await expect(bubble).toContainText('Calm');
    expect(asked).toEqual(['cues', 'sheet']);

    const box = await bubble.boundingBox();
    const frame = await player.element.boundingBox();
    expect(box?.x).toBeGreaterThanOrEqual(frame?.x ?? 0);
    expect(box?.y).toBeGreaterThanOrEqual(frame?.y ?? 0);
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(x + width + 14);
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(y + height);
  });

  // A phone has no keyboard.
  test('comes for who moves by keys, and goes', { tag: '@desktop' }, async ({ page, player, film }) => {
    await addStoryboard(page);
    await page.goto(`/w/${film.id}`);
    await player.until('it is loaded', ({ duration }) => duration > 0);
    const bubble = page.locator('matinee-player [data-part=bubble]');
    await page.keyboard.press('l');
    await expect(bubble).toHaveClass(/shown/);
    await expect(bubble.locator('.picture')).toHaveCSS('background-position', '-160px 0px');
    await expect(bubble).toContainText('0:10');
    await expect(bubble).not.toHaveClass(/shown/);
  });

  test('shows the time alone where there is no picture', async ({ page, player, film, isMobile }) => {
    await addStoryboard(page);
    await page.route('**/storyboard-cd.vtt', (route) => route.fulfill({ status: 404, body: '' }));
    await page.goto(`/w/${film.id}`);
    await player.until('it is loaded', ({ duration }) => duration > 0);
    const bubble = page.locator('matinee-player [data-part=bubble]');
    if (isMobile) {
      await page.getByRole('slider', { name: 'Position' }).evaluate((input) => input.dispatchEvent(new Event('input')));
    } else {
      await page.locator('matinee-player [data-part=timeline]').hover();
    }
    await expect(bubble).toHaveClass(/shown/);
    await expect(bubble).toContainText(/0:0\d/);
    await expect(bubble.locator('.picture')).toHaveCount(0);
  });
});
