// What people do on the pages, for tests that are about something else.
import { execFile } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from './fixture.mjs';

const CLI = process.env.CLI ?? fileURLToPath(new URL('../target/release/strongroom', import.meta.url));

export const ada = { email: 'ada@harbour.example', name: 'Ada Moreau', password: 'seven quiet harbours' };
export const jonas = { email: 'jonas@harbour.example', name: 'Jonas Weber', password: 'nine loud lighthouses' };

/** A value that is nowhere by chance. */
export const canary = () => `canary-${randomBytes(9).toString('hex')}$`;

/** A file for a file input. */
export function file(content, name = 'secrets.json') {
  const buffer = Buffer.isBuffer(content) ? content : Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));
  return { name, mimeType: 'application/json', buffer };
}

/** A server with an admin; answers with a token of theirs that may do everything. */
export async function begin(server, { project = 'shop', services = ['api'] } = {}) {
  const token = await server.bootstrap(ada.email, ada.password);
  await server.api(token, 'POST', '/projects', { slug: project });
  for (const slug of services) await server.api(token, 'POST', `/projects/${project}/services`, { slug });
  return token;
}

/** Someone who can sign in and belongs to the projects. */
export async function addPerson(server, token, person, projects = []) {
  await server.api(token, 'POST', '/people', person);
  for (const slug of projects) await server.api(token, 'POST', `/projects/${slug}/members`, { email: person.email });
}

/** Signs in and is led to `path`. */
export async function signIn(page, { email, password }, path = '/') {
  await page.goto(path === '/' ? '/login' : `/login?next=${encodeURIComponent(path)}`);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('banner')).toBeVisible();
}

/** What a device with this key in base 32 shows, `steps` of 30 seconds from now (RFC 6238). */
export function shownCode(key, steps = 0) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...key.replaceAll(' ', '')].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const secret = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const mac = createHmac('sha1', secret).update(counter).digest();
  const number = mac.readUInt32BE(mac[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, '0');
}

/** Opens a page and waits until script has woken it up. */
export async function open(page, path, script) {
  await page.goto(path);
  if (script) await awake(page);
}

/** Waits until the page reacts to more than links and forms: the buttons of the theme listen then. */
export async function awake(page) {
  const debug = await page.context().newCDPSession(page);
  await expect.poll(async () => {
    const { result } = await debug.send('Runtime.evaluate', { expression: 'document.querySelector(".themes button")' });
    if (!result.objectId) return [];
    const { listeners } = await debug.send('DOMDebugger.getEventListeners', { objectId: result.objectId });
    return listeners.map(({ type }) => type);
  }, { message: 'script wakes the page up' }).toContain('click');
  await debug.detach();
}

/** Gives a file to the page: without script it is uploaded, with script it opens the plan. */
export async function give(page, given, { environment, script } = {}) {
  if (environment) await page.getByLabel('into', { exact: true }).selectOption(environment);
  await page.getByLabel('choose a file').setInputFiles(given);
  if (!script) await page.getByRole('button', { name: 'Upload', exact: true }).click();
}

/** The notice above the page. */
export const notice = (page) => page.locator('main .callout[role="status"], main .callout[role="alert"]').first();

/** The cell of a name in an environment; `all` is the first. */
export const cell = (page, name, environment = 'all environments') => page.getByRole('link', { name: new RegExp(`^${name}, ${environment}: `) });

/** Runs a line in a shell that knows `strongroom`; answers with what it printed. */
export async function shell(line, home) {
  const env = { PATH: `${dirname(CLI)}:${process.env.PATH}`, HOME: home };
  return new Promise((resolve, reject) => {
    execFile('sh', ['-c', line], { env }, (error, stdout, stderr) => {
      // The line holds a token: it is kept out of what is reported.
      if (error) reject(new Error(`it ended with ${error.code}: ${stderr}`));
      else resolve(stdout);
    });
  });
}
