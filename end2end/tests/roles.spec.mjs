// Who may do what, as people meet it: invited, let in, limited to an environment, and out again.
import { test, expect, expectNoAxeViolations } from '../fixture.mjs';
import { ada, addPerson, begin, canary, cell, jonas, notice, open, signIn } from '../steps.mjs';

const API = '/projects/shop/services/api';

for (const script of [true, false]) {
  test.describe(script ? 'with script' : 'without script', () => {
    test.use({ javaScriptEnabled: script });

    test('invited, accepted, limited to development, and out while the page is open', async ({ server, page, newContext, watch, picture, expectNoTrace }) => {
      watch.allow(/40[134]/);
      const name = script ? 'script' : 'plain';
      const [development, production] = [canary(), canary()];
      const token = await begin(server);
      await server.api(token, 'POST', '/projects', { slug: 'payroll' });
      await server.api(token, 'PUT', '/projects/shop/services/api/secrets/DB_PASS?environment=development', { value: development });
      await server.api(token, 'PUT', '/projects/shop/services/api/secrets/DB_PASS?environment=production', { value: production });

      // The admin invites, and is shown the link once.
      await signIn(page, ada, '/people');
      await open(page, '/people', script);
      await page.getByLabel('E-mail').fill(jonas.email);
      await page.getByRole('button', { name: 'Invite person' }).click();
      await expect(page.getByRole('heading', { name: 'jonas is invited' })).toBeVisible();
      const link = (await page.locator('#link').textContent()).trim();
      expect(link).toMatch(/\/invite\/[\w-]{43}$/);
      await picture(page, `roles/${name}-invited`);
      await expectNoAxeViolations(page, { soft: true });
      await page.getByRole('link', { name: 'I have sent it' }).click();
      await expect(page.getByRole('row', { name: /jonas/ })).toContainText('invited');
      await expect(page.locator('#link')).toHaveCount(0);

      // They get a role for one environment before they are there.
      await open(page, '/projects/shop', script);
      await page.getByText('Add a member').click();
      await page.getByLabel('E-mail').fill(jonas.email);
      await page.getByLabel('Role', { exact: true }).selectOption('developer');
      await page.getByRole('checkbox', { name: 'development' }).check();
      await page.getByRole('button', { name: 'Add member' }).click();
      await expect(notice(page)).toContainText('developer in development');
      await picture(page, `roles/${name}-members`);
      await expectNoAxeViolations(page, { soft: true });

      const theirs = await (await newContext()).newPage();
      await theirs.goto(link);
      await expect(theirs.getByText(jonas.email)).toBeVisible();
      await picture(theirs, `roles/${name}-invite`);
      await expectNoAxeViolations(theirs, { soft: true });
      await theirs.getByLabel('Name').fill(jonas.name);
      await theirs.getByLabel('Password').fill(jonas.password);
      await theirs.getByRole('button', { name: 'Join' }).click();
      await expect(theirs.getByRole('banner')).toBeVisible();
      await expect(theirs.getByRole('main').getByRole('link', { name: 'shop', exact: true })).toBeVisible();
      await expect(theirs.getByText('payroll')).toHaveCount(0);
      await expect(theirs.getByRole('link', { name: 'People' })).toHaveCount(0);

      // Development is open, production is closed.
      await open(theirs, `${API}/secrets?open=DB_PASS&env=development`, script);
      await expect(cell(theirs, 'DB_PASS', 'production')).toHaveAccessibleName(/no access/);
      await picture(theirs, `roles/${name}-developer`);
      await expectNoAxeViolations(theirs, { soft: true });
      await theirs.getByRole('button', { name: 'Reveal DB_PASS' }).click();
      await expect(theirs.getByText(development)).toBeVisible();
      await open(theirs, `${API}/secrets?open=DB_PASS&env=production`, script);
      await expect(theirs.getByRole('region', { name: /DB_PASS in/ })).toBeVisible();
      await expect(theirs.getByRole('button', { name: 'Reveal DB_PASS' })).toHaveCount(0);
      await expect(theirs.getByRole('link', { name: /^Edit/ })).toHaveCount(0);
      await open(theirs, `${API}/effective?env=production`, script);
      await expect(theirs.getByRole('heading', { name: 'No access to production' })).toBeVisible();
      await picture(theirs, `roles/${name}-closed`);
      const { status } = await theirs.request.post(`${server.url}/api/v1${API}/secrets/DB_PASS/reveal?environment=production`, { data: {} })
        .then((reply) => ({ status: reply.status() }));
      expect(status).toBe(404);

      // The role goes while their page is open: the next thing they do is refused, in words.
      await open(theirs, `${API}/secrets?open=DB_PASS&env=development`, script);
      await page.getByLabel(`Remove ${jonas.email} from shop`).click();
      await page.getByRole('button', { name: 'Remove from project' }).click();
      await expect(notice(page)).toContainText('Removed from the project');
      await theirs.getByRole('button', { name: 'Reveal DB_PASS' }).click();
      await expect(theirs.getByText(/you may not see it/).first()).toBeVisible();
      await picture(theirs, `roles/${name}-refused`);
      await theirs.goto('/');
      await expect(theirs.getByText('shop')).toHaveCount(0);

      // The link is good for one use.
      await theirs.goto(link);
      await expect(theirs.getByText('This invitation does not work any more.')).toBeVisible();
      await theirs.goto('/');
      await expectNoTrace([production]);
      await expectNoTrace([development], { except: [/reveal$/] });
      await expectNoTrace([link.split('/').pop()], { except: [/ \/invite\//, / \/forms\/people$/, / \/ui\/invitation$/] });
    });

    test('an admin changes, disables and removes people, and stays', async ({ server, page, newContext, watch }) => {
      watch.allow(/40[13]/);
      const token = await begin(server);
      await addPerson(server, token, jonas, ['shop']);
      const theirs = await (await newContext()).newPage();
      await signIn(theirs, jonas);
      await signIn(page, ada, '/people');
      await open(page, '/people', script);
      const row = page.getByRole('row', { name: /Jonas Weber/ });
      await row.getByLabel('Change Jonas Weber').click();
      await row.getByLabel('Role on the platform').selectOption('auditor');
      await row.getByRole('button', { name: 'Save' }).click();
      await expect(notice(page)).toContainText(`The role of ${jonas.email} on the platform is auditor`);
      await expect(row).toContainText('auditor');
      // Their session has ended with the role.
      await theirs.goto('/');
      await expect(theirs.getByRole('button', { name: 'Sign in' })).toBeVisible();
      await signIn(theirs, jonas, '/people');
      await expect(theirs.getByRole('heading', { level: 1, name: 'People' })).toBeVisible();
      await expect(theirs.getByRole('button', { name: 'Invite person' })).toHaveCount(0);
      await expect(theirs.getByRole('link', { name: 'Audit log' })).toBeVisible();
      await row.getByLabel('More for Jonas Weber').click();
      await row.getByRole('button', { name: 'Disable' }).click();
      await expect(row).toContainText('disabled');
      await theirs.goto('/');
      await expect(theirs.getByRole('button', { name: 'Sign in' })).toBeVisible();
      await row.getByLabel('More for Jonas Weber').click();
      await row.getByRole('button', { name: 'Remove person' }).click();
      await expect(notice(page)).toContainText('Removed');
      await expect(row).toHaveCount(0);
      const own = page.getByRole('row', { name: /you/ });
      await own.getByLabel(/^More for/).click();
      await own.getByRole('button', { name: 'Remove person' }).click();
      await expect(notice(page)).toContainText('This is the last admin who can sign in');
    });
  });
}
