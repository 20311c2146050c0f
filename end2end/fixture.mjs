// What every browser test starts from:
//
//   import { test, expect } from '../fixture.mjs';
//   test('an admin signs in', async ({ server, page, expectNoTrace }) => { … });
//
// `server` is a fresh one for each test, `page` is at its address. A test fails when the browser says
// anything on its console: errors, warnings, exceptions, refusals by the Content-Security-Policy.
// Playwright's own options choose the reader: test.use({ javaScriptEnabled: false, colorScheme: 'dark' }).
import { test as base, expect } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Server } from './server.mjs';
import { disguises } from './trace.mjs';

export { expect };

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

// Contexts without JavaScript.
const scriptless = new WeakSet();

export const test = base.extend({
  engine: ['sqlite', { option: true }],
  // Further flags of `serve`.
  flags: [[], { option: true }],

  server: async ({ engine, flags }, use, testInfo) => {
    const server = await Server.start(engine, flags);
    await use(server);
    const running = server.child.exitCode === null && server.child.signalCode === null;
    const stopped = running ? server.stop() : Promise.resolve();
    await stopped.finally(async () => {
      if (testInfo.status !== testInfo.expectedStatus) await testInfo.attach('server.log', { body: server.log });
      await server.remove();
    });
  },

  baseURL: async ({ server }, use) => use(server.url),

  // What the browser said and what it was sent, over all contexts of the test.
  watch: async ({}, use) => {
    const watch = new Watch();
    await use(watch);
    expect(watch.complaints(), 'the browser complained').toEqual([]);
  },

  context: async ({ context, watch, javaScriptEnabled }, use) => {
    watch.context(context);
    // Without script the browser's program is loaded ahead and not used.
    if (javaScriptEnabled === false) watch.allow(/was preloaded using link preload but not used/);
    if (javaScriptEnabled === false) scriptless.add(context);
    await use(context);
    await watch.settle();
  },

  // A second person, another theme, a browser without JavaScript: a context that is watched like the first.
  newContext: async ({ browser, watch, javaScriptEnabled }, use) => {
    const opened = [];
    await use(async (options = {}) => {
      // Playwright adds the test's own options to those given.
      const context = await browser.newContext(options);
      opened.push(context);
      watch.context(context);
      if ((options.javaScriptEnabled ?? javaScriptEnabled) === false) scriptless.add(context);
      return context;
    });
    await watch.settle();
    await Promise.all(opened.map((context) => context.close()));
  },

  // picture(page, 'login') saves the whole page under results/pictures/<engine>/; `fullPage: false` what is in sight.
  picture: async ({ engine }, use) => {
    await use(async (page, name, { fullPage = true } = {}) => {
      const path = fileURLToPath(new URL(`results/pictures/${engine}/${name}.png`, import.meta.url));
      await page.screenshot({ path, fullPage, animations: 'disabled' });
    });
  },

  // await expectNoTrace(['s3cret-marker'], { except: [/\/reveal$/] }): no marker, in any usual encoding,
  // is in the server's log, on its disk, in its database, in a page that is open, or in anything the server
  // sent to the browser. `except` names the answers that may hold it: the reveals that the test asked for.
  expectNoTrace: async ({ server, watch }, use) => {
    await use(async (markers, { except = [] } = {}) => {
      await watch.settle();
      const places = [
        ['the log', Buffer.from(server.log)],
        ...(await server.stored()),
        ...(await watch.pages()),
        ...watch.received.filter(([address]) => !except.some((pattern) => pattern.test(address))),
      ];
      const traces = [];
      for (const marker of markers) {
        for (const [form, text] of disguises(marker)) {
          for (const [place, bytes] of places) {
            if (bytes.includes(text)) traces.push(`${marker} (${form}) is in ${place}`);
          }
        }
      }
      expect(traces, 'secrets left traces').toEqual([]);
    });
  },
});

/** Fails when the page breaks a rule of axe-core; `exclude` takes CSS selectors; a `soft` failure lets the test go on. */
export async function expectNoAxeViolations(page, { exclude = [], soft = false } = {}) {
  if (scriptless.has(page.context())) return withScripts(page, (copy) => expectNoAxeViolations(copy, { exclude, soft }));
  // Through the debugger, so the page's Content-Security-Policy is neither weakened nor in the way.
  await page.evaluate(axe);
  const found = await page.evaluate(async (exclude) => {
    const { violations } = await window.axe.run({ include: [['html']], exclude: exclude.map((one) => [one]) }, { resultTypes: ['violations'] });
    return violations.map((rule) => `${rule.id}: ${rule.help}\n${rule.nodes.map((node) => `  ${node.html}\n  ${node.failureSummary}`).join('\n')}`);
  }, exclude);
  (soft ? expect.soft : expect)(found, `axe on ${page.url()}`).toEqual([]);
}

/** axe is a script with timers: it reads a copy of a scriptless page, in a context that lets only us run any. */
async function withScripts(page, use) {
  const dark = await page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches);
  const context = await page.context().browser().newContext({
    javaScriptEnabled: true,
    viewport: page.viewportSize(),
    colorScheme: dark ? 'dark' : 'light',
  });
  const copy = await context.newPage();
  // What the reader sees is what stood in <noscript>.
  const body = (await page.content()).replace(/<\/?noscript[^>]*>/g, '');
  const headers = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': "script-src 'none'" };
  await copy.route((url) => url.href === page.url(), (route) => route.fulfill({ body, headers }));
  await copy.goto(page.url());
  await use(copy);
  await context.close();
}

class Watch {
  constructor() {
    this.contexts = [];
    this.said = [];
    this.allowed = [];
    this.received = [];
    this.pending = new Set();
  }

  context(context) {
    this.contexts.push(context);
    context.on('console', (message) => this.said.push(`${message.type()}: ${message.text()} (${message.location().url})`));
    context.on('weberror', (error) => this.said.push(`exception: ${error.error().stack || error.error()} (${error.page()?.url()})`));
    context.on('page', (page) => page.on('crash', () => this.said.push('the page crashed')));
    context.on('response', (response) => this.keep(response));
  }

  /** Messages the test provokes, such as the browser's own line about a 404. */
  allow(...patterns) {
    this.allowed.push(...patterns);
  }

  complaints() {
    return this.said.filter((message) => !this.allowed.some((pattern) => pattern.test(message)));
  }

  keep(response) {
    const { pathname } = new URL(response.url());
    if (pathname.startsWith('/pkg/')) return;
    const headers = JSON.stringify(response.headers());
    // A redirect and an answer that a navigation cut off have no body to read.
    const body = response.body().catch(() => Buffer.alloc(0));
    const kept = body.then((bytes) => {
      this.received.push([`${response.request().method()} ${pathname}`, Buffer.concat([Buffer.from(`${response.url()}\n${headers}\n`), bytes])]);
      this.pending.delete(kept);
    });
    this.pending.add(kept);
  }

  /** The pages that are open, as [name, bytes]. */
  async pages() {
    const pages = this.contexts.flatMap((context) => context.pages());
    return Promise.all(pages.map(async (page) => [`the page ${page.url()}`, Buffer.from(await page.content())]));
  }

  /** Event streams never end: they are not waited for. */
  async settle() {
    await Promise.race([Promise.all(this.pending), new Promise((done) => { setTimeout(done, 3000).unref(); })]);
  }
}
