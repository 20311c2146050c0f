import { test, expect, expectNoAxeViolations } from '../fixture.mjs';
import { ada, awake, begin, canary, cell, file, give, notice, signIn } from '../steps.mjs';

const SERVICE = '/projects/shop/services/api/secrets';
const secret = (name, place = 'projects/shop/services/api') => `/${place}/secrets/${name}`;
const apply = (page) => page.locator('[data-key="apply"]');
const heading = (page) => page.getByRole('heading', { level: 1, name: /^Plan for/ });

/** 10 000 keys, each with a value that can be looked for. */
const many = (value) => Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`KEY_${String(n).padStart(5, '0')}`, `${value}${n}`]));

test('a plan is read, changed and applied by keyboard alone', async ({ server, page, expectNoTrace }) => {
  const value = canary();
  const token = await begin(server, { services: ['api', 'web'] });
  await server.api(token, 'PUT', '/platform/secrets/DB_PASS', { value: 'wide' });
  await signIn(page, ada, SERVICE);
  await awake(page);
  await page.getByLabel('choose a file').setInputFiles(file({ DB_PASS: value, LEFT: value, STAYS: value }));
  await expect(heading(page)).toBeFocused();
  await expect(page.getByRole('row', { name: /DB_PASS/ })).toContainText('shadows platform');
  const tabTo = async (target) => {
    for (let press = 0; press < 40; press += 1) {
      await page.keyboard.press('Tab');
      if (await target.evaluate((element) => element === document.activeElement)) return;
    }
    throw new Error('the keyboard does not reach it');
  };
  await tabTo(page.getByRole('radio', { name: 'Service api' }));
  await page.keyboard.press('ArrowRight');
  await expect(page.locator('.level b')).toHaveText('project shop, all environments');
  await expect(page.getByText('2 services see other values, in 6 places')).toBeVisible();
  await tabTo(page.getByLabel('Environment', { exact: true }));
  await page.keyboard.type('staging');
  await expect(page.locator('.level b')).toHaveText('project shop, staging');
  await expect(page.getByText('2 services see other values, in 2 places')).toBeVisible();
  await tabTo(page.getByRole('checkbox', { name: 'Apply LEFT' }));
  await page.keyboard.press('Space');
  await expect(apply(page)).toHaveText('Apply 2 changes');
  await tabTo(page.getByLabel('Message'));
  await page.keyboard.type('by keyboard');
  await page.keyboard.press('Control+Enter');
  await expect(notice(page)).toContainText('Project shop, staging: 2 created, 0 updated, 0 unchanged, 1 left out');
  const { items } = await server.api(token, 'GET', '/changes');
  expect(items[0]).toMatchObject({ message: 'by keyboard', names: ['DB_PASS', 'STAYS'], source: 'project: shop, environment: staging' });

  await page.getByLabel('choose a file').setInputFiles(file({ OTHER: value }));
  await expect(page.getByRole('row', { name: /OTHER/ })).toContainText('create');
  await page.keyboard.press('Escape');
  await expect(heading(page)).toHaveCount(0);
  await expectNoTrace([value]);
});

test('what someone changed since the plan was made is told, and the new plan takes its place', async ({ server, page, watch, expectNoTrace }) => {
  watch.allow(/409/);
  const [value, theirs] = [canary(), canary()];
  const token = await begin(server);
  await signIn(page, ada, SERVICE);
  await awake(page);
  await give(page, file({ DB_PASS: value, MAIL_KEY: value }), { script: true });
  await expect(apply(page)).toHaveText('Apply 2 changes');
  await server.api(token, 'PUT', secret('DB_PASS'), { value: theirs });
  await apply(page).click();
  await expect(page.getByRole('alert')).toContainText('DB_PASS changed since the plan was made. Nothing was stored; this is the new plan.');
  await expect(page.getByRole('row', { name: /DB_PASS/ })).toContainText('update');
  const stored = await server.api(token, 'GET', '/projects/shop/services/api/secrets');
  expect(stored.items.map(({ name, version }) => [name, version])).toEqual([['DB_PASS', 1]]);
  await apply(page).click();
  await expect(notice(page)).toContainText('1 created, 1 updated');
  await expect(cell(page, 'DB_PASS')).toContainText('set, v2');
  await expectNoTrace([value, theirs]);
});

test('advice is taken in the plan, and names that differ in case only are pointed out', async ({ server, page, expectNoTrace }) => {
  const value = canary();
  const token = await begin(server);
  const pem = `-----BEGIN PRIVATE KEY-----\n${Buffer.from(value).toString('base64')}\n-----END PRIVATE KEY-----\n`;
  await server.api(token, 'PUT', secret('db_pass'), { value });
  await signIn(page, ada, SERVICE);
  await awake(page);
  await give(page, file({ DB_PASS: value, TLS_KEY: pem }), { script: true });
  await expect(page.getByRole('row', { name: /DB_PASS/ })).toContainText('differs from db_pass in case only');
  await page.getByLabel('looks like a file (PEM): store it as one').click();
  await expect(page.getByLabel('stored as a file')).toBeChecked();
  await expect(apply(page)).toHaveText('Apply 2 changes');
  await apply(page).click();
  await expect(notice(page)).toContainText('2 created');
  const revealed = await server.api(token, 'POST', `${secret('TLS_KEY')}/reveal`, {});
  expect(revealed.kind).toBe('file');
  expect(Buffer.from(revealed.value, 'base64').toString()).toBe(pem);
  await expectNoTrace([value]);
});

test('ten thousand keys are planned and applied, and the page says how far it is', async ({ server, page, expectNoTrace }) => {
  test.slow();
  const value = canary();
  const token = await begin(server);
  await signIn(page, ada, SERVICE);
  await awake(page);
  // What the page said while it waited.
  await page.evaluate(() => {
    window.told = [];
    new MutationObserver(() => {
      const bar = document.querySelector('progress');
      if (bar) window.told.push(`${bar.hasAttribute('value') ? 'sending' : 'working'}: ${bar.parentElement.textContent}`);
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  });
  const since = async (start, done) => {
    await done;
    return Math.round(performance.now() - start);
  };
  let start = performance.now();
  await give(page, file(many(value)), { script: true });
  const planned = await since(start, expect(apply(page)).toHaveText('Apply 10000 changes', { timeout: 20_000 }));
  await expect(page.getByText('200 of 10000 keys')).toBeVisible();
  await page.getByRole('button', { name: 'Show 200 more' }).click();
  await expect(page.getByText('400 of 10000 keys')).toBeVisible();
  start = performance.now();
  await page.keyboard.press('Control+Enter');
  const applied = await since(start, expect(notice(page)).toContainText('10000 created', { timeout: 20_000 }));
  const { items } = await server.api(token, 'GET', '/changes');
  expect(items[0].names).toHaveLength(10_000);
  const told = await page.evaluate(() => window.told);
  expect(told).toContainEqual(expect.stringMatching(/^working: All sent; the server compares 10000 keys$/));
  expect(told).toContainEqual(expect.stringMatching(/^working: All sent; the server writes 10000 keys$/));
  test.info().annotations.push({ type: 'timing', description: `10 000 keys in Chromium: plan ${planned} ms, apply ${applied} ms` });
  console.log(`10 000 keys in Chromium: plan ${planned} ms, apply ${applied} ms`);
  await expectNoTrace([`${value}9999`]);
});

for (const script of [false, true]) {
  test.describe(script ? 'with script' : 'without script', () => {
    test.use({ javaScriptEnabled: script });

    test('a value is promoted from its open cell, by a plan', async ({ server, page, expectNoTrace }) => {
      const value = canary();
      const token = await begin(server, { services: ['api', 'web'] });
      await server.api(token, 'PUT', `${secret('DB_PASS')}?environment=staging`, { value });
      await signIn(page, ada, `${SERVICE}?open=DB_PASS&env=staging`);
      if (script) await awake(page);
      await page.getByRole('link', { name: 'Promote to project shop' }).click();
      await expect(page.getByRole('heading', { level: 1, name: 'Move names' })).toBeVisible();
      await expect(page.getByRole('row', { name: /DB_PASS/ })).toContainText('removed from api, staging');
      await expect(page.getByText('1 service sees other values')).toBeVisible();
      await expect(page.getByText('shop/web, staging: 1 name')).toBeVisible();
      await page.getByLabel('Message').fill('for web, too');
      await page.getByRole('button', { name: 'Move 1 name' }).click();
      await expect(notice(page)).toContainText('Project shop, staging: 1 created, 0 updated, 0 unchanged; 1 removed from api, staging');
      await expect(page).toHaveURL(/\/projects\/shop\/secrets$/);
      await expect(cell(page, 'DB_PASS', 'staging')).toContainText('set, v1');
      const { items } = await server.api(token, 'GET', '/changes');
      expect(items[0]).toMatchObject({ action: 'move', message: 'for web, too', names: ['DB_PASS'] });
      await expectNoTrace([value]);
    });

    test('the names of another environment are copied, all but those left out', async ({ server, page, expectNoTrace }) => {
      const value = canary();
      const token = await begin(server);
      for (const name of ['A', 'B', 'C']) await server.api(token, 'PUT', `${secret(name)}?environment=staging`, { value });
      await signIn(page, ada, SERVICE);
      if (script) await awake(page);
      await page.getByRole('link', { name: 'Copy names from…' }).click();
      await expect(page.getByRole('heading', { name: 'Choose two places' })).toBeVisible();
      await page.getByLabel('From', { exact: true }).selectOption('shop/api');
      await page.getByLabel('Environment there').selectOption('staging');
      await page.getByLabel('Environment here').selectOption('production');
      await page.getByRole('button', { name: 'Show the plan' }).click();
      await expect(page.getByRole('button', { name: 'Apply 3 changes' })).toBeVisible();
      await page.getByLabel('Leave out B').check();
      await server.api(token, 'PUT', `${secret('A')}?environment=production`, { value: 'in between' });
      await page.getByRole('button', { name: 'Apply 3 changes' }).click();
      await expect(notice(page)).toContainText('changed since it was made; nothing was stored. This is the new plan');
      await page.getByLabel('Leave out B').check();
      await page.getByRole('button', { name: 'Apply 3 changes' }).click();
      await expect(notice(page)).toContainText('Service api, production: 1 created, 1 updated, 0 unchanged, 1 left out');
      const stored = await server.api(token, 'GET', '/projects/shop/services/api/secrets?environment=production');
      expect(stored.items.map(({ name }) => name)).toEqual(['A', 'C']);
      await expectNoTrace([value]);
    });
  });
}

test.describe('without script', () => {
  test.use({ javaScriptEnabled: false });

  test('a file has a plan, and is given once more to be stored', async ({ server, page, expectNoTrace }) => {
    const value = canary();
    const token = await begin(server);
    await signIn(page, ada, SERVICE);
    const given = file({ DB_PASS: value, LEFT: value });
    await page.getByLabel('choose a file').setInputFiles(given);
    await page.getByRole('button', { name: 'Show the plan' }).click();
    await expect(heading(page)).toBeVisible();
    await expectNoAxeViolations(page);
    await page.getByLabel('Leave out LEFT').check();
    await page.getByLabel('Message').fill('without script');
    await page.getByLabel('The file, once more').setInputFiles(given);
    await page.getByRole('button', { name: 'Apply 2 changes' }).click();
    await expect(notice(page)).toContainText('Service api, all environments: 1 created, 0 updated, 0 unchanged, 1 left out');
    const { items } = await server.api(token, 'GET', '/changes');
    expect(items[0]).toMatchObject({ message: 'without script', names: ['DB_PASS'] });
    await expectNoTrace([value]);
  });

  test('keys that cannot be stored are left out by their boxes', async ({ server, page, expectNoTrace }) => {
    const value = canary();
    await begin(server);
    await signIn(page, ada, SERVICE);
    const given = file({ GOOD: value, 'b ad': value });
    await give(page, given, { script: false });
    await expect(page.getByRole('alert')).toContainText(/line 1, column/i);
    await page.getByLabel('Leave out b ad').check();
    await page.getByLabel('The file, once more').setInputFiles(given);
    await page.getByRole('button', { name: 'Apply 1 change' }).click();
    await expect(notice(page)).toContainText('1 created, 0 updated, 0 unchanged, 1 left out');
    await expectNoTrace([value]);
  });
});
