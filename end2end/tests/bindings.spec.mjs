// The bindings of a service: what each resolves to, and what is odd about it.

import { expectNoAxeViolations, test, expect } from '../fixture.mjs';
import { ada, begin, canary, file, signIn } from '../steps.mjs';

const SERVICE = '/projects/shop/services/api';

for (const script of [false, true]) {
  test.describe(script ? 'with script' : 'without script', () => {
    test.use({ javaScriptEnabled: script });

    test('bindings tell what they resolve to, what is missing and what is odd', async ({ server, page, expectNoTrace }) => {
      const value = canary();
      const token = await begin(server);
      const put = (name, body, environment = '') => server.api(token, 'PUT', `${SERVICE}/secrets/${name}${environment}`, body);
      await put('DB_PASS', { value });
      await put('OTHER', { value }, '?environment=staging');
      await put('TLS', { value: Buffer.from(value).toString('base64'), kind: 'file' });
      await server.api(token, 'PUT', `${SERVICE}/bindings`, [
        { target: { env: 'DB_PASS' }, secret: 'OTHER' },
        { target: { env: 'CERTIFICATE' }, secret: 'TLS' },
        { target: { file: '/etc/app/tls.pem' }, secret: 'TLS' },
      ]);
      await signIn(page, ada, `${SERVICE}/bindings`);
      for (const [label, word] of [['A command without bindings', '--secret CERTIFICATE=TLS'], ['Kubernetes', 'kind: Deployment'], ['Compose', 'services:']]) {
        const href = await page.getByRole('link', { name: label }).getAttribute('href');
        const answer = await page.context().request.get(href);
        expect(await answer.text()).toContain(word);
      }
      const row = (name) => page.getByRole('row', { name });
      await expect(row(/^variable DB_PASS/)).toContainText('takes the place of the secret DB_PASS');
      await expect(row(/^variable DB_PASS/).getByRole('cell')).toContainText(['OTHER', 'missing', 'service', 'missing', '']);
      await expect(row(/^variable CERTIFICATE/)).toContainText('a file, as text');
      await expect(row(/^file /)).not.toContainText('as text');
      await expect(page.getByRole('region', { name: 'Missing' }).getByRole('listitem')).toHaveCount(2);

      // Bound, the service does not get the other DB_PASS anyway.
      await server.api(token, 'PATCH', `${SERVICE}/delivery`, { mode: 'bound' });
      await page.reload();
      await expect(row(/^variable DB_PASS/)).not.toContainText('takes the place');
      await expectNoTrace([value]);
    });

    test('what a file asks for is looked at, corrected and bound', async ({ server, page, expectNoTrace }) => {
      const value = canary();
      const token = await begin(server);
      await server.api(token, 'PUT', `${SERVICE}/secrets/DB_PASS`, { value });
      await server.api(token, 'PUT', `${SERVICE}/secrets/sentry`, { value });
      await signIn(page, ada, `${SERVICE}/bindings`);
      await page.getByText('Bind what a file asks for').click();
      await page.getByLabel('A .env.example').setInputFiles(file(`DB_PASS=${value}\nSENTRY_DSN=\nUNUSED=\n`, '.env.example'));
      await page.getByRole('button', { name: 'Look at it' }).click();
      await expect(page.getByRole('heading', { name: 'Bindings for your file' })).toBeVisible();
      await expect(page.getByRole('row', { name: /^DB_PASS/ })).toContainText('delivered by its own name');
      await expect(page.getByRole('row', { name: /^SENTRY_DSN/ })).toContainText('the secret is missing');
      await expectNoAxeViolations(page);
      await page.getByLabel('The secret for SENTRY_DSN').fill('sentry');
      await page.getByLabel('UNUSED', { exact: true }).uncheck();
      await page.getByRole('button', { name: 'Bind what is ticked' }).click();
      await expect(page.getByText('1 binding was added')).toBeVisible();
      await expect(page.getByRole('row', { name: /^variable SENTRY_DSN/ })).toContainText('sentry');

      await page.getByText('Bind what a file asks for').click();
      await page.getByLabel('A .env.example').setInputFiles(file('what is this\n', 'x'));
      await page.getByRole('button', { name: 'Look at it' }).click();
      await expect(page.getByRole('alert')).toContainText('line 1, column 1');
      await expectNoTrace([value]);
    });

    test('a contract is kept, found broken on the board, and mended', async ({ server, page, expectNoTrace, picture }) => {
      const value = canary();
      const token = await begin(server, { services: ['api', 'web'] });
      await signIn(page, ada, `${SERVICE}/bindings`);
      await page.getByText('Say what the service needs').click();
      await page.getByLabel('strongroom.contract.toml').fill('[[secret]]\nname = "DB_PASS"\nkind = "number"\n');
      await page.getByRole('button', { name: 'Keep', exact: true }).click();
      await expect(page.getByRole('alert')).toContainText('line 3, column 8');
      await page.getByLabel('strongroom.contract.toml').fill('[[secret]]\nname = "DB_PASS"\n');
      await page.getByRole('button', { name: 'Keep', exact: true }).click();
      await expect(page.getByRole('region', { name: 'Contract' })).toContainText('Is missing');

      await page.goto('/projects/shop');
      await page.getByRole('link', { name: 'Readiness' }).click();
      const row = (name) => page.getByRole('row', { name: new RegExp(`^${name}`) });
      await expect(row('api').getByRole('cell')).toContainText(['its contract', '1 problem', '1 problem', '1 problem']);
      await expect(row('web').getByRole('cell')).toContainText(['its bindings', 'ready', 'ready', 'ready']);
      await expectNoAxeViolations(page);
      await picture(page, 'readiness');
      await server.api(token, 'PUT', `${SERVICE}/secrets/DB_PASS?environment=production`, { value });
      await page.reload();
      await expect(row('api').getByRole('cell')).toContainText(['its contract', '1 problem', '1 problem', 'ready']);
      await page.getByRole('link', { name: 'DB_PASS' }).first().click();
      await expect(page).toHaveURL(/open=DB_PASS&env=development/);
      await expectNoTrace([value]);
    });
  });
}
