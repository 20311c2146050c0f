// The bindings of a service: what each resolves to, and what is odd about it.

import { test, expect } from '../fixture.mjs';
import { ada, begin, canary, signIn } from '../steps.mjs';

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
  });
}
