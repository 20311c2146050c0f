import { test, expect, expectNoAxeViolations } from '../fixture.mjs';

test('a fresh server prints a link that leads to a quiet first page', async ({ server, page, picture }) => {
  await page.goto(await server.setupLink());
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expectNoAxeViolations(page);
  await picture(page, 'first-run');
});
