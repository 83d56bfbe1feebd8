import { execFileSync } from 'node:child_process';
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { addVideo, BUNNY, expect, FRIDAY, test } from './fixtures.ts';
import { ownServer } from './own-server.ts';

test('the reel tells every cell in words, to the pointer and to the keyboard', async ({ page, bunny }) => {
  await page.goto(`/manage/${bunny.id}`);
  const reel = page.getByRole('region', { name: 'Reel' });
  await expect(reel.getByText('2 of 2 chunks made')).toBeVisible();
  await expect(reel.getByText('Original quality: plays as it came, no encoding needed.')).toBeVisible();
  const cells = reel.getByRole('button');
  await expect(cells).toHaveCount(2);
  await cells.first().focus();
  await expect(reel.getByText(/^Segments? 1(–\d+)?: made/)).toBeVisible();
  await page.keyboard.press('End');
  await expect(cells.last()).toBeFocused();
  await expect(cells.last()).toHaveAccessibleName(/^Segments? \d+(–\d+)?: made, worker \d+, \d+(\.\d)? s$/);
  await page.keyboard.press('ArrowLeft');
  await expect(cells.first()).toBeFocused();
  await expect(cells.last()).toHaveAttribute('tabindex', '-1');
});

// It takes a minute, and the phone differs in nothing here.
test('a chunk that failed says why and can be tried again', { tag: '@desktop' }, async ({ page, context }, info) => {
  test.slow();
  // An encoder that breaks for as long as a file lies beside it.
  const broken = info.outputPath('broken');
  const ffmpeg = info.outputPath('ffmpeg');
  const real = execFileSync('sh', ['-c', 'command -v ffmpeg'], { encoding: 'utf8' }).trim();
  await writeFile(broken, '');
  await writeFile(
    ffmpeg,
    `#!/bin/sh\ncase "$*" in *libx264*sources*|*sources*libx264*) [ -e '${broken}' ] && { echo 'the lamp burnt out' >&2; exit 1; };; esac\nexec '${real}' "$@"\n`,
  );
  await chmod(ffmpeg, 0o755);
  const { server, api } = await ownServer(context, { args: ['--ffmpeg', ffmpeg] });
  try {
    const origin = { Origin: server.url };
    const created = await api.post(`${server.url}/api/v1/videos`, { data: { title: 'Burnt' }, headers: origin });
    const { id, upload } = await created.json();
    await api.put(upload.put_url, { data: await readFile(FRIDAY), headers: { 'Content-Type': 'video/mp4' } });
    await page.goto(`${server.url}/manage/${id}`);
    const reel = page.getByRole('region', { name: 'Reel' });
    const why = reel.getByRole('button', { name: 'Show why it failed' });
    await expect(why).toBeVisible({ timeout: 200_000 });
    await why.click();
    const retry = reel.getByRole('button', { name: /^Retry Segment/ }).first();
    await expect(retry).toBeVisible();
    await rm(broken);
    await retry.click();
    await expect(page.getByText('Ready in all sizes')).toBeVisible({ timeout: 90_000 });
  } finally {
    await server.stop();
  }
});

test('the reel follows the work without a reload', async ({ page, admin }) => {
  const { id } = await addVideo(admin, BUNNY, { title: 'Followed', visibility: 'private' });
  await page.goto(`/manage/${id}`);
  const reel = page.getByRole('region', { name: 'Reel' });
  await expect(reel.locator('button[data-state=working], button[data-state=done]').first()).toBeVisible({
    timeout: 60_000,
  });
  await expect(reel.locator('button[data-state=done]')).toHaveCount(2, { timeout: 90_000 });
  await expect(page.getByText('Ready in all sizes')).toBeVisible({ timeout: 60_000 });
});
