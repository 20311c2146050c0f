import { test, expect, expectNoAxeViolations } from '../fixture.mjs';
import { ada, awake, canary, file, give, notice, signIn } from '../steps.mjs';
import { nextRelease, openShop } from '../storefront.mjs';

const CHECKOUT = '/projects/storefront/services/checkout';
// What a page looks like does not depend on the database.
test.skip(({ engine }) => engine !== 'sqlite', 'one engine is enough');

const readers = [
  ['light-1440', { colorScheme: 'light', viewport: { width: 1440, height: 900 } }],
  ['dark-1440', { colorScheme: 'dark', viewport: { width: 1440, height: 900 } }],
  ['light-360', { colorScheme: 'light', viewport: { width: 360, height: 740 }, hasTouch: true }],
];

for (const [reader, options] of readers) {
  test.describe(reader, () => {
    test.use(options);

    test('every page fits and breaks no rule of accessibility', async ({ server, page, picture, watch, expectNoTrace }) => {
      watch.allow(/404/);
      const look = async (name, options) => {
        await picture(page, `${reader}/${name}`, options);
        const overflow = await page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth);
        expect.soft(overflow, `${name} scrolls sideways`).toBeLessThanOrEqual(0);
        await test.step(`axe: ${name}`, () => expectNoAxeViolations(page, { soft: true }));
      };
      const visit = async (name, path) => {
        await page.goto(path);
        await awake(page);
        await look(name);
      };

      await page.goto(await server.setupLink());
      await look('setup');
      const { token, values } = await openShop(server);
      await page.reload();
      await look('setup-stale');
      await page.goto('/login');
      await look('login');
      await page.getByLabel('E-mail').fill(ada.email);
      await page.getByLabel('Password').fill('not the password');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await expect(page.getByRole('alert')).toBeVisible();
      await look('login-refused');
      await signIn(page, ada);
      await visit('home', '/');
      await visit('first-steps', '/start');
      await visit('project', '/projects/storefront');
      await visit('service', `${CHECKOUT}/secrets`);
      await visit('cell', `${CHECKOUT}/secrets?open=STRIPE_SECRET_KEY&env=production`);
      await visit('edit', `${CHECKOUT}/secrets?open=STRIPE_SECRET_KEY&env=production&edit=1`);
      await visit('row', `${CHECKOUT}/secrets?open=STRIPE_SECRET_KEY&env=all&edit=row`);
      await visit('new', `${CHECKOUT}/secrets?new=1`);
      await visit('project-tab', `${CHECKOUT}/project`);
      await visit('platform', '/platform');
      await visit('effective', `${CHECKOUT}/effective?env=production`);
      await visit('explain', `${CHECKOUT}/effective?env=production&explain=DATABASE_URL`);
      await visit('explain-missing', `${CHECKOUT}/effective?env=production&explain=REPORTING_DATABASE_URL`);
      await visit('bindings', `${CHECKOUT}/bindings`);
      await visit('tokens', '/tokens');
      await visit('people', '/people');
      await visit('environments', '/environments');
      await visit('environment-removal', '/environments?remove=production');
      await visit('equal-values', '/duplicates');
      await visit('audit', '/audit');
      await visit('search', '/search?q=key');
      await page.keyboard.press('Control+k');
      await look('box-idle', { fullPage: false });
      await page.keyboard.type('key');
      await expect(page.getByRole('option').first()).toBeVisible();
      await look('box', { fullPage: false });
      await page.keyboard.press('Escape');
      // Closed is not gone yet: until then the focus is in it.
      await expect(page.locator('dialog')).toHaveCount(0);
      await page.keyboard.press('?');
      await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
      await look('keys', { fullPage: false });
      await page.keyboard.press('Escape');
      await visit('empty', '/projects/storefront/services/worker/secrets?filter=zzz');
      await visit('nothing-here', '/projects/nowhere');

      const release = nextRelease();
      await page.goto(`${CHECKOUT}/secrets`);
      await awake(page);
      await give(page, file(release.content), { environment: 'production', script: true });
      await expect(page.getByRole('row', { name: /CAPTCHA_KEY/ })).toContainText('create');
      await look('plan');
      await page.getByLabel('Leave out 1 key').check();
      await page.getByRole('button', { name: 'Apply 3 changes' }).click();
      await expect(notice(page)).toContainText('2 created, 1 updated');
      await look('applied');

      await visit('copy', '/copy?from=storefront/checkout&from_env=production&to=storefront&to_env=staging');

      const shown = canary();
      await server.api(token, 'PUT', `/projects/storefront/services/checkout/secrets/CAPTCHA_KEY?environment=production`, { value: shown });
      await page.goto(`${CHECKOUT}/secrets?open=CAPTCHA_KEY&env=production`);
      await awake(page);
      await page.getByRole('button', { name: 'Reveal CAPTCHA_KEY' }).click();
      await expect(page.getByRole('dialog')).toContainText(shown);
      await look('reveal', { fullPage: false });
      await page.keyboard.press('Escape');

      await page.goto('/people');
      await page.getByLabel('E-mail').fill('nia@harbour.example');
      await page.getByRole('button', { name: 'Invite person' }).click();
      await expect(page.getByRole('heading', { name: 'nia is invited' })).toBeVisible();
      await look('person-invited');
      await page.goto('/people');
      await awake(page);
      await page.getByLabel('More for nia').click();
      await look('person-menu', { fullPage: false });
      await page.goto('/projects/storefront');
      await awake(page);
      await page.getByLabel(/^Change roles of/).first().click();
      await look('member-menu', { fullPage: false });

      await page.goto('/tokens?for=storefront/checkout');
      await page.getByRole('textbox', { name: 'Name' }).fill('checkout-staging');
      await page.getByRole('button', { name: 'Create token' }).click();
      await expect(page.getByRole('heading', { name: 'Token checkout-staging is ready' })).toBeVisible();
      await look('token-created');
      await page.goto('/');

      await expectNoTrace([...values, ...release.values, shown], { except: [/\/ui\/reveal$/] });
    });
  });
}
