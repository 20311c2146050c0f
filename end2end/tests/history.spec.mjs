// The way back: undo, history, comparing, restoring, deletions, moves, and two people at once.
import { test, expect, expectNoAxeViolations } from '../fixture.mjs';
import { ada, addPerson, awake, begin, canary, cell, file, give, jonas, notice, open, signIn } from '../steps.mjs';

const SERVICE = '/projects/shop/services/api/secrets';
const secret = (name) => `/projects/shop/services/api/secrets/${name}`;
const history = (name, more = '') => `/history?level=service&project=shop&service=api&environment=all&name=${name}${more}`;
const version = (page, number) => page.getByRole('listitem').filter({ has: page.getByText(`v${number}`, { exact: true }) });

for (const script of [false, true]) {
  test.describe(script ? 'with script' : 'without script', () => {
    test.use({ javaScriptEnabled: script });

    test('a write is taken back from its notice, and done again', async ({ server, page, expectNoTrace }) => {
      const [first, second] = [canary(), canary()];
      const token = await begin(server);
      const value = async () => (await server.api(token, 'POST', `${secret('DB_PASS')}/reveal`, {})).value;
      await server.api(token, 'PUT', secret('DB_PASS'), { value: first });
      await signIn(page, ada, `${SERVICE}?open=DB_PASS&env=all&edit=1`);
      if (script) await awake(page);
      await page.getByLabel('Value', { exact: true }).fill(second);
      await page.getByRole('button', { name: 'Save version 2' }).click();
      await expect(notice(page)).toContainText('DB_PASS is now version 2');
      expect(await value()).toBe(second);
      await notice(page).getByRole('button', { name: 'Undo' }).click();
      await expect(notice(page)).toContainText('Taken back: DB_PASS in api, all environments');
      expect(await value()).toBe(first);
      await expect(page).toHaveURL(/open=DB_PASS/);
      await notice(page).getByRole('button', { name: 'Undo' }).click();
      await expect(cell(page, 'DB_PASS')).toContainText('set, v4');
      expect(await value()).toBe(second);
      await expectNoTrace([first, second]);
    });

    test('an upload is taken back from the history, unless others built upon it', async ({ server, page, expectNoTrace }) => {
      const [value, other] = [canary(), canary()];
      const token = await begin(server);
      await signIn(page, ada, SERVICE);
      if (script) await awake(page);
      await give(page, file({ A: value, B: value, C: value }), { script });
      if (script) await page.getByRole('button', { name: 'Apply 3 changes' }).click();
      await expect(notice(page)).toContainText('3 created');
      await server.api(token, 'PUT', secret('B'), { value: other });

      await open(page, '/changes?level=service&project=shop&service=api', script);
      await page.getByRole('link', { name: /^uploaded: A, B, C/ }).click();
      const opened = page.getByRole('region', { name: /uploaded, 3 names/ });
      await expect(opened.getByRole('row', { name: /^A/ })).toContainText('create');
      await opened.getByRole('button', { name: 'Undo this change' }).click();
      await expect(notice(page)).toContainText('Others built upon this change: B was written again since');
      await expect(notice(page).getByRole('listitem')).toContainText(/version 2 by .* in the change/i);
      expect((await server.api(token, 'GET', '/projects/shop/services/api/secrets')).items).toHaveLength(3);

      if (script) await awake(page);
      await page.getByRole('link', { name: /^written: B/ }).click();
      const later = page.getByRole('region', { name: /^written, 1 name/ });
      await later.getByRole('button', { name: 'Undo this change' }).click();
      await expect(notice(page)).toContainText('Taken back: B');
      await expect(page.getByText('taken back', { exact: true })).toBeVisible();
      await expectNoTrace([value, other]);
    });

    test('versions are compared, revealed and restored', async ({ server, page, expectNoTrace }) => {
      const [one, two] = [canary(), canary()];
      const token = await begin(server);
      for (const [value, comment] of [[one, 'first'], [two, 'second'], [one, 'third']]) await server.api(token, 'PUT', secret('DB_PASS'), { value, comment });
      await signIn(page, ada, `${SERVICE}?open=DB_PASS&env=all`);
      if (script) await awake(page);
      await page.getByRole('region', { name: /DB_PASS in/ }).getByRole('link', { name: 'History' }).click();
      await expect(page.getByRole('heading', { level: 1, name: 'DB_PASS' })).toBeVisible();
      await expect(version(page, 3)).toContainText('same as v1');
      await expect(page.getByRole('row', { name: /^Value/ })).toContainText('different');
      await expect(page.getByRole('row', { name: /^Comment/ })).toContainText('second');
      await page.getByLabel('Compare version').selectOption('1');
      await page.getByRole('button', { name: 'Compare' }).click();
      await expect(page).toHaveURL(/from=1&to=3/);
      await expect(page.getByRole('row', { name: /^Value/ })).toContainText('same');
      if (script) {
        await awake(page);
        await version(page, 2).getByRole('button', { name: 'Reveal DB_PASS' }).click();
        await expect(page.getByRole('dialog', { name: 'DB_PASS' }).getByLabel('Revealed value')).toHaveText(two);
        await page.keyboard.press('Escape');
        await expect(page.getByRole('dialog')).toHaveCount(0);
      }
      await version(page, 2).getByRole('button', { name: 'Restore version 2' }).click();
      await expect(notice(page)).toContainText('is what it was in version 2, as version 4');
      expect((await server.api(token, 'POST', `${secret('DB_PASS')}/reveal`, {})).value).toBe(two);
      await expectNoTrace([one, two], { except: [/\/ui\/reveal$/] });
    });

    test('a deleted secret is brought back, or destroyed for good', async ({ server, page, expectNoTrace }) => {
      const value = canary();
      const token = await begin(server);
      for (const name of ['KEEP', 'LEAK']) {
        await server.api(token, 'PUT', secret(name), { value });
        await server.api(token, 'DELETE', secret(name));
      }
      await signIn(page, ada, '/deleted');
      if (script) await awake(page);
      await page.getByRole('button', { name: 'Bring back KEEP' }).click();
      await expect(notice(page)).toContainText('KEEP in api, all environments is what it was in version 1, as version 3');
      await open(page, '/deleted', script);
      const destroy = page.getByRole('form', { name: 'Destroy LEAK' });
      await page.getByLabel('Destroy every version of LEAK').click();
      await destroy.getByLabel(/^Type LEAK/).fill('KEEP');
      await destroy.getByRole('button', { name: 'Destroy for good' }).click();
      await expect(notice(page)).toContainText('Nothing was deleted: type LEAK to go on');
      if (script) await awake(page);
      await page.getByLabel('Destroy every version of LEAK').click();
      await destroy.getByLabel(/^Type LEAK/).fill('LEAK');
      await destroy.getByRole('button', { name: 'Destroy for good' }).click();
      await expect(notice(page)).toContainText('1 version of LEAK in api, all environments is destroyed for good');
      await expect(page.getByRole('heading', { name: 'Nothing was deleted here in the last 30 days' })).toBeVisible();
      await page.goto(history('LEAK'));
      await expect(version(page, 1)).toContainText('destroyed');
      await expect(page.getByRole('button', { name: 'Restore version 1' })).toHaveCount(0);
      await expectNoTrace([value]);
    });

    test('a secret gets another name and place, and keeps history and bindings', async ({ server, page, expectNoTrace }) => {
      const value = canary();
      const token = await begin(server);
      await server.api(token, 'PUT', secret('OLD'), { value });
      await server.api(token, 'PUT', '/projects/shop/services/api/bindings', [{ target: { env: 'X' }, secret: 'OLD' }]);
      await signIn(page, ada, history('OLD'));
      if (script) await awake(page);
      await page.getByLabel('Name', { exact: true }).fill('not a name');
      await page.getByRole('button', { name: 'Rename or move' }).click();
      await expect(page.getByLabel('Name', { exact: true })).toHaveValue('not a name');
      if (script) await awake(page);
      await page.getByLabel('Name', { exact: true }).fill('NEW');
      await page.getByRole('radio', { name: 'project shop' }).check({ force: true });
      await page.getByRole('button', { name: 'Rename or move' }).click();
      await expect(notice(page)).toContainText('OLD is NEW in shop, all environments now; 1 binding follows');
      await expect(version(page, 1)).toContainText('moved from OLD in project: shop, service: api, v1');
      const bindings = await server.api(token, 'GET', '/projects/shop/services/api/bindings');
      expect(JSON.stringify(bindings)).toContain('"NEW"');
      await page.getByRole('link', { name: 'OLD', exact: true }).click();
      await expect(page.getByRole('heading', { level: 1, name: 'OLD' })).toBeVisible();
      await expect(version(page, 2)).toContainText('moved to NEW');
      await expectNoTrace([value]);
    });

    test('two people write at once: the second one chooses, and nothing is lost', async ({ server, page, newContext, expectNoTrace }) => {
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
      const value = async () => (await server.api(token, 'POST', `${secret('DB_PASS')}/reveal`, {})).value;
      await expect(notice(other)).toContainText(`you started from version 1, it is version 2 now, by ${ada.email}`);
      await expect(other.getByRole('row', { name: /^Compared/ })).toContainText('different from theirs');
      expect(await value()).toBe(hers);
      await expectNoTrace([start, hers, his]);
      await expectNoAxeViolations(other);
      await other.getByRole('button', { name: 'Write mine as version 3' }).click();
      await expect(notice(other)).toContainText('DB_PASS is now version 3');
      expect(await value()).toBe(his);
      await expectNoTrace([start, hers, his]);
    });
  });
}

test('a notice that offers undo leaves after ten seconds, and stays while it is looked at', async ({ server, page }) => {
  const token = await begin(server);
  await server.api(token, 'PUT', secret('DB_PASS'), { value: 'x' });
  await page.clock.install();
  await signIn(page, ada, `${SERVICE}?open=DB_PASS&env=all`);
  await page.locator('summary', { hasText: 'Delete' }).click();
  await page.getByRole('button', { name: 'Delete version 1' }).click();
  const toast = page.locator('.callout.toast');
  await expect(toast).toContainText('for 30 days it can be brought back');
  await toast.hover();
  await page.clock.runFor(15_000);
  await expect(toast).toBeVisible();
  await page.mouse.move(0, 0);
  await page.clock.runFor(11_000);
  await expect(toast).toHaveCount(0);
});

for (const [reader, options] of [
  ['light-1440', { colorScheme: 'light', viewport: { width: 1440, height: 900 } }],
  ['dark-1440', { colorScheme: 'dark', viewport: { width: 1440, height: 900 } }],
  ['light-360', { colorScheme: 'light', viewport: { width: 360, height: 740 }, hasTouch: true }],
]) {
  test.describe(reader, () => {
    test.use(options);
    test.skip(({ engine }) => engine !== 'sqlite', 'one engine is enough');

    test('the pages of history fit and break no rule of accessibility', async ({ server, page, picture }) => {
      const token = await begin(server);
      await server.api(token, 'POST', '/projects/shop/import?message=Rotate%20for%20spring', { DB_PASS: 'a', MAIL_KEY: 'b', SENTRY_DSN: 'c' });
      for (const [value, comment] of [['1', 'Primary endpoint'], ['2', 'Pooled endpoint'], ['1', 'Pooled endpoint']]) await server.api(token, 'PUT', secret('DATABASE_URL'), { value, comment });
      const { items } = await server.api(token, 'GET', '/changes');
      await server.api(token, 'POST', `/changes/${items[0].id}/undo`, {});
      await server.api(token, 'PUT', secret('OLD_KEY'), { value: 'x' });
      await server.api(token, 'DELETE', secret('OLD_KEY'));
      await signIn(page, ada);
      const pages = [
        ['changes', `/changes?open=${items[3].id}`],
        ['changes-empty', '/changes?project=nowhere'],
        ['deleted', '/deleted'],
        ['history', history('DATABASE_URL')],
        ['history-deleted', history('OLD_KEY')],
      ];
      for (const [name, path] of pages) {
        await page.goto(path);
        await awake(page);
        await picture(page, `${reader}/${name}`);
        const overflow = await page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth);
        expect.soft(overflow, `${name} scrolls sideways`).toBeLessThanOrEqual(0);
        await test.step(`axe: ${name}`, () => expectNoAxeViolations(page, { soft: true }));
      }
      await page.goto(`${SERVICE}?open=DATABASE_URL&env=all`);
      await awake(page);
      await page.locator('summary', { hasText: 'Delete' }).click();
      await page.getByRole('button', { name: /^Delete version/ }).click();
      await expect(page.locator('.callout.toast')).toBeVisible();
      await picture(page, `${reader}/toast`, { fullPage: false });
      await test.step('axe: toast', () => expectNoAxeViolations(page, { soft: true }));
    });
  });
}
