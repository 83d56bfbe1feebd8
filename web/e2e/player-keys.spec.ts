import { expect, test } from './player-fixtures.ts';

// A phone has no keyboard.
test.describe('the keys of the player', { tag: '@desktop' }, () => {
  test.beforeEach(async ({ page, player, bunny }) => {
    await page.goto(`/w/${bunny.id}`);
    await player.until('it is loaded', ({ duration }) => duration > 0);
  });

  test('jump to tenths and to both ends', async ({ page, player }) => {
    await page.keyboard.press('5');
    await player.until('it is in the middle', ({ currentTime }) => Math.round(currentTime) === 15);
    await page.locator('matinee-player').click(); // Home and End belong to the page for who reads it
    await page.keyboard.press('End');
    await player.until('it is at the end', ({ currentTime, duration }) => currentTime > duration - 0.5);
    await page.keyboard.press('Home');
    await player.until('it is at the beginning', ({ currentTime }) => currentTime < 1);
  });

  test('step through single pictures while it is paused, and not while it plays', async ({ page, player }) => {
    await page.keyboard.press('3');
    const { currentTime: before } = await player.until('it is at 9 s', ({ currentTime }) => currentTime >= 9);
    await page.keyboard.press('.');
    const { currentTime: next } = await player.until('it is later', ({ currentTime }) => currentTime > before);
    expect(next - before).toBeLessThan(0.1);
    await page.keyboard.press(',');
    await page.keyboard.press(',');
    await player.until('it is earlier', ({ currentTime }) => currentTime < before);

    await player.play();
    const { currentTime: playing } = await player.stats();
    await page.keyboard.press(',');
    await player.until('it plays on', ({ currentTime }) => currentTime > playing + 0.2);
  });

  test('change speed and sound, and say so', async ({ page, player }) => {
    const said = page.locator('matinee-player [data-part=flash]');
    await page.keyboard.press('>');
    await expect(said).toHaveText('Speed 1.25×');
    await page.keyboard.press('<');
    await page.keyboard.press('<');
    await expect(said).toHaveText('Speed 0.75×');
    expect((await player.stats()).playbackRate).toBe(0.75);
    await page.locator('matinee-player [data-part=play]').focus();
    await page.keyboard.press('ArrowDown');
    await expect(said).toHaveText('Volume 95%');
    await page.keyboard.press('m');
    await expect(said).toHaveText('Muted');
    await page.keyboard.press('c');
    await expect(said).toHaveText('This video has no captions.');
  });

  test('give the player the whole width and take it back', async ({ page }) => {
    const width = () => page.locator('matinee-player').evaluate((element) => element.clientWidth);
    const before = await width();
    await page.keyboard.press('t');
    await expect(page.getByRole('button', { name: 'Leave theater mode (T)' })).toBeVisible();
    expect(await width()).toBeGreaterThan(before);
    await page.reload();
    await expect(page.getByRole('button', { name: 'Leave theater mode (T)' })).toBeVisible();
    await page.keyboard.press('t');
    await expect.poll(width).toBe(before);
  });

  test('are listed on a question mark', async ({ page, player }) => {
    await page.keyboard.press('?');
    const list = page.getByRole('dialog', { name: 'Keys of the player' });
    await expect(list).toBeVisible();
    await expect(list.getByText('Picture in picture')).toBeVisible();
    await page.keyboard.press('k'); // not while the list is open
    await page.keyboard.press('Escape');
    await expect(list).toBeHidden();
    expect((await player.stats()).paused).toBe(true);
  });

  test('are left alone while somebody chooses or types, and with modifiers', async ({ page, player }) => {
    await page.getByLabel('Who can watch').focus();
    await page.keyboard.press('5');
    await page.keyboard.press('m');
    await page.locator('body').click({ position: { x: 5, y: 400 } });
    for (const held of ['Control', 'Alt', 'Meta']) await page.keyboard.press(`${held}+5`);
    await page.evaluate(() => {
      const field = document.createElement('input');
      field.ariaLabel = 'A field of the page';
      document.querySelector('main')?.append(field);
      field.focus();
    });
    await page.keyboard.type('k 5 ?');
    await expect(page.getByLabel('A field of the page')).toHaveValue('k 5 ?');
    const { currentTime, paused } = await player.stats();
    expect([currentTime, paused]).toEqual([0, true]);
    await expect(page.getByRole('button', { name: 'Mute (M)' })).toBeAttached();
  });
});

const STEPS_OF_LOADING = [
  { moment: 'durationchange', readyState: 0 },
  { moment: 'durationchange', readyState: 1 },
  { moment: 'loadedmetadata', readyState: 1 }, // the engine sets its start at this event
  { moment: 'loadeddata', readyState: 2 },
];
for (const step of STEPS_OF_LOADING) {
  const name = `a jump made while the video loads is kept (${step.moment}, ready state ${step.readyState})`;
  // A phone has no keyboard.
  test(name, { tag: '@desktop' }, async ({ page, player, bunny }) => {
    await page.addInitScript(pressThreeAt, step);
    await page.goto(`/w/${bunny.id}`);
    await player.until('it is at 9 s', ({ currentTime }) => currentTime >= 9);
    await player.until('there is a picture', ({ bufferedAhead }) => bufferedAhead > 0);
    expect((await player.stats()).currentTime).toBeCloseTo(9, 3);
  });
}

// A phone has no keyboard.
test('every control is reached and worked by keyboard alone', { tag: '@desktop' }, async ({ page, player, film }) => {
  await page.goto(`/w/${film.id}`);
  await player.until('it is loaded', ({ duration }) => duration > 0);
  await expect(page.getByRole('button', { name: 'Captions off (C)' })).toBeVisible();
  const focused = () =>
    page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.getAttribute('aria-label') ?? null);
  const walk = async (): Promise<string[]> => {
    await page.locator('matinee-player [data-part=seek]').focus();
    const names: string[] = [];
    for (let name = await focused(); name; name = await focused()) {
      names.push(name.replace(/, .*/, ''));
      await page.keyboard.press('Tab');
    }
    return names;
  };
  expect(await walk()).toEqual([
    'Position',
    'Play (K)',
    'Mute (M)',
    'Volume',
    'Captions off (C)',
    'Quality',
    'Settings',
    'Picture in picture (I)',
    'Theater mode (T)',
    'Full screen (F)',
  ]);

  // The seek bar moves by arrows and says where it is.
  const position = page.getByRole('slider', { name: 'Position' });
  await position.focus();
  await page.keyboard.press('ArrowUp');
  await expect(position).toHaveAttribute('aria-valuetext', '5 seconds of 12 seconds, Storm');

  // A menu opens on its chosen line, goes round by arrows, and gives the focus back.
  await page.getByRole('button', { name: 'Settings' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menuitem', { name: /^Speed/ })).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('menuitemradio', { name: 'Normal' })).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  expect((await player.stats()).playbackRate).toBe(1.25);
  await expect(page.getByRole('button', { name: 'Settings' })).toBeFocused();
  await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowUp');
  await expect(page.getByRole('menuitem', { name: 'Keys ?' })).toBeFocused();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Escape'); // one page back, then out
  await expect(page.getByRole('menuitem', { name: /^Speed/ })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('menu')).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Settings' })).toBeFocused();

  // While the focus is inside, the controls stay.
  await page.keyboard.press('k');
  await player.until('it plays on', ({ currentTime }) => currentTime > 9);
  await expect(page.locator('matinee-player .stage')).not.toHaveClass(/quiet/);
});

/** Presses "3" at the first event of a kind when the video has come so far, before anybody else hears of the event. */
function pressThreeAt({ moment, readyState }: { moment: string; readyState: number }): void {
  const attachShadow = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (init) {
    const root = attachShadow.call(this, init);
    let done = false;
    const press = ({ target }: Event) => {
      if (done || !(target instanceof HTMLVideoElement) || target.readyState < readyState) return;
      done = true;
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: '3', bubbles: true, composed: true }));
    };
    root.addEventListener(moment, press, true);
    return root;
  };
}
