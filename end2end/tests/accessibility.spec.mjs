import { test, expect } from '../fixture.mjs';
import { ada, awake, begin, canary, cell, file, notice, signIn } from '../steps.mjs';

const SERVICE = '/projects/shop/services/api/secrets';

// Every page is read by axe, in light, dark and small, where its picture is taken: see pictures.spec.mjs.

test('everything from signing in to a binding is done with Tab, Enter and Escape', async ({ server, page, expectNoTrace }) => {
  const value = canary();
  await begin(server);
  // Listened for from the start: asked for just before the key, it can come too late.
  const chooser = page.waitForEvent('filechooser');
  await page.goto('/login');

  await test.step('sign in', async () => {
    await tabTo(page, page.getByLabel('E-mail'));
    await page.keyboard.type(ada.email);
    await tabTo(page, page.getByLabel('Password'));
    await page.keyboard.type(ada.password);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('banner')).toBeVisible();
  });

  await test.step('the first stop skips to the content', async () => {
    await awake(page);
    await page.keyboard.press('Tab');
    const skip = page.getByRole('link', { name: 'Skip to content' });
    await expect(skip).toBeFocused();
    await expect(skip).toBeInViewport();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('main')).toBeFocused();
    await tabTo(page, page.getByRole('main').getByRole('link', { name: 'api' }));
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { level: 1, name: 'api' })).toBeVisible();
  });

  await test.step('upload', async () => {
    await tabTo(page, page.getByLabel('choose a file'));
    await page.keyboard.press('Enter');
    await (await chooser).setFiles(file({ DB_PASS: value }));
    const apply = page.getByRole('button', { name: 'Apply 1 change' });
    await expect(apply).toBeEnabled();
    await tabTo(page, apply);
    await page.keyboard.press('Enter');
    await expect(notice(page)).toContainText('1 created');
  });

  await test.step('reveal, and hide', async () => {
    await tabTo(page, cell(page, 'DB_PASS'));
    await page.keyboard.press('Enter');
    const reveal = page.getByRole('button', { name: 'Reveal DB_PASS' });
    await expect(reveal).toBeVisible();
    await tabTo(page, reveal);
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'DB_PASS' });
    await expect(dialog).toContainText(value);
    await page.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);
    await expect(reveal).toBeFocused();
  });

  await test.step('bind', async () => {
    await tabTo(page, page.getByRole('link', { name: /^Bindings/ }));
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: 'Add a binding' })).toBeVisible();
    await tabTo(page, page.getByLabel('Name or path'));
    await page.keyboard.type('MY_APP_SECRET');
    await tabTo(page, page.getByLabel('Secret', { exact: true }));
    await page.keyboard.type('DB_PASS');
    await tabTo(page, page.getByRole('button', { name: 'Add binding' }));
    await page.keyboard.press('Enter');
    await expect(notice(page)).toContainText('The variable MY_APP_SECRET takes DB_PASS');
  });

  await expectNoTrace([value], { except: [/\/ui\/reveal$/] });
});

for (const colorScheme of ['light', 'dark']) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test('whatever has the focus shows it', async ({ server, page }) => {
      const token = await begin(server);
      await server.api(token, 'PUT', '/projects/shop/services/api/secrets/DB_PASS', { value: 'a value' });
      await signIn(page, ada, `${SERVICE}?open=DB_PASS&env=all`);
      for (const path of [`${SERVICE}?open=DB_PASS&env=all`, `${SERVICE}?new=1`, '/projects/shop/services/api/effective', '/projects/shop/services/api/bindings', '/tokens']) {
        await page.goto(path);
        await awake(page);
        const blind = new Set();
        for (let stops = 0; stops < 80; stops += 1) {
          await page.keyboard.press('Tab');
          const found = await page.evaluate(focused);
          if (found === null) break;
          if (!found.shown) blind.add(found.what);
        }
        expect.soft([...blind], `on ${path} the focus is not to be seen on`).toEqual([]);
      }
    });
  });
}

test('the theme that was chosen stays, on every page and after signing in again', async ({ server, page }) => {
  await begin(server);
  await signIn(page, ada);
  await awake(page);
  const stored = page.waitForResponse(/\/theme$/);
  await page.getByRole('button', { name: 'Dark theme' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await stored;
  await page.goto(SERVICE);
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await expect(page.getByRole('button', { name: 'Dark theme' })).toHaveAttribute('aria-pressed', 'true');
});

/** What has the focus and whether that can be seen; nothing at the end of the page. Runs in the page. */
function focused() {
  const element = document.activeElement;
  if (!element || element === document.body || element === document.documentElement) return null;
  const marks = (one) => {
    const style = getComputedStyle(one);
    return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
  };
  const around = [element, ...(element.labels ?? []), element.closest('label, .dropzone, .filter')].filter(Boolean);
  const box = element.getBoundingClientRect();
  const what = `${element.tagName.toLowerCase()} ${element.getAttribute('aria-label') ?? element.id ?? ''} ${element.textContent.trim().slice(0, 30)}`.trim();
  return { what, shown: around.some(marks) && (box.width > 1 || around.length > 1) };
}

/** Presses Tab until `target` has the focus. */
async function tabTo(page, target) {
  await expect(target).toBeAttached();
  for (let stops = 0; stops < 80; stops += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not lead to ${target}`);
}
