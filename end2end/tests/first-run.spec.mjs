import { join } from 'node:path';
import { test, expect } from '../fixture.mjs';
import { ada, awake, canary, cell, file, give, notice, open, shell } from '../steps.mjs';

for (const script of [false, true]) {
  test.describe(script ? 'with script' : 'without script', () => {
    test.use({ javaScriptEnabled: script });

    test('a first secret goes from the set-up link into a program, and outlives a restart', async ({ server, page, expectNoTrace }) => {
      const own = { DB_NAME: canary(), DB_PASS: canary() };
      const shared = { MAIL_KEY: canary(), DB_PASS: canary() };
      const wide = { TRACE_KEY: canary() };
      const markers = [own, shared, wide].flatMap(Object.values);

      await test.step('the link makes the first admin, once', async () => {
        const link = await server.setupLink();
        await page.goto(link);
        await page.getByLabel('E-mail').fill(ada.email);
        await page.getByLabel('Name').fill(ada.name);
        await page.getByLabel('Password').fill(ada.password);
        await page.getByRole('button', { name: 'Become the admin' }).click();
        await expect(page).toHaveURL(/\/start$/);
        await page.goto(link);
        await expect(page.getByText('This link does not work any more.')).toBeVisible();
      });

      await test.step('the first steps make a project and its service', async () => {
        await page.goto('/start');
        await page.getByRole('textbox', { name: 'Project' }).fill('shop');
        await page.getByRole('textbox', { name: 'Service' }).fill('api');
        await page.getByRole('button', { name: 'Create both' }).click();
        await expect(notice(page)).toContainText('Created shop with its service api');
        await page.getByRole('link', { name: 'Upload into api' }).click();
        await expect(page.getByRole('heading', { level: 1 })).toHaveText('api');
      });

      await test.step('the secrets of the service are uploaded', async () => {
        if (script) await awake(page);
        await give(page, file(own), { script });
        if (script) await apply(page, 2, 'service api, all environments');
        await expect(notice(page)).toContainText(/service api, all environments: 2 created, 0 updated, 0 unchanged/i);
        for (const name of Object.keys(own)) await expect(cell(page, name)).toContainText('••••••••');
      });

      await test.step('so are those of the project, for one environment, and those of the platform', async () => {
        await tab(page, 'Project', script);
        await give(page, file(shared), { environment: 'production', script });
        if (script) await apply(page, 2, 'project shop, production');
        await expect(notice(page)).toContainText(/project shop, production: 2 created, 0 updated, 0 unchanged/i);
        await tab(page, 'Platform', script);
        await give(page, file(wide), { script });
        if (script) await apply(page, 1, 'platform, all environments');
        await expect(notice(page)).toContainText(/platform, all environments: 1 created, 0 updated, 0 unchanged/i);
        await tab(page, 'Effective', script);
        await expect(page.getByRole('row', { name: /^\S*\s*DB_PASS/ })).toContainText('service');
        await page.getByRole('link', { name: 'production', exact: true }).click();
        await expect(page.getByRole('row', { name: /MAIL_KEY/ })).toContainText('project, production');
        await expect(page.getByRole('row', { name: /TRACE_KEY/ })).toContainText('platform');
      });

      const path = join(server.folder, 'given', 'db_name');
      await test.step('one secret becomes a variable, another a file', async () => {
        await tab(page, 'Bindings', script);
        await bind(page, 'variable', 'MY_APP_SECRET', 'DB_PASS');
        await expect(notice(page)).toContainText('The variable MY_APP_SECRET takes DB_PASS');
        await bind(page, 'file', path, 'DB_NAME');
        await expect(page.getByRole('row', { name: /MY_APP_SECRET/ }).getByRole('cell', { name: 'service' })).toHaveCount(3);
      });

      let line;
      await test.step('a token is shown once, with a line that works as it is', async () => {
        await page.goto('/tokens?for=shop/api');
        await page.getByRole('textbox', { name: 'Name' }).fill('api-anywhere');
        await page.getByRole('button', { name: 'Create token' }).click();
        await expect(page.getByRole('heading', { name: 'Token api-anywhere is ready' })).toBeVisible();
        line = await page.locator('#run').textContent();
        expect(await shell(line, server.folder)).toBe(`${own.DB_PASS}\n`);
        const asFile = line.replace(/ -- .*/, ` -- cat '${path}'`);
        expect(await shell(asFile, server.folder)).toBe(own.DB_NAME);
        await page.getByRole('link', { name: 'I have stored it' }).click();
        await expect(page.getByRole('row', { name: /api-anywhere/ })).toContainText('shop / api');
        await expect(page.locator('#run')).toHaveCount(0);
      });

      await test.step('after a restart all of it is there', async () => {
        // A page that stays open may still be fetching its icon, and would complain that nobody answers.
        await page.goto('about:blank');
        await server.stop();
        await server.start();
        expect(await shell(line, server.folder)).toBe(`${own.DB_PASS}\n`);
        await open(page, '/projects/shop/services/api/bindings', script);
        await expect(page.getByRole('row', { name: /MY_APP_SECRET/ })).toBeVisible();
        await tab(page, 'Service', script);
        await expect(cell(page, 'DB_NAME')).toContainText('set, v1');
      });

      await test.step('a value is shown where it was asked for, and goes', async () => {
        await cell(page, 'DB_PASS').click();
        const reveal = page.getByRole('button', { name: 'Reveal DB_PASS' });
        await expect(reveal).toBeVisible();
        if (!script) {
          const answer = page.waitForResponse(/\/forms\/reveal$/);
          await reveal.click();
          expect(await (await answer).allHeaders()).toMatchObject({ 'cache-control': 'no-store', refresh: /^30; url=\// });
          await expect(page.getByLabel('Revealed value')).toHaveText(own.DB_PASS);
          await page.getByRole('link', { name: 'Hide now' }).click();
          await expect(page.getByRole('heading', { level: 2, name: 'DB_PASS' })).toBeVisible();
          return;
        }
        await page.clock.install();
        await reveal.click();
        const dialog = page.getByRole('dialog', { name: 'DB_PASS' });
        await expect(dialog.getByLabel('Revealed value')).toHaveText(own.DB_PASS);
        await page.keyboard.press('Escape');
        await expect(dialog).toHaveCount(0);
        await reveal.click();
        await expect(dialog.getByText('30', { exact: true })).toBeVisible();
        await page.clock.runFor(12_000);
        await expect(dialog.getByText(/^1[78]$/)).toBeVisible();
        await page.clock.runFor(18_500);
        await expect(dialog).toHaveCount(0);
      });

      await expectNoTrace([...markers, line.match(/STRONGROOM_TOKEN=(\S+)/)[1]], { except: [/\/reveal$/, /POST \/forms\/tokens$/] });
    });
  });
}

/** Applies the plan on show. */
async function apply(page, changes, place) {
  await expect(page.getByText(place).last()).toBeVisible();
  await page.getByRole('button', { name: changes === 1 ? 'Apply 1 change' : `Apply ${changes} changes` }).click();
}

async function tab(page, name, script) {
  await page.getByRole('navigation', { name: /^Levels of/ }).getByRole('link', { name }).click();
  if (script) await awake(page);
  await expect(page.getByRole('navigation', { name: /^Levels of/ }).getByRole('link', { name })).toHaveAttribute('aria-current', 'page');
}

async function bind(page, kind, target, secret) {
  await page.getByLabel('Deliver as').selectOption(kind);
  await page.getByLabel('Name or path').fill(target);
  await page.getByLabel('Secret', { exact: true }).fill(secret);
  await page.getByRole('button', { name: 'Add binding' }).click();
}
