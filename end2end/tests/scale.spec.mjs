import { loadavg } from 'node:os';
import { test, expect, expectNoAxeViolations } from '../fixture.mjs';
import { ada, awake, begin, canary, cell, signIn } from '../steps.mjs';

const PAGE = '/projects/shop/services/api/secrets';
const NAMES = 50_000;
const PAGE_ROWS = 100;
/** However far someone scrolls, no more rows are in the page. */
const MOST = 400;
const name = (at) => `KEY_${String(at).padStart(5, '0')}`;

/** Fills the service, as uploads. */
async function fill(server, token, count, value) {
  for (let from = 0; from < count; from += 10_000) {
    const names = Array.from({ length: Math.min(10_000, count - from) }, (_, at) => [name(from + at), value]);
    await server.api(token, 'POST', '/projects/shop/services/api/import', Object.fromEntries(names));
  }
}

/** The names in sight, from the top. */
const inSight = (page) => page.evaluate(() => {
  const head = document.querySelector('.matrix thead').getBoundingClientRect().height;
  const rows = [...document.querySelectorAll('.matrix tr[aria-rowindex] .name')];
  const seen = rows.filter((row) => {
    const { top, bottom } = row.getBoundingClientRect();
    return bottom > head && top < innerHeight;
  });
  return seen.map((row) => row.textContent);
});

/** Rows in the page, of whatever kind. */
const rowsInPage = (page) => page.evaluate(() => document.querySelectorAll('.matrix tbody tr').length);

/** Turns the wheel until a name is in sight, and answers with the names that were on the way, each once, in the order they came. */
async function wheelTo(page, wanted, { step, most = 2000 }) {
  const met = [];
  const known = new Set();
  let rows = 0;
  await page.mouse.move(640, 500);
  for (let turn = 0; turn < most; turn += 1) {
    const seen = await inSight(page);
    for (const one of seen) {
      if (!known.has(one)) met.push(one);
      known.add(one);
    }
    rows = Math.max(rows, await rowsInPage(page));
    if (known.has(wanted)) {
      await still(page);
      return { met, rows };
    }
    await page.mouse.wheel(0, step);
  }
  throw new Error(`${wanted} did not come; last was ${met.at(-1)}`);
}

/** Waits until nothing scrolls any more. */
async function still(page) {
  let before;
  await expect.poll(async () => {
    const [last, now] = [before, await page.evaluate(() => scrollY)];
    before = now;
    return now === last;
  }, { intervals: [150] }).toBe(true);
}

/** What has the focus, as a screen reader would say it. */
const focused = (page) => page.evaluate(() => document.activeElement.getAttribute('aria-label') ?? document.activeElement.tagName);

const top = (locator) => locator.evaluate((element) => element.getBoundingClientRect().top);

test('50 000 names open quickly and are scrolled through', async ({ server, page, engine, expectNoTrace }) => {
  test.setTimeout(240_000);
  const value = canary();
  const token = await begin(server);
  await fill(server, token, NAMES, value);
  await signIn(page, ada);

  // From the start of the navigation until a frame has a row in it.
  await page.addInitScript(() => {
    const look = () => {
      const row = document.querySelector('.matrix a.cell');
      if (row?.getBoundingClientRect().height > 0) window.opened = performance.now();
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  const load = loadavg()[0].toFixed(1);
  const opened = [];
  for (let time = 0; time < 3; time += 1) {
    await page.goto(PAGE);
    await expect(cell(page, name(0))).toBeVisible();
    opened.push(await page.evaluate(() => window.opened));
  }
  await awake(page);
  const grid = page.getByRole('grid');
  await expect(grid).toHaveAttribute('aria-rowcount', String(NAMES + 1));
  await expect(page.getByText(`${PAGE_ROWS} of ${NAMES} names`)).toBeVisible();

  await page.evaluate(() => {
    window.gaps = [];
    let before = performance.now();
    const frame = (now) => {
      window.gaps.push(now - before);
      before = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  // Two steps are less than a view: every name has to be in sight once.
  const { met, rows } = await wheelTo(page, name(3000), { step: 350 });
  const gaps = await page.evaluate(() => window.gaps);
  const expected = Array.from({ length: met.length }, (_, at) => name(at));
  expect(met, 'every name came once, in order').toEqual(expected);
  expect(met.length).toBeGreaterThan(3000);
  expect(rows).toBeLessThan(MOST);
  await expect(page.getByText(new RegExp(`^[34]\\d00 of ${NAMES} names`))).toBeVisible();
  await expect(page.locator('tr', { hasText: name(3000) })).toHaveAttribute('aria-rowindex', '3002');

  const ms = (number) => `${Math.round(number)} ms`;
  gaps.sort((a, b) => a - b);
  const line = `${NAMES} names on ${engine}, load ${load}: first row after ${ms(Math.min(...opened))} to ${ms(Math.max(...opened))}; `
    + `${met.length} rows scrolled, longest frame ${ms(gaps.at(-1))}, 99 % below ${ms(gaps[Math.floor(gaps.length * 0.99)])}, at most ${rows} rows in the page`;
  expect(opened.every((time) => time > 0)).toBe(true);
  test.info().annotations.push({ type: 'timing', description: line });
  console.log(line);

  await test.step('a cell far down opens where it is', async () => {
    const link = cell(page, name(3000), 'staging');
    await link.scrollIntoViewIfNeeded();
    await still(page);
    const before = await top(link);
    await link.click();
    const detail = page.getByRole('region', { name: `${name(3000)} in api, staging` });
    await expect(detail).toBeVisible();
    expect(Math.abs(await top(link) - before)).toBeLessThan(3);
    expect(await focused(page)).toMatch(new RegExp(`^${name(3000)}, staging: `));
    await page.keyboard.press('j');
    expect(await focused(page)).toMatch(new RegExp(`^${name(3001)}, staging: `));

    await page.keyboard.press('e');
    await detail.getByLabel('Value', { exact: true }).fill('half typed');
    await page.mouse.move(640, 60);
    await page.mouse.wheel(0, -40_000);
    await expect.poll(() => inSight(page)).not.toContain(name(3000));
    expect(await detail.getByLabel('Value', { exact: true }).inputValue(), 'what was typed stays').toBe('half typed');
    expect(await rowsInPage(page)).toBeLessThan(MOST);
    await detail.getByRole('link', { name: 'Close' }).click();
    await expect(detail).toHaveCount(0);
  });

  await test.step('back at the top are the first names, and the keys go on over the end of a page', async () => {
    await page.evaluate(() => scrollTo(0, 0));
    await expect.poll(async () => (await inSight(page))[0]).toBe(name(0));
    await expectNoAxeViolations(page);
    await cell(page, name(0)).focus();
    for (let at = 1; at <= PAGE_ROWS + 5; at += 1) {
      await page.keyboard.press('j');
      expect(await focused(page)).toMatch(new RegExp(`^${name(at)}, all environments: `));
    }
    await page.keyboard.press('k');
    expect(await focused(page)).toMatch(new RegExp(`^${name(PAGE_ROWS + 4)}, `));
  });

  await test.step('who jumps to the end of what was read sees rows at once', async () => {
    await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
    await expect.poll(async () => (await inSight(page)).length).toBeGreaterThan(5);
    // The focus was left far above: its row is still there.
    await page.keyboard.press('j');
    expect(await focused(page)).toMatch(new RegExp(`^${name(PAGE_ROWS + 5)}, `));
    await expect.poll(() => inSight(page)).toContain(name(PAGE_ROWS + 5));
  });
  await expectNoTrace([value]);
});

test('a list ends, is filtered, and says when it cannot be read on', async ({ server, page, watch }) => {
  const token = await begin(server);
  await fill(server, token, 450, 'v');
  await signIn(page, ada, PAGE);
  await awake(page);
  await wheelTo(page, name(449), { step: 400 });
  await expect(page.getByText('450 names', { exact: true })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Next page' })).toHaveCount(0);

  await test.step('a filter starts a list of its own', async () => {
    await page.getByRole('searchbox', { name: 'Filter names' }).fill('KEY_00');
    await expect(page.getByText(/^\d00 of 450 names that match|^450 names match/)).toBeVisible();
    await page.getByRole('searchbox', { name: 'Filter names' }).fill('KEY_0000');
    await expect(page.getByText('10 names match')).toBeVisible();
    await expect(page.getByRole('row')).toHaveCount(11);
  });

  await test.step('an open cell of a page that was not read stands above the others, until its place is reached', async () => {
    await page.goto(`${PAGE}?open=${name(420)}&env=staging`);
    await awake(page);
    const detail = page.getByRole('region', { name: `${name(420)} in api, staging` });
    await expect(detail).toBeVisible();
    await wheelTo(page, name(449), { step: 400 });
    await expect(detail).toHaveCount(1);
    await expect(cell(page, name(420))).toHaveCount(1);
  });

  await test.step('a server that is away is told, and asked again', async () => {
    watch.allow(/Failed to load resource|ERR_FAILED/);
    await page.goto(PAGE);
    await awake(page);
    await page.route('**/ui/scope-on*', (route) => route.abort());
    await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
    await expect(page.getByRole('alert').filter({ hasText: 'The next names cannot be read' })).toBeVisible();
    await page.unroute('**/ui/scope-on*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(page.getByText(/^400 of 450 names/)).toBeVisible();
  });
});

test.describe('without script', () => {
  test.use({ javaScriptEnabled: false });

  test('a long table has pages that say where they are', async ({ server, page }) => {
    const token = await begin(server);
    await fill(server, token, 250, 'v');
    await signIn(page, ada, PAGE);
    await expect(page.getByText('100 of 250 names')).toBeVisible();
    await page.getByRole('link', { name: 'Next page' }).click();
    await expect(page.getByText('names 101 to 200 of 250')).toBeVisible();
    await expect(page.locator('tr', { hasText: name(100) })).toHaveAttribute('aria-rowindex', '102');
    await page.getByRole('link', { name: 'Next page' }).click();
    await expect(page.getByText('names 201 to 250 of 250')).toBeVisible();
    await expect(page.getByRole('link', { name: 'Next page' })).toHaveCount(0);
    await page.getByRole('link', { name: 'First page' }).click();
    await expect(cell(page, name(0))).toBeVisible();
  });
});
