import { test, expect } from '../fixture.mjs';
import { ada, addPerson, awake, begin, canary, cell, file, give, jonas, notice, open, signIn } from '../steps.mjs';

const SERVICE = '/projects/shop/services/api/secrets';
const secret = (name) => `/projects/shop/services/api/secrets/${name}`;

for (const script of [false, true]) {
  test.describe(script ? 'with script' : 'without script', () => {
    test.use({ javaScriptEnabled: script });

    test('a secret is written, changed and deleted by hand', async ({ server, page, expectNoTrace }) => {
      const [first, second] = [`  ${canary()}\nand a second line\n\n`, canary()];
      const token = await begin(server);
      const value = async () => (await server.api(token, 'POST', `${secret('DB_PASS')}/reveal?environment=staging`, {})).value;
      await signIn(page, ada, SERVICE);
      if (script) await awake(page);

      await test.step('a new one is stored as typed', async () => {
        await page.getByRole('link', { name: 'New secret' }).first().click();
        const form = page.getByRole('region', { name: 'New secret' });
        await form.getByLabel('Name').fill('DB_PASS');
        await form.getByLabel('Environment').selectOption('staging');
        await form.getByLabel('Value', { exact: true }).fill(first);
        await form.getByLabel('Comment').fill('rotated each spring');
        await form.getByRole('button', { name: 'Save secret' }).click();
        await expect(notice(page)).toContainText('DB_PASS set in api, staging, version 1');
        expect(await value()).toBe(first);
      });

      await test.step('an empty value is refused unless it is meant', async () => {
        if (script) await awake(page);
        await page.getByRole('link', { name: /^Edit/ }).click();
        await page.getByRole('button', { name: 'Save version 2' }).click();
        await expect(notice(page)).toContainText('the value is empty; tick the box if it is meant to be');
        expect(await value()).toBe(first);
      });

      await test.step('a change is a new version', async () => {
        await page.getByLabel('Value', { exact: true }).fill(second);
        await page.getByRole('button', { name: 'Save version 2' }).click();
        await expect(notice(page)).toContainText('DB_PASS is now version 2 in api, staging');
        await expect(cell(page, 'DB_PASS', 'staging')).toContainText('set, v2');
        await expect(page.getByRole('definition').filter({ hasText: 'rotated each spring' })).toBeVisible();
        expect(await value()).toBe(second);
      });

      await test.step('deleting asks first', async () => {
        await page.locator('summary', { hasText: 'Delete' }).click();
        await page.getByRole('button', { name: 'Delete version 2' }).click();
        await expect(notice(page)).toContainText('DB_PASS deleted in api, staging');
        await expect(page.getByRole('heading', { name: 'No secrets for service api yet' })).toBeVisible();
      });

      await expectNoTrace([first.split('\n')[0].trim(), second]);
    });

    test('of two people who edit one secret, the later one is told and nothing is lost', async ({ server, page, newContext, expectNoTrace }) => {
      const [start, hers, his] = [canary(), canary(), canary()];
      const token = await begin(server);
      await addPerson(server, token, jonas, ['shop']);
      await server.api(token, 'PUT', secret('DB_PASS'), { value: start });
      const other = await (await newContext({ javaScriptEnabled: script, baseURL: server.url })).newPage();
      const form = `${SERVICE}?open=DB_PASS&env=all&edit=1`;
      await signIn(page, ada, form);
      await signIn(other, jonas, form);
      for (const [who, value] of [[page, hers], [other, his]]) {
        if (script) await awake(who);
        await who.getByLabel('Value', { exact: true }).fill(value);
        await who.getByRole('button', { name: 'Save version 2' }).click();
      }
      await expect(notice(page)).toContainText('DB_PASS is now version 2');
      await expect(notice(other)).toContainText(`you started from version 1, it is version 2 now, by ${ada.email}`);
      const { value } = await server.api(token, 'POST', `${secret('DB_PASS')}/reveal`, {});
      expect(value).toBe(hers);
      await expectNoTrace([start, hers, his]);
    });

    test('names are filtered, and an empty answer leads back', async ({ server, page, expectNoTrace }) => {
      const value = canary();
      const token = await begin(server);
      for (const name of ['DB_NAME', 'DB_PASS', 'MAIL_KEY']) await server.api(token, 'PUT', secret(name), { value });
      await signIn(page, ada, SERVICE);
      if (script) await awake(page);
      const filter = page.getByRole('searchbox', { name: 'Filter names' });
      await filter.fill('db_');
      if (!script) await filter.press('Enter');
      await expect(page.getByText('2 names match')).toBeVisible();
      await expect(cell(page, 'MAIL_KEY')).toHaveCount(0);
      await expect(page).toHaveURL(/filter=db_/);
      await filter.fill('zzz');
      if (!script) await filter.press('Enter');
      await expect(page.getByRole('heading', { name: 'No name contains “zzz”' })).toBeVisible();
      await page.getByRole('link', { name: 'Show all names' }).click();
      await expect(page.getByText('3 names')).toBeVisible();
      await expectNoTrace([value]);
    });

    test('a member sees what is theirs, and no page of admins', async ({ server, page, watch, expectNoTrace }) => {
      watch.allow(/403/, /404/);
      const value = canary();
      const token = await begin(server);
      await server.api(token, 'POST', '/projects', { slug: 'payroll' });
      await server.api(token, 'PUT', '/platform/secrets/TRACE_KEY', { value });
      await addPerson(server, token, jonas, ['shop']);
      await signIn(page, jonas);
      await expect(page.getByRole('main').getByRole('link', { name: 'shop', exact: true })).toBeVisible();
      await expect(page.getByText('payroll')).toHaveCount(0);
      for (const admins of ['People', 'Audit log', 'New project']) {
        await expect(page.getByRole('link', { name: admins })).toHaveCount(0);
      }
      for (const path of ['/people', '/audit']) {
        expect((await page.goto(path)).status(), path).toBe(403);
        await expect(page.getByRole('heading', { name: 'You may not see this' })).toBeVisible();
      }
      for (const path of ['/projects/payroll', '/projects/payroll/secrets', '/projects/nowhere', '/projects/shop/services/nowhere/secrets', '/nowhere']) {
        expect((await page.goto(path)).status(), path).toBe(404);
        await expect(page.getByRole('main')).toContainText(/nothing here|not found/i);
      }
      await open(page, '/projects/shop/services/api/platform?open=TRACE_KEY&env=all', script);
      await expect(page.getByText('Only admins change or reveal what is set here.')).toBeVisible();
      await expect(page.getByRole('button', { name: 'Reveal TRACE_KEY' })).toHaveCount(0);
      await expectNoTrace([value]);
    });
  });
}

test('a value is copied without being shown', async ({ server, page, context, expectNoTrace }) => {
  const value = canary();
  const token = await begin(server);
  await server.api(token, 'PUT', secret('DB_PASS'), { value });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await signIn(page, ada, `${SERVICE}?open=DB_PASS&env=all`);
  await awake(page);
  await page.getByRole('button', { name: 'Copy DB_PASS' }).click();
  await expect(page.getByText('Copied to the clipboard')).toBeAttached();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(value);
  await expect(page.getByRole('dialog')).toHaveCount(0);
  const { items } = await server.api(token, 'GET', '/audit?action=secret.reveal');
  expect(items[0]).toMatchObject({ actor: ada.email, name: 'DB_PASS', outcome: 'allowed' });
  await expectNoTrace([value], { except: [/\/ui\/reveal$/] });
});

test('a value is asked for again with a reason, which is recorded', async ({ server, page, expectNoTrace }) => {
  const value = canary();
  const token = await begin(server);
  await server.api(token, 'PUT', secret('DB_PASS'), { value });
  await signIn(page, ada, `${SERVICE}?open=DB_PASS&env=all`);
  await awake(page);
  await page.keyboard.press('r');
  const dialog = page.getByRole('dialog', { name: 'DB_PASS' });
  await expect(dialog.getByLabel('Revealed value')).toHaveText(value);
  await dialog.getByLabel(/Say why/).fill('the mailer is down');
  await dialog.getByRole('button', { name: 'Show 30 s more' }).click();
  await expect(dialog.getByText('the mailer is down')).toBeVisible();
  await dialog.getByRole('button', { name: /^Hide now/ }).click();
  await expect(dialog).toHaveCount(0);
  const { items } = await server.api(token, 'GET', '/audit?action=secret.reveal');
  expect(items.map((record) => record.reason ?? '')).toEqual(['the mailer is down', '']);
  await expectNoTrace([value], { except: [/\/ui\/reveal$/] });
});

test('whoever signs out has to sign in again, and comes back to where they were', async ({ server, page, watch }) => {
  await begin(server);
  await signIn(page, ada, SERVICE);
  watch.allow(/Clear-Site-Data/);
  await page.locator('.topbar summary').last().click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(/\/login$/);
  await page.goto(SERVICE);
  await expect(page).toHaveURL(/\/login\?next=/);
  await page.getByLabel('E-mail').fill(ada.email);
  await page.getByLabel('Password').fill('not the password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await expect(page.getByLabel('E-mail')).toHaveValue(ada.email);
  await page.getByLabel('Password').fill(ada.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL(new RegExp(`${SERVICE}$`));
});
