import { readFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { test, expect, expectNoAxeViolations } from '../fixture.mjs';
import { ada, awake, begin, canary, cell, notice, signIn } from '../steps.mjs';

const SERVICE = '/projects/shop/services/api';
const TAB = `${SERVICE}/secrets`;
const at = (environment) => (environment ? `?environment=${environment}` : '');
const day = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

async function put(server, token, where, name, environment, value, more = {}) {
  return server.api(token, 'PUT', `${where}/secrets/${name}${at(environment)}`, { value, ...more });
}

async function reveal(server, token, where, name, environment) {
  return (await server.api(token, 'POST', `${where}/secrets/${name}/reveal${at(environment)}`, {})).value;
}

for (const script of [false, true]) {
  test.describe(script ? 'with script' : 'without script', () => {
    test.use({ javaScriptEnabled: script });

    test('a table says what is missing, what differs and what is due', async ({ server, page, expectNoTrace }) => {
      const [one, two] = [canary(), canary()];
      const token = await begin(server);
      await put(server, token, SERVICE, 'DB', 'staging', one);
      await put(server, token, SERVICE, 'DB', 'production', two, { owner: 'team payments', rotate_by: day(3) });
      await put(server, token, '/projects/shop', 'DB', '', one);
      await put(server, token, SERVICE, 'OLD', '', two, { rotate_by: day(-2) });
      await server.api(token, 'PUT', `${SERVICE}/bindings`, [{ target: { env: 'KEY' }, secret: 'API_KEY' }]);
      await signIn(page, ada, TAB);
      if (script) await awake(page);
      await expect(cell(page, 'API_KEY', 'production')).toContainText('missing');
      await expect(cell(page, 'DB', 'production')).toHaveAccessibleName('DB, production: shadows project differs from staging');
      await expect(cell(page, 'DB', 'staging')).not.toHaveAccessibleName(/differs/);
      await expect(page.getByRole('columnheader', { name: 'staging' })).toContainText('1 missing');
      await expect(page.getByRole('row', { name: /^text OLD/ })).toContainText('overdue');
      await expect(page.getByRole('row', { name: /^text DB/ })).toContainText('due in 3 days');

      await test.step('its pills filter', async () => {
        const pills = page.getByRole('group', { name: 'Show' });
        await pills.getByRole('link', { name: 'Missing 1' }).click();
        await expect(page.getByRole('row')).toHaveCount(2);
        await expect(page).toHaveURL(/show=missing/);
        await pills.getByRole('link', { name: 'Due 2' }).click();
        await expect(page.getByRole('row')).toHaveCount(3);
        await pills.getByRole('link', { name: /^All/ }).click();
        await expect(cell(page, 'API_KEY', 'staging')).toBeVisible();
      });

      await test.step('the open cell compares, and names its owner', async () => {
        await cell(page, 'DB', 'production').click();
        const detail = page.getByRole('region', { name: 'DB in api, production' });
        await expect(detail).toContainText('different from development and staging');
        await expect(detail).toContainText('team payments');
        await expect(detail).toContainText('due in 3 days');
      });

      await test.step('the project says where its value is covered', async () => {
        await page.goto('/projects/shop/secrets?open=DB&env=all');
        await expect(cell(page, 'DB')).toHaveAccessibleName('DB, all environments: set, v1 covered in 2 places');
        await expect(page.getByRole('region', { name: 'DB in shop, all environments' })).toContainText('service: api, environment: production');
      });
      await expectNoAxeViolations(page);
      await expectNoTrace([one, two]);
    });

    test('a row is written in several environments as one change', async ({ server, page, expectNoTrace }) => {
      const values = [canary(), canary(), canary(), canary()];
      const token = await begin(server);
      await put(server, token, SERVICE, 'DB', 'staging', values[0]);
      await put(server, token, SERVICE, 'DB', 'production', values[1]);
      await signIn(page, ada, TAB);
      if (script) await awake(page);
      await page.getByRole('link', { name: 'Every environment of DB' }).click();
      await expectNoAxeViolations(page);
      await page.getByLabel('staging text').fill(values[2]);
      await page.getByLabel('all environments text').fill(values[3]);
      await page.getByLabel('Why').fill('move to db-2');
      await page.getByRole('button', { name: 'Save all environments' }).click();
      await expect(notice(page)).toContainText('DB set in 2 environments at once, as one change');
      await expect(cell(page, 'DB', 'staging')).toContainText('overrides all');
      expect(await reveal(server, token, SERVICE, 'DB', 'staging')).toBe(values[2]);
      expect(await reveal(server, token, SERVICE, 'DB', 'production')).toBe(values[1]);
      expect(await reveal(server, token, SERVICE, 'DB', '')).toBe(values[3]);
      const { items } = await server.api(token, 'GET', '/changes');
      expect(items[0]).toMatchObject({ message: 'move to db-2', names: ['DB', 'DB'] });

      await test.step('nothing to write is said, and nothing is written', async () => {
        await page.goto(`${TAB}?open=DB&env=all&edit=row`);
        await page.getByRole('button', { name: 'Save all environments' }).click();
        await expect(notice(page)).toContainText('Nothing was stored: every field was empty');
      });

      await test.step('what another wrote meanwhile is not overwritten', async () => {
        await page.goto(`${TAB}?open=DB&env=all&edit=row`);
        if (script) await awake(page);
        await put(server, token, SERVICE, 'DB', 'production', values[3]);
        await page.getByLabel('production text').fill(values[0]);
        await page.getByLabel('staging text').fill(values[0]);
        await page.getByRole('button', { name: 'Save all environments' }).click();
        await expect(notice(page)).toContainText('DB is at version 2, but this write expected version 1');
        expect(await reveal(server, token, SERVICE, 'DB', 'staging')).toBe(values[2]);
      });
      await expectNoTrace(values);
    });

    test('kinds: JSON is checked, a file keeps bytes and name, a value is generated', async ({ server, page, expectNoTrace }) => {
      const marker = canary();
      const token = await begin(server);
      await signIn(page, ada, `${TAB}?new=1`);
      const form = page.getByRole('region', { name: 'New secret' });

      await test.step('JSON that is none is told by line and column', async () => {
        if (script) await awake(page);
        await form.getByLabel('Name').fill('FLAGS');
        await form.getByLabel('Kind').selectOption('json');
        await form.getByLabel('Value', { exact: true }).fill(`{\n  "a": ${marker}\n}`);
        if (script) await expect(form.getByRole('alert')).toHaveText('The value is not JSON: line 2, column 8');
        await form.getByRole('button', { name: 'Save secret' }).click();
        if (script) {
          expect(await form.getByLabel('Value', { exact: true }).evaluate((area) => area.validationMessage)).toContain('line 2, column 8');
        } else {
          await expect(notice(page)).toContainText('the value is not JSON: line 2, column 8', { ignoreCase: true });
        }
        await form.getByLabel('Value', { exact: true }).fill(`{"a": "${marker}"}`);
        await form.getByRole('button', { name: 'Save secret' }).click();
        await expect(notice(page)).toContainText('FLAGS set in api, all environments, version 1');
      });

      await test.step('the server makes a value that nobody saw', async () => {
        await page.goto(`${TAB}?new=1`);
        if (script) await awake(page);
        await form.getByLabel('Name').fill('MADE');
        await form.getByLabel('Owner').fill('team payments');
        await form.getByText('Generate a value').click();
        await form.getByLabel('Characters').fill('40');
        await form.getByLabel('Alphabet').selectOption('hex');
        await form.getByLabel('Let the server make it').check();
        await form.getByRole('button', { name: 'Save secret' }).click();
        await expect(notice(page)).toContainText('MADE set in api, all environments, version 1');
        const made = await reveal(server, token, SERVICE, 'MADE', '');
        expect(made).toMatch(/^[0-9a-f]{40}$/);
        await expectNoTrace([made]);
      });

      if (script) {
        await test.step('the browser fills in a value as if it was typed', async () => {
          await page.goto(`${TAB}?new=1`);
          await awake(page);
          await form.getByLabel('Name').fill('FILLED');
          await form.getByText('Generate a value').click();
          await form.getByLabel('Characters').fill('24');
          await form.getByRole('button', { name: 'Fill in a value here' }).click();
          const typed = await form.getByLabel('Value', { exact: true }).inputValue();
          expect(typed).toMatch(/^[A-Za-z0-9]{24}$/);
          await form.getByRole('button', { name: 'Save secret' }).click();
          await expect(notice(page)).toContainText('FILLED set');
          expect(await reveal(server, token, SERVICE, 'FILLED', '')).toBe(typed);
        });
      }

      await test.step('a file comes back byte for byte, under its name', async () => {
        const bytes = Buffer.concat([Buffer.from([0, 255, 13, 10, 0]), randomBytes(1024 * 1024 - 5)]);
        await page.goto(`${TAB}?new=1`);
        if (script) await awake(page);
        await form.getByLabel('Name').fill('tls');
        await form.getByLabel('Kind').selectOption('file');
        await form.getByLabel('File', { exact: true }).setInputFiles({ name: 'Schlüssel 1.p12', mimeType: 'application/octet-stream', buffer: bytes });
        await form.getByRole('button', { name: 'Save secret' }).click();
        await expect(notice(page)).toContainText('tls set in api');
        await expect(page.getByRole('region', { name: 'tls in api, all environments' })).toContainText('Schlüssel 1.p12');
        const saved = page.waitForEvent('download');
        await page.getByRole('button', { name: 'Download tls' }).click();
        const download = await saved;
        expect(download.suggestedFilename()).toBe('Schlüssel 1.p12');
        expect((await readFile(await download.path())).equals(bytes)).toBe(true);
      });

      await test.step('what stands beside a value changes without a version', async () => {
        await page.goto(`${TAB}?open=MADE&env=all&edit=1`);
        if (script) await awake(page);
        await page.getByLabel('Comment').fill('rotated by hand');
        await page.getByLabel('Replace by').fill(day(7));
        await page.getByRole('button', { name: 'Save details' }).click();
        await expect(notice(page)).toContainText('Saved what stands beside MADE');
        const row = await server.api(token, 'GET', `${SERVICE}/secrets/MADE`);
        expect(row).toMatchObject({ version: 1, comment: 'rotated by hand', owner: 'team payments', rotate_by: day(7) });
      });
      await expectNoTrace([marker]);
    });

    test('an environment goes with its contents after its name was typed', async ({ server, page }) => {
      const token = await begin(server);
      await put(server, token, SERVICE, 'DB', 'staging', 'x');
      await put(server, token, '/platform', 'SMTP', 'staging', 'x');
      await server.api(token, 'POST', '/tokens', { name: 'ci-staging', environment: 'staging' });
      await signIn(page, ada, '/environments');
      if (script) await awake(page);
      await page.getByRole('link', { name: 'Remove staging' }).click();
      const panel = page.getByRole('region', { name: 'Remove staging?' });
      await expect(panel).toContainText('With it go 2 secrets, 0 bindings and 1 token.');
      await expect(panel).toContainText('project: shop, service: api, environment: staging: DB');
      await expect(panel).toContainText('ci-staging');
      await expectNoAxeViolations(page);
      await panel.getByLabel('Type its name to go on').fill('production');
      await panel.getByRole('button', { name: 'Remove it with everything in it' }).click();
      await expect(page.getByRole('alert').first()).toContainText('nothing was deleted: type staging to go on', { ignoreCase: true });
      if (script) await awake(page);
      await panel.getByLabel('Type its name to go on').fill('staging');
      await panel.getByRole('button', { name: 'Remove it with everything in it' }).click();
      await expect(notice(page)).toContainText('Removed staging with 2 secrets, 0 bindings and 1 token');
      const { items } = await server.api(token, 'GET', '/environments');
      expect(items.map(({ name }) => name)).toEqual(['development', 'production']);
      await page.getByRole('link', { name: 'Remove development' }).click();
      await page.getByRole('button', { name: 'Remove environment' }).click();
      await expect(notice(page)).toContainText('Removed development');
    });

    test('a name is explained, also one that no rung holds; equal values are listed', async ({ server, page, expectNoTrace }) => {
      const [one, two] = [canary(), canary()];
      const token = await begin(server);
      await put(server, token, SERVICE, 'DB', 'staging', one);
      await put(server, token, '/projects/shop', 'DB', '', one);
      await put(server, token, '/platform', 'DB', '', two);
      await server.api(token, 'PUT', `${SERVICE}/bindings`, [{ target: { env: 'KEY' }, secret: 'API_KEY' }]);
      await signIn(page, ada, `${SERVICE}/effective?env=staging`);
      if (script) await awake(page);
      await page.getByRole('link', { name: 'Explain DB' }).click();
      const why = page.getByRole('region', { name: 'Why DB has this value' });
      const rungs = why.getByRole('listitem');
      await expect(rungs).toHaveCount(6);
      await expect(rungs.nth(0)).toContainText(/service, staging\s*v1, .* UTC by .*wins/);
      await expect(rungs.nth(3)).toContainText('shadowed, same');
      await expect(rungs.nth(5)).toContainText('shadowed, different');
      await expect(why.locator('#explain-line')).toHaveText('strongroom explain DB -p shop -s api -e staging');
      await expectNoAxeViolations(page);
      await why.getByRole('link', { name: 'Close' }).click();
      await expect(why).toHaveCount(0);

      await expect(page.getByRole('row', { name: /API_KEY/ })).toContainText('missing on all six rungs');
      await page.getByRole('link', { name: 'Explain API_KEY' }).click();
      await expect(page.getByRole('region', { name: 'Why API_KEY has this value' })).toContainText('No rung you may look at holds the name');
      await page.goto(`${SERVICE}/effective?env=staging&explain=NOWHERE`);
      await expect(page.getByRole('region', { name: 'Why NOWHERE has this value' }).getByText('absent')).toHaveCount(6);

      await page.goto('/duplicates');
      await expect(page.getByRole('row', { name: /2 places/ })).toContainText('shop/api, staging');
      await expect(page.getByRole('row')).toHaveCount(2);
      await expectNoAxeViolations(page);
      await expectNoTrace([one, two]);
    });
  });
}
