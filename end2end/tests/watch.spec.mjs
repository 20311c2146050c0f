// Who runs what a service gets: programs that watch, as its Effective page lists them.

import { test, expect } from '../fixture.mjs';
import { ada, begin, canary, signIn } from '../steps.mjs';

const SERVICE = '/projects/shop/services/api';

/** A program that watches staging: applies what it is told when asked to. */
async function watcher(server, token) {
  const ended = new AbortController();
  const place = `${server.url}/api/v1${SERVICE}`;
  const authorization = `Bearer ${token}`;
  const answer = await fetch(`${place}/watch?environment=staging&client=worker-1`, { headers: { authorization }, signal: ended.signal });
  expect(answer.status).toBe(200);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  const next = async () => {
    for (let text = ''; ; ) {
      const { value, done } = await reader.read();
      if (done) throw new Error('the stream ended');
      text += value;
      const found = /data:\s*(\{.*\})\n/.exec(text);
      if (found) return JSON.parse(found[1]).sequence;
    }
  };
  const apply = async (sequence) => {
    const headers = { authorization, 'content-type': 'application/json' };
    const body = JSON.stringify({ watch: answer.headers.get('watch-id'), sequence });
    const noted = await fetch(`${place}/watch/applied?environment=staging`, { method: 'POST', headers, body });
    expect(noted.status).toBe(204);
  };
  return { next, apply, end: () => ended.abort() };
}

for (const script of [false, true]) {
  test.describe(script ? 'with script' : 'without script', () => {
    test.use({ javaScriptEnabled: script });

    test('the page of a service tells which programs run on the newest', async ({ server, page, expectNoTrace }) => {
      const value = canary();
      const admin = await begin(server);
      const put = () => server.api(admin, 'PUT', `${SERVICE}/secrets/DB_PASS`, { value: `${value}${Math.random()}` });
      await put();
      const { token } = await server.api(admin, 'POST', '/tokens', { name: 'worker', project: 'shop', service: 'api', environment: 'staging', rights: ['read'] });
      const program = await watcher(server, token);
      await program.apply(await program.next());
      await signIn(page, ada, `${SERVICE}/effective?env=staging`);
      await expect(page.getByText('1 of 1 program on the newest')).toBeVisible();
      await page.getByText('1 of 1 program on the newest').click();
      await expect(page.getByText('worker-1')).toBeVisible();

      await put();
      const told = await program.next();
      await page.reload();
      await expect(page.getByText('0 of 1 program on the newest')).toBeVisible();
      await program.apply(told);
      await page.reload();
      await expect(page.getByText('1 of 1 program on the newest')).toBeVisible();

      program.end();
      await expect.poll(async () => (await server.api(admin, 'GET', `${SERVICE}/watchers?environment=staging`)).items).toEqual([]);
      await expectNoTrace([value]);
    });
  });
}
