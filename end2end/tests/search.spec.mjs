import { test, expect, expectNoAxeViolations } from '../fixture.mjs';
import { ada, addPerson, awake, begin, canary, cell, jonas, open, signIn } from '../steps.mjs';

const SERVICE = '/projects/shop/services/api/secrets';
const secret = (name, environment = '') => `/projects/shop/services/api/secrets/${name}${environment && `?environment=${environment}`}`;

/** Uploads so many names into the service. */
async function fill(server, token, count) {
  for (let from = 0; from < count; from += 10000) {
    const names = Array.from({ length: Math.min(10000, count - from) }, (_, at) => [`KEY_${String(from + at).padStart(5, '0')}`, 'v']);
    await server.api(token, 'POST', '/projects/shop/services/api/import', Object.fromEntries(names));
  }
}

/** What has the focus, as a screen reader would say it. */
const focused = (page) => page.evaluate(() => document.activeElement.getAttribute('aria-label') ?? document.activeElement.tagName);

test.describe('without script', () => {
  test.use({ javaScriptEnabled: false });

  test('everything is found on a page that the frame leads to', async ({ server, page, expectNoTrace }) => {
    const value = canary();
    const token = await begin(server);
    await server.api(token, 'PUT', secret('STRIPE_KEY', 'production'), { value, comment: 'rolled each spring' });
    await server.api(token, 'PUT', '/platform/secrets/STRIPE_URL', { value });
    await signIn(page, ada, SERVICE);
    await page.getByRole('searchbox', { name: 'Search every scope' }).fill('stripe SPRING');
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/\/search\?q=stripe/);
    await expect(page.getByText('1 hit', { exact: true })).toBeVisible();
    await expectNoAxeViolations(page);
    await page.getByRole('link', { name: /STRIPE_KEY/ }).click();
    await expect(page).toHaveURL(`${SERVICE}?open=STRIPE_KEY&env=production`);
    await expect(page.getByRole('region', { name: 'STRIPE_KEY in api, production' })).toBeVisible();
    await page.goto('/search?q=level:platform');
    await expect(page.getByRole('link', { name: /STRIPE_URL/ })).toBeVisible();
    await page.goto('/search?q=zebra');
    await expect(page.getByRole('heading', { name: 'Nothing that you may see has “zebra”' })).toBeVisible();
    await page.goto('/search?q=%25_%27%22%5C');
    await expect(page.getByRole('heading', { name: /Nothing that you may see has/ })).toBeVisible();
    await page.goto('/search');
    await expect(page.getByRole('heading', { name: 'What are you looking for?' })).toBeVisible();
    await expect(page.getByRole('region', { name: 'Keys' })).toContainText('Reveal its value');
    await expectNoTrace([value]);
  });

  test('a search that is not understood says so', async ({ server, page, watch }) => {
    watch.allow(/422/);
    await begin(server);
    await signIn(page, ada);
    expect((await page.goto('/search?q=kind:planet')).status()).toBe(422);
    await expect(page.getByRole('main')).toContainText('takes text, json or file');
    expect((await page.goto(`/search?q=${'x'.repeat(5000)}`)).status()).toBe(422);
    await expect(page.getByRole('main')).toContainText('at most 200 characters');
    expect((await page.goto(`${SERVICE}?filter=${'x'.repeat(5000)}`)).status()).toBe(422);
    await expect(page.getByRole('main')).toContainText('at most 253 characters');
  });

  test('a long table is read page by page', async ({ server, page }) => {
    const token = await begin(server);
    await fill(server, token, 250);
    await signIn(page, ada, SERVICE);
    await expect(page.getByText('100 of 250 names')).toBeVisible();
    await page.getByRole('link', { name: 'Next page' }).click();
    await expect(cell(page, 'KEY_00100')).toBeVisible();
    await expect(page.getByRole('grid')).toBeVisible();
  });
});

test('Ctrl-K finds a cell, with the keyboard alone', async ({ server, page, watch, expectNoTrace }) => {
  watch.allow(/422/);
  const value = canary();
  const token = await begin(server);
  for (const environment of ['', 'staging', 'production']) await server.api(token, 'PUT', secret('STRIPE_KEY', environment), { value });
  await signIn(page, ada);
  await awake(page);
  await page.keyboard.press('Control+k');
  const box = page.getByRole('combobox', { name: 'Search every scope' });
  await expect(box).toBeFocused();
  await expect(box).toHaveAttribute('aria-expanded', 'false');
  await expect(page.getByRole('dialog')).toContainText('Every word has to be there');
  await expectNoAxeViolations(page);
  await page.keyboard.type('stripe env:staging');
  const options = page.getByRole('listbox', { name: 'Hits' }).getByRole('option');
  await expect(options).toHaveCount(1);
  await expect(box).toHaveAttribute('aria-expanded', 'true');
  await expectNoAxeViolations(page);
  await box.fill('stripe');
  await expect(options).toHaveCount(3);
  await expect(options.nth(0)).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('ArrowDown');
  await expect(options.nth(1)).toHaveAttribute('aria-selected', 'true');
  await expect(box).toHaveAttribute('aria-activedescendant', await options.nth(1).getAttribute('id'));
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  await expect(options.nth(2)).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/projects\/shop\/services\/api\/secrets\?open=STRIPE_KEY&env=production$/);
  await expect(page.locator('dialog')).toHaveCount(0);
  await expect(page.getByRole('region', { name: 'STRIPE_KEY in api, production' })).toBeVisible();
  await page.keyboard.press('Control+k');
  await expect(page.getByText('Opened before')).toBeVisible();
  await expect(options).toHaveCount(1);
  await page.keyboard.type('zebra');
  await expect(page.getByRole('dialog')).toContainText('Nothing that you may see has “zebra”');
  await page.keyboard.press('Escape');
  await expect(page.locator('dialog')).toHaveCount(0);
  await page.keyboard.press('Control+k');
  await page.keyboard.type('kind:planet');
  await expect(page.getByRole('alert')).toContainText('takes text, json or file');
  await expectNoTrace([value]);
});

test('whoever may not see a project does not find it', async ({ server, page }) => {
  const token = await begin(server);
  await server.api(token, 'POST', '/projects', { slug: 'payroll' });
  await server.api(token, 'PUT', '/projects/payroll/secrets/PAY_KEY', { value: 'v' });
  await server.api(token, 'PUT', secret('SHOP_KEY'), { value: 'v' });
  await addPerson(server, token, jonas, ['shop']);
  await signIn(page, jonas);
  await awake(page);
  await page.keyboard.press('Control+k');
  await page.keyboard.type('key');
  await expect(page.getByRole('option')).toHaveCount(1);
  await expect(page.getByRole('option')).toContainText('SHOP_KEY');
});

test('a table is walked through, opened, edited and read with the keyboard alone', async ({ server, page, context, expectNoTrace }) => {
  const value = canary();
  const token = await begin(server);
  for (const name of ['A_KEY', 'B_KEY', 'C_KEY']) await server.api(token, 'PUT', secret(name, 'production'), { value });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await signIn(page, ada, SERVICE);
  await awake(page);
  await page.keyboard.press('j');
  expect(await focused(page)).toMatch(/^A_KEY, all environments: /);
  await page.keyboard.press('j');
  await page.keyboard.press('l');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('End');
  expect(await focused(page)).toMatch(/^B_KEY, production: set, v1/);
  await page.keyboard.press('h');
  await page.keyboard.press('ArrowLeft');
  expect(await focused(page)).toMatch(/^B_KEY, development: /);
  await page.keyboard.press('k');
  expect(await focused(page)).toMatch(/^A_KEY, development: /);
  expect(await page.locator('a.cell[tabindex="0"]').count()).toBe(1);
  await page.keyboard.press('Shift+Tab');
  expect(await focused(page)).not.toMatch(/_KEY, /);
  await page.keyboard.press('Tab');
  expect(await focused(page)).toMatch(/^A_KEY, development: /);
  await page.keyboard.press('Tab');
  expect(await focused(page)).not.toMatch(/_KEY, /);
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  const panel = page.getByRole('region', { name: 'A_KEY in api, production' });
  await expect(panel).toBeVisible();
  await page.keyboard.press('y');
  await expect(page.getByText('Copied to the clipboard')).toBeAttached();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(value);
  await page.keyboard.press('r');
  await expect(page.getByLabel('Revealed value')).toHaveText(value);
  await page.keyboard.press('Escape');
  await expect(page.locator('dialog')).toHaveCount(0);
  await page.keyboard.press('e');
  await expect(page.getByRole('button', { name: 'Save version 2' })).toBeVisible();
  await page.keyboard.press('?');
  const keys = page.getByRole('dialog', { name: 'Keys' });
  await expect(keys).toContainText('Undo what was just done');
  await expectNoAxeViolations(page);
  await page.keyboard.press('Escape');
  await expect(keys).toHaveCount(0);
  await page.keyboard.press('/');
  await expect(page.getByRole('searchbox', { name: 'Filter names' })).toBeFocused();
  await page.keyboard.type('jk?n');
  await expect(page.getByRole('heading', { name: 'No name contains “jk?n”' })).toBeVisible();
  await expectNoTrace([value], { except: [/\/ui\/reveal$/] });
});
