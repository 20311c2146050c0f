// A shop as it might be: three services, a dozen secrets over levels and environments. Answers with the values.
import { ada, addPerson, canary, jonas } from './steps.mjs';

const SHOP = '/projects/storefront';
const service = (slug) => `${SHOP}/services/${slug}`;

/** [where, environment, name, what it is] */
const SECRETS = [
  ['/platform', '', 'SENTRY_DSN'],
  ['/platform', '', 'OTEL_HEADERS'],
  ['/platform', '', 'SMTP_URL'],
  ['/platform', 'production', 'SMTP_URL'],
  [SHOP, '', 'STRIPE_API_VERSION'],
  [SHOP, 'development', 'DATABASE_URL'],
  [SHOP, 'staging', 'DATABASE_URL'],
  [SHOP, 'production', 'DATABASE_URL'],
  [SHOP, 'production', 'SENTRY_DSN'],
  [service('api'), '', 'JWT_SIGNING_KEY'],
  [service('api'), 'production', 'JWT_SIGNING_KEY'],
  [service('checkout'), '', 'STRIPE_SECRET_KEY'],
  [service('checkout'), 'production', 'STRIPE_SECRET_KEY'],
  [service('checkout'), 'production', 'DATABASE_URL'],
  [service('checkout'), '', 'WEBHOOK_PATHS', 'json'],
  [service('checkout'), '', 'apple-pay.pem', 'file'],
  [service('checkout'), 'staging', 'FEATURE_FLAGS', 'json'],
  [service('checkout'), 'production', 'FRAUD_RULES_OF_THE_PAYMENT_PROVIDER', 'json'],
  [service('worker'), '', 'QUEUE_PASSWORD'],
];

/** Fills a fresh server. Answers with a token that may do everything, and every value. */
export async function openShop(server) {
  const token = await server.bootstrap(ada.email, ada.password);
  await server.api(token, 'POST', '/projects', { slug: 'storefront', name: 'Storefront', description: 'Shop, payments, mail' });
  await server.api(token, 'POST', '/projects', { slug: 'warehouse', description: 'Stock and shipping' });
  const services = [['api', 'What the shop and its apps talk to'], ['checkout', 'Takes payments'], ['worker', 'Mail, invoices, exports']];
  for (const [slug, description] of services) await server.api(token, 'POST', `${SHOP}/services`, { slug, description });
  await addPerson(server, token, jonas, ['storefront']);
  const values = [];
  for (const [where, environment, name, kind = 'text'] of SECRETS) {
    const value = canary();
    values.push(value);
    const written = { text: value, json: JSON.stringify({ is: value }), file: Buffer.from(value).toString('base64') }[kind];
    await server.api(token, 'PUT', `${where}/secrets/${name}${environment && `?environment=${environment}`}`, { value: written, kind });
  }
  const again = canary();
  values.push(again);
  await server.api(token, 'PUT', `${service('checkout')}/secrets/STRIPE_SECRET_KEY?environment=production`, { value: again, comment: 'rolled with the provider' });
  const inDays = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  await server.api(token, 'PATCH', `${service('checkout')}/secrets/STRIPE_SECRET_KEY?environment=production`, { owner: 'payments', rotate_by: inDays(9) });
  await server.api(token, 'PATCH', `${service('checkout')}/secrets/WEBHOOK_PATHS`, { rotate_by: inDays(-3) });
  for (const slug of ['api', 'worker']) await server.api(token, 'PUT', `${service(slug)}/secrets/SHARED_SALT`, { value: again });
  await server.api(token, 'PUT', `${service('checkout')}/bindings`, [
    { target: { env: 'PAYMENT_KEY' }, secret: 'STRIPE_SECRET_KEY' },
    { target: { env: 'REPORTING_DATABASE_URL' }, secret: 'REPORTING_DATABASE_URL', environment: 'production' },
    { target: { file: '/etc/flyte/secrets/apple-pay.pem' }, secret: 'apple-pay.pem' },
    { target: { env: 'MAIL_URL' }, secret: 'SMTP_URL', scope: { level: 'platform', environment: 'production' } },
  ]);
  const tokens = [
    { name: 'checkout-prod', project: 'storefront', service: 'checkout', environment: 'production' },
    { name: 'deploy', project: 'storefront', rights: ['read', 'write'], expires_in_days: 30 },
  ];
  for (const one of tokens) await server.api(token, 'POST', '/tokens', one);
  return { token, values };
}

/** A change to the secrets of checkout: two new, two others, one as it is not allowed. */
export function nextRelease() {
  const values = [canary(), canary(), canary()];
  const content = JSON.stringify({ STRIPE_SECRET_KEY: values[0], CAPTCHA_KEY: values[1], SMTP_URL: values[2], 'paypal key': values[2] }, null, 2);
  return { values, content };
}
