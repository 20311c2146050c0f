import { setTimeout as sleep } from 'node:timers/promises';
import { test, expect, expectNoAxeViolations } from '../fixture.mjs';
import { ada, addPerson, awake, begin, jonas, notice, shownCode, signIn } from '../steps.mjs';

const main = (page) => page.getByRole('main');

/** Sets up a second factor, the first code being one step old; answers the key and the recovery codes. */
async function enrol(page) {
  await page.goto('/account/second-factor');
  await page.getByRole('button', { name: 'Begin' }).click();
  await expect(page.getByRole('heading', { name: '1. Scan this with your app' })).toBeVisible();
  const key = await page.locator('#secret-key').textContent();
  await page.getByLabel('Six digits').fill('000000');
  await page.getByRole('button', { name: 'Turn it on' }).click();
  await expect(main(page).getByRole('alert')).toContainText('does not match');
  expect(await page.locator('#secret-key').textContent()).toBe(key);
  await page.getByLabel('Six digits').fill(shownCode(key, -1));
  await page.getByRole('button', { name: 'Turn it on' }).click();
  await expect(page.getByRole('heading', { name: 'Write these down' })).toBeVisible();
  const codes = await page.locator('.recovery code').allTextContents();
  expect(codes).toHaveLength(10);
  return { key, codes };
}

async function signOut(page) {
  await page.getByRole('banner').locator('summary[aria-label^="Account"]').click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', { name: 'Sign in to Strongroom' })).toBeVisible();
}

/** Gives e-mail and password, and stands before the second step. */
async function firstStep(page, { email, password }) {
  await page.goto('/login?next=/account');
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { name: 'Your second factor' })).toBeVisible();
}

async function secondStep(page, code) {
  await page.getByLabel('Code').fill(code);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

for (const script of [true, false]) {
  test.describe(script ? 'with script' : 'without script', () => {
    test.use({ javaScriptEnabled: script });

    test('a second factor: set up, sign in with a code, then with a recovery code', async ({ server, page, watch, expectNoTrace }) => {
      // The browser's own line about signing out.
      watch.allow(/^info: Clear-Site-Data/);
      await begin(server);
      await signIn(page, ada, '/account');
      if (script) await awake(page);
      await expect(main(page)).toContainText('Whoever learns your password can sign in as you.');
      const { key, codes } = await enrol(page);
      await page.getByRole('link', { name: 'I have stored them' }).click();
      await expect(main(page)).toContainText('10 recovery codes left');
      await expectNoTrace([key.replaceAll(' ', ''), ...codes], { except: [/\/account\/second-factor\/(begin|confirm)$/] });
      await signOut(page);

      await firstStep(page, ada);
      await page.goto('/tokens');
      await expect(page.getByRole('heading', { name: 'Sign in to Strongroom' })).toBeVisible();
      await page.goto('/login/code?next=/account');
      await secondStep(page, '000000');
      await expect(notice(page)).toContainText('This code does not match');
      const code = shownCode(key);
      await secondStep(page, code);
      await expect(page.getByRole('heading', { level: 1, name: 'Account' })).toBeVisible();
      await signOut(page);

      await firstStep(page, ada);
      await secondStep(page, code);
      await expect(notice(page)).toContainText('or was used before');
      await secondStep(page, codes[0].toUpperCase());
      await expect(page.getByRole('heading', { level: 1, name: 'Account' })).toBeVisible();
      await expect(main(page)).toContainText('9 recovery codes left');

      await page.getByRole('link', { name: 'Look after it' }).click();
      await page.getByRole('button', { name: 'Turn it off' }).click();
      await expect(notice(page)).toContainText('Your second factor is off');
      await signOut(page);
      await signIn(page, ada);
    });

    test.describe('confirming', () => {
      test.use({ flags: ['--confirm-within', '1s'] });

      test('a token is made once password or code were given again', async ({ server, page, expectNoTrace }) => {
        await begin(server);
        await signIn(page, ada, '/tokens');
        await sleep(1100);
        await page.getByLabel('Name', { exact: true }).fill('late');
        await page.getByLabel('Only from').fill('127.0.0.0/8');
        await page.getByRole('button', { name: 'Create token' }).click();
        await expect(page.getByRole('heading', { name: 'Confirm that it is you' })).toBeVisible();
        await page.getByLabel('Password').fill('wrong wrong wrong');
        await page.getByRole('button', { name: 'Confirm and go on' }).click();
        await expect(main(page).getByRole('alert')).toContainText('This is not your password');
        await page.getByLabel('Password').fill(ada.password);
        await page.getByRole('button', { name: 'Confirm and go on' }).click();
        await expect(page.getByRole('heading', { name: 'Token late is ready' })).toBeVisible();
        await expect(page.getByRole('row', { name: /late/ })).toContainText('from 127.0.0.0/8');
        await page.getByRole('link', { name: 'I have stored it' }).click();
        await expectNoTrace([ada.password]);
      });

      test('an invitation is made once password or code were given again', async ({ server, page }) => {
        await begin(server);
        await signIn(page, ada, '/people');
        await sleep(1100);
        await page.getByLabel('E-mail').fill(jonas.email);
        await page.getByLabel('E-mail').press('Enter');
        await expect(page.getByRole('heading', { name: 'Confirm that it is you' })).toBeVisible();
        await page.getByLabel('Password').fill(ada.password);
        await page.getByRole('button', { name: 'Confirm and go on' }).click();
        await expect(page.getByRole('row', { name: new RegExp(jonas.email) })).toContainText('invited');
      });
    });

    test('sessions are seen and ended, and a new password ends the rest', async ({ server, page, newContext }) => {
      await begin(server);
      await signIn(page, ada, '/account');
      const other = await (await newContext()).newPage();
      await signIn(other, ada, '/account');
      const third = await (await newContext()).newPage();
      await signIn(third, ada, '/account');

      await page.reload();
      await expect(page.getByRole('table').first().getByRole('row')).toHaveCount(4);
      await expect(page.getByText('this one')).toHaveCount(1);
      await page.getByRole('button', { name: /^End the session of/ }).first().click();
      await expect(notice(page)).toContainText('That session has ended');

      await page.locator('summary').filter({ hasText: 'Password' }).click();
      await expect(main(page)).toContainText('Your other sessions end with it, and 1 token of yours');
      await page.getByLabel('Present password').fill(ada.password);
      await page.getByLabel('New password', { exact: true }).fill('password1234');
      await page.getByLabel('New password once more').fill('password1234');
      await page.getByRole('button', { name: 'Change password' }).click();
      await expect(page.locator('#new-error')).toContainText('among the first that anyone tries');
      await page.getByLabel('Present password').fill(ada.password);
      await page.getByLabel('New password', { exact: true }).fill('eight calm lighthouses');
      await page.getByLabel('New password once more').fill('eight calm lighthouses');
      await page.getByRole('button', { name: 'Change password' }).click();
      await expect(notice(page)).toContainText('Your password is changed');
      await page.reload();
      await expect(page.getByRole('heading', { level: 1, name: 'Account' })).toBeVisible();
      for (const gone of [other, third]) {
        await gone.goto('/account');
        await expect(gone.getByRole('heading', { name: 'Sign in to Strongroom' })).toBeVisible();
      }
    });

    test('who must have a second factor is led to it', async ({ server, page, newContext }) => {
      const token = await begin(server);
      await addPerson(server, token, jonas, ['shop']);
      await signIn(page, ada, '/policy');
      await page.getByLabel(/^Everybody/).check();
      await page.getByRole('button', { name: 'Save policy' }).click();
      await expect(main(page)).toContainText('This installation requires it.');
      await enrol(page);
      await page.getByRole('link', { name: 'I have stored them' }).click();
      await expect(page.getByRole('heading', { level: 1, name: 'Account' })).toBeVisible();

      const his = await (await newContext()).newPage();
      await signIn(his, jonas, '/projects/shop');
      await expect(his.getByRole('heading', { level: 1, name: 'Second factor' })).toBeVisible();
      await his.goto('/tokens');
      await expect(his.getByRole('heading', { level: 1, name: 'Second factor' })).toBeVisible();
      await enrol(his);
      await his.goto('/projects/shop');
      await expect(his.getByRole('heading', { level: 1, name: 'shop' })).toBeVisible();

      await page.goto('/people');
      await page.getByLabel('More for Jonas Weber').click();
      await page.getByRole('row', { name: /Jonas/ }).getByRole('button', { name: 'Reset second factor' }).click();
      await expect(notice(page)).toContainText('Their second factor is gone');
      await his.goto('/projects/shop');
      await expect(his.getByRole('heading', { name: 'Sign in to Strongroom' })).toBeVisible();
    });
  });
}

test.describe('with a policy for values', () => {
  test.use({ flags: ['--confirm-within', '1s'] });

  test('a value is revealed in place after confirming', async ({ server, page, watch }) => {
    // The browser's own line about the answer that asks.
    watch.allow(/status of 403/);
    const token = await begin(server);
    await server.api(token, 'PUT', '/projects/shop/services/api/secrets/DB_PASS', { value: 'policy marker' });
    await server.api(token, 'PUT', '/policy', { reveal: 'always' });
    await signIn(page, ada, '/projects/shop/services/api/secrets?open=DB_PASS&env=all');
    await awake(page);
    await sleep(1100);
    await page.getByRole('button', { name: 'Reveal DB_PASS' }).click();
    const dialog = page.getByRole('dialog', { name: 'DB_PASS' });
    await expect(dialog).toContainText('No value is shown');
    await dialog.getByRole('link', { name: 'Confirm that it is you' }).click();
    await page.getByLabel('Password').fill(ada.password);
    await page.getByRole('button', { name: 'Confirm' }).click();
    await awake(page);
    await page.getByRole('button', { name: 'Reveal DB_PASS' }).click();
    await expect(page.getByRole('dialog', { name: 'DB_PASS' })).toContainText('policy marker');
  });
});

for (const [look, options] of [
  ['light', { colorScheme: 'light' }],
  ['dark', { colorScheme: 'dark' }],
  ['360', { colorScheme: 'light', viewport: { width: 360, height: 780 } }],
]) {
  test.describe(look, () => {
    test.use(options);

    test('the pages of an account break no rule of axe', async ({ server, page, picture }) => {
      await begin(server);
      const show = async (name) => {
        await expectNoAxeViolations(page, { soft: true });
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        expect.soft(overflow, `${name} is wider than the window`).toBeLessThanOrEqual(0);
        await picture(page, `account-${name}-${look}`);
      };
      await signIn(page, ada, '/account/second-factor');
      await page.getByRole('button', { name: 'Begin' }).click();
      const key = await page.locator('#secret-key').textContent();
      await show('enrol');
      await page.getByLabel('Six digits').fill(shownCode(key, -1));
      await page.getByRole('button', { name: 'Turn it on' }).click();
      await expect(page.getByRole('heading', { name: 'Write these down' })).toBeVisible();
      await show('recovery');
      await page.goto('/account/second-factor');
      await show('factor');
      await page.goto('/account');
      await show('account');
      await page.locator('summary').filter({ hasText: 'Password' }).click();
      await show('password');
      await page.goto('/policy');
      await show('policy');
      await page.goto('/confirm?next=/tokens');
      await expect(page.getByRole('heading', { name: 'Confirm that it is you' })).toBeVisible();
      await show('confirm');
      await page.context().clearCookies();
      await firstStep(page, ada);
      await show('second-step');
    });
  });
}
