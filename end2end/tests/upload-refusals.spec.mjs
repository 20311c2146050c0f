import { badFiles } from '../bad-files.mjs';
import { test, expect } from '../fixture.mjs';
import { ada, begin, canary, cell, file, give, notice, open, signIn } from '../steps.mjs';

const SERVICE = '/projects/shop/services/api/secrets';
const IMPORT_MAX = 5 * 1024 * 1024;

for (const script of [false, true]) {
  test.describe(script ? 'with script' : 'without script', () => {
    test.use({ javaScriptEnabled: script });

    test('a file that cannot be stored is refused with a reason and a place, and nothing of it is stored', async ({ server, page, expectNoTrace }) => {
      const value = canary();
      const token = await begin(server);
      await signIn(page, ada, SERVICE);
      for (const [what, content, reason] of badFiles(value)) {
        await test.step(what, async () => {
          await open(page, SERVICE, script);
          await give(page, file(content), { script });
          const told = script ? page.locator('.with-aside') : notice(page);
          await expect.soft(told, what).toContainText(reason, { timeout: 4000 });
          if (script) {
            await expect(page.locator('[data-key="apply"]')).toBeDisabled();
            await page.getByRole('button', { name: 'Discard' }).click();
          } else {
            // Keys that cannot be stored have a plan, in which they can be left out; other files lead back at once.
            const discard = page.getByRole('link', { name: 'Discard' });
            if (await discard.isVisible()) await discard.click();
          }
          await expect(page.getByRole('heading', { name: 'No secrets for service api yet' })).toBeVisible();
        });
      }
      const stored = await server.api(token, 'GET', '/projects/shop/services/api/secrets');
      expect(stored.items).toEqual([]);
      await expectNoTrace([value]);
    });

    test('a file of more than 5 MiB is refused', async ({ server, page, watch, expectNoTrace }) => {
      watch.allow(/413/);
      const value = canary();
      await begin(server);
      await signIn(page, ada, SERVICE);
      await open(page, SERVICE, script);
      const start = `{ "DB_PASS": "${value}"`;
      const large = `${start}${' '.repeat(IMPORT_MAX - start.length)}}`;
      await give(page, file(large), { script });
      await expect(page.getByText(/too large: at most 5 MiB \(5242880 bytes\), this one has 5242881/)).toBeVisible();
      await open(page, SERVICE, script);
      await expect(page.getByRole('heading', { name: 'No secrets for service api yet' })).toBeVisible();
      await expectNoTrace([value]);
    });

    test('a file of 5 MiB is stored', async ({ server, page, expectNoTrace }) => {
      const value = canary();
      await begin(server);
      await signIn(page, ada, SERVICE);
      await open(page, SERVICE, script);
      const start = `{ "DB_PASS": "${value}"`;
      await give(page, file(`${start}${' '.repeat(IMPORT_MAX - start.length - 1)}}`), { script });
      if (script) await page.getByRole('button', { name: 'Apply 1 change' }).click();
      await expect(notice(page)).toContainText(/service api, all environments: 1 created, 0 updated, 0 unchanged/i);
      await expect(cell(page, 'DB_PASS')).toContainText('set, v1');
      await expectNoTrace([value]);
    });
  });
}

test('keys that cannot be stored are left out on purpose, and the others are stored', async ({ server, page, expectNoTrace }) => {
  const [good, bad] = [canary(), canary()];
  await begin(server);
  await signIn(page, ada, SERVICE);
  await open(page, SERVICE, true);
  await give(page, file({ DB_NAME: good, 'DB PASS': bad, 'DB$HOST': bad }), { script: true });
  const apply = page.locator('[data-key="apply"]');
  await expect(page.getByRole('alert')).toContainText('2 keys cannot be stored.');
  await expect(apply).toBeDisabled();
  await page.getByLabel('Leave out 2 keys').check();
  await expect(page.getByText('0 unchanged, 2 left out')).toBeVisible();
  await expect(apply).toHaveText('Apply 1 change');
  await apply.click();
  await expect(notice(page)).toContainText(/service api, all environments: 1 created, 0 updated, 0 unchanged, 2 left out/i);
  await expect(cell(page, 'DB_NAME')).toContainText('set, v1');
  await expectNoTrace([good, bad]);
});

test('a file dropped or pasted anywhere on the page opens its plan', async ({ server, page, expectNoTrace }) => {
  const [dropped, pasted] = [canary(), canary()];
  await begin(server);
  await signIn(page, ada, SERVICE);
  await open(page, SERVICE, true);
  const plan = page.getByRole('heading', { level: 1, name: /^Plan for/ });
  await page.evaluate((text) => {
    const data = new DataTransfer();
    data.items.add(new File([text], 'dropped.json', { type: 'application/json' }));
    document.body.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data }));
  }, JSON.stringify({ DROPPED: dropped }));
  await expect(plan).toHaveText('Plan for dropped.json');
  await expect(page.getByRole('row', { name: /DROPPED/ })).toContainText('create');
  await page.getByRole('button', { name: 'Discard' }).click();
  await expect(plan).toHaveCount(0);
  await page.evaluate((text) => {
    const data = new DataTransfer();
    data.setData('text/plain', text);
    document.body.dispatchEvent(new ClipboardEvent('paste', { bubbles: true, cancelable: true, clipboardData: data }));
  }, JSON.stringify({ PASTED: pasted }));
  await expect(plan).toHaveText('Plan for the clipboard');
  await expect(page.getByRole('row', { name: /PASTED/ })).toContainText('create');
  await page.keyboard.press('Escape');
  await expect(plan).toHaveCount(0);
  await expectNoTrace([dropped, pasted]);
});

test('a file chosen before script has woken the page up is not lost', async ({ server, page, expectNoTrace }) => {
  const value = canary();
  await begin(server);
  await signIn(page, ada, SERVICE);
  await page.route(/\.wasm$/, async (route) => {
    await new Promise((done) => { setTimeout(done, 1500); });
    await route.continue();
  });
  await page.goto(SERVICE, { waitUntil: 'commit' });
  await give(page, file({ DB_PASS: value }), { script: true });
  await expect(page.getByRole('row', { name: /DB_PASS/ })).toContainText('create');
  await expectNoTrace([value]);
});
