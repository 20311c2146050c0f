// The audit log as people read it: filters with an address, its state, its chart, and all of it as a file.
import { readFileSync } from 'node:fs';
import { test, expect, expectNoAxeViolations } from '../fixture.mjs';
import { ada, awake, begin, canary, notice, open, signIn } from '../steps.mjs';

for (const script of [false, true]) {
  test.describe(script ? 'with script' : 'without script', () => {
    test.use({ javaScriptEnabled: script });

    test('the log is filtered, checked and saved', async ({ server, page, picture, expectNoTrace }) => {
      const value = canary();
      const token = await begin(server);
      for (const name of ['ONE', 'TWO']) {
        await server.api(token, 'PUT', `/projects/shop/secrets/${name}`, { value });
        await server.api(token, 'POST', `/projects/shop/secrets/${name}/reveal`, { reason: 'a look' });
      }
      await signIn(page, ada, '/audit');
      if (script) await awake(page);
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('Audit log');
      await expect(page.getByRole('img', { name: /^Reads, last 30 days: \d/ })).toBeVisible();

      await page.getByLabel('Name, scope, reason or record id').fill('A LOOK');
      await page.getByLabel('Outcome').selectOption('allowed');
      await page.getByRole('button', { name: 'Filter' }).click();
      await expect(page).toHaveURL(/text=A(\+|%20)LOOK/);
      const rows = page.locator('tbody tr');
      await expect(rows).toHaveCount(2);
      await page.getByLabel('Exact name').fill('ONE');
      await page.getByRole('button', { name: 'Filter' }).click();
      await expect(rows).toHaveCount(1);
      await expectNoAxeViolations(page);

      const saved = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Export JSON lines' }).click();
      const download = await saved;
      expect(download.suggestedFilename()).toBe('strongroom-audit.jsonl');
      const lines = readFileSync(await download.path(), 'utf8').trim().split('\n').map((line) => JSON.parse(line));
      expect(lines.map((line) => line.name)).toEqual(['ONE']);

      await page.getByRole('button', { name: 'Verify now' }).click();
      await expect(notice(page)).toContainText('each as it was written');
      await expect(page.getByText('chain verified')).toBeVisible();
      await open(page, '/audit?by=hour', script);
      await expect(page.getByRole('heading', { name: 'Last 48 hours' })).toBeVisible();
      await picture(page, `audit-${script ? 'script' : 'plain'}`);
      await open(page, '/audit?text=nothing-like-this', script);
      await expect(page.getByRole('heading', { name: 'No record fits' })).toBeVisible();
      await expectNoTrace([value], { except: [/\/reveal$/] });
    });
  });
}
