import { readFile } from 'node:fs/promises';
import { test, expect } from '../fixture.mjs';
import { ada, addPerson, begin, canary, cell, file, give, jonas, notice, open, signIn } from '../steps.mjs';

const SERVICE = '/projects/shop/services/api/secrets';
const EFFECTIVE = '/projects/shop/services/api/effective';
const API = '/projects/shop/services/api';

/** The same secrets in every format that can be read. */
const formats = (value) => ({
  '.env': `# What it is for\nexport DB_PASS='${value}'\nDEBUG=true # a switch\n`,
  'a.yml': `DB_PASS: "${value}"\nDEBUG: "true"\n`,
  'a.toml': `DB_PASS = '${value}'\nDEBUG = "true"\n`,
  'secrets.json': JSON.stringify({ DB_PASS: value, DEBUG: 'true' }),
});

/** Saves what the page exports; answers with the name and the text of the file. */
async function exported(page, { format, environment }) {
  await page.getByText('Export', { exact: true }).click();
  const form = page.getByRole('form', { name: 'Export secrets' });
  if (environment) await form.getByLabel('Environment').selectOption(environment);
  await form.getByLabel('Format').selectOption(format);
  const [download] = await Promise.all([page.waitForEvent('download'), form.getByRole('button', { name: 'Download' }).click()]);
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') };
}

for (const script of [false, true]) {
  test.describe(script ? 'with script' : 'without script', () => {
    test.use({ javaScriptEnabled: script });

    test('a file is stored in every format, and its comments with it', async ({ server, page, expectNoTrace }) => {
      const value = canary();
      const token = await begin(server);
      await signIn(page, ada, SERVICE);
      const environments = ['all', 'development', 'staging', 'production'];
      for (const [index, [name, content]] of Object.entries(formats(value)).entries()) {
        await test.step(name, async () => {
          const environment = environments[index];
          await open(page, SERVICE, script);
          await give(page, file(content, name), { environment, script });
          if (script) {
            await expect(page.getByRole('heading', { name: `Plan for ${name}` })).toBeVisible();
            await page.getByRole('button', { name: 'Apply 2 changes' }).click();
          }
          await expect(notice(page)).toContainText('2 created, 0 updated, 0 unchanged');
          const query = environment === 'all' ? '' : `?environment=${environment}`;
          const stored = await server.api(token, 'POST', `${API}/secrets/DB_PASS/reveal${query}`, {});
          expect(stored.value).toBe(value);
        });
      }
      const row = await server.api(token, 'GET', `${API}/secrets/DB_PASS`);
      expect(row.comment).toBe('What it is for');
      await expectNoTrace([value]);
    });

    test('secrets are exported by who may reveal them, and each is recorded', async ({ server, page }) => {
      const value = canary();
      const token = await begin(server);
      await server.api(token, 'PUT', '/platform/secrets/WIDE', { value: 'wide' });
      await server.api(token, 'PUT', `${API}/secrets/DB_PASS?environment=staging`, { value: `${value} it's` });
      await server.api(token, 'PUT', `${API}/secrets/LINES`, { value: 'one\ntwo' });
      await signIn(page, ada, SERVICE);
      await open(page, SERVICE, script);
      expect(await exported(page, { format: 'shell', environment: 'staging' })).toEqual({
        name: 'shop-api-staging.sh',
        text: `export DB_PASS='${value} it'\\''s'\n`,
      });

      await open(page, `${EFFECTIVE}?env=staging`, script);
      expect(await exported(page, { format: 'env' })).toEqual({
        name: 'shop-api-staging.env',
        text: `DB_PASS="${value} it's"\nLINES='one\ntwo'\nWIDE=wide\n`,
      });
      const log = await server.api(token, 'GET', '/audit?action=secret.reveal');
      expect(log.items.map((row) => row.name)).toEqual(['WIDE', 'LINES', 'DB_PASS', 'DB_PASS']);

      await addPerson(server, token, jonas, ['shop']);
      await page.context().clearCookies();
      await signIn(page, jonas, SERVICE);
      await open(page, `${API}/platform`, script);
      await expect(page.getByText('Export', { exact: true })).toHaveCount(0);
      await open(page, `${EFFECTIVE}?env=staging`, script);
      await expect(page.getByText('Export', { exact: true })).toHaveCount(0);
    });

    test('what a format cannot carry is told by name, and nothing is saved', async ({ server, page, expectNoTrace }) => {
      const value = canary();
      const token = await begin(server);
      await server.api(token, 'PUT', `${API}/secrets/LINES`, { value: `${value}\n` });
      await server.api(token, 'PUT', `${API}/secrets/my-name`, { value });
      await signIn(page, ada, SERVICE);
      await open(page, SERVICE, script);
      await page.getByText('Export', { exact: true }).click();
      const form = page.getByRole('form', { name: 'Export secrets' });
      await form.getByLabel('Format').selectOption('docker');
      await form.getByRole('button', { name: 'Download' }).click();
      await expect(notice(page)).toContainText('2 secrets cannot be written as Docker env-file; nothing was exported');
      await expect(notice(page)).toContainText('LINES');
      await expect(notice(page)).toContainText('my-name');
      const log = await server.api(token, 'GET', '/audit?action=secret.reveal');
      expect(log.items).toEqual([]);
      await expectNoTrace([value]);
    });
  });
}

test('a wrong guess is corrected, and a mistake in the middle is told with its place', async ({ server, page, watch, expectNoTrace }) => {
  watch.allow(/400/);
  const value = canary();
  await begin(server);
  await signIn(page, ada, SERVICE);
  await open(page, SERVICE, true);
  await give(page, file(`# no name\nA: ${value}\nB: [1, 2]\n`, 'notes.txt'), { script: true });
  await expect(page.getByLabel('Read as')).toHaveValue('yaml');
  await expect(page.getByRole('button', { name: 'Apply 2 changes' })).toBeEnabled();
  await page.getByLabel('Read as').selectOption('env');
  await expect(page.getByText('cannot be stored').first()).toBeVisible();
  await expect(page.locator('[data-key="apply"]')).toBeDisabled();
  await page.getByLabel('Read as').selectOption('toml');
  await expect(page.getByText('Nothing was stored.')).toBeVisible();
  await page.getByLabel('Read as').selectOption('yaml');
  await page.getByRole('button', { name: 'Apply 2 changes' }).click();
  await expect(notice(page)).toContainText('2 created');

  for (const [name, content, place] of [
    ['bad.env', `GOOD=1\nBAD='${value}\nLAST=2\n`, /line 2, column 5/i],
    ['bad.yaml', `GOOD: 1\nBAD: *${value}\nLAST: 2\n`, /line 2/i],
    ['bad.toml', `GOOD = 1\nBAD = ${value}\nLAST = 2\n`, /line 2/i],
  ]) {
    await open(page, SERVICE, true);
    await give(page, file(content, name), { script: true });
    await expect(page.locator('.with-aside'), name).toContainText(place);
    await expect(page.locator('[data-key="apply"]')).toBeDisabled();
  }
  await open(page, SERVICE, true);
  await expect(cell(page, 'GOOD')).toHaveCount(0);
  await expectNoTrace([value]);
});

test('lines that are pasted are read as lines', async ({ server, page, expectNoTrace }) => {
  const value = canary();
  await begin(server);
  await signIn(page, ada, SERVICE);
  await open(page, SERVICE, true);
  await page.evaluate((text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', text);
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, `A=${value}\nB="two\nlines"\n`);
  await expect(page.getByRole('heading', { name: 'Plan for the clipboard' })).toBeVisible();
  await expect(page.getByLabel('Read as')).toHaveValue('env');
  await page.getByRole('button', { name: 'Apply 2 changes' }).click();
  await expect(notice(page)).toContainText('2 created');
  await expectNoTrace([value]);
});
