// The real binary, started with directories and a database of its own.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const BINARY = process.env.SERVER ?? fileURLToPath(new URL('../target/release/strongroom-server', import.meta.url));

// The caller's own settings must not reach the server under test.
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('STRONGROOM_')));

export class Server {
  /** @param {'sqlite' | 'postgres'} engine */
  static async start(engine, flags = []) {
    const server = new Server();
    server.engine = engine;
    server.flags = flags;
    server.folder = await mkdtemp(join(tmpdir(), 'strongroom-e2e-'));
    server.data = join(server.folder, 'data');
    server.keys = join(server.folder, 'keys');
    server.databaseUrl = engine === 'postgres' ? await createDatabase() : null;
    server.port = await freePort();
    server.url = `http://127.0.0.1:${server.port}`;
    server.log = '';
    try {
      await server.start();
    } catch (error) {
      server.child.kill('SIGKILL');
      await server.remove();
      throw error;
    }
    return server;
  }

  /** Starts the server, again if need be: same address, same directories, same database. */
  async start() {
    this.child = spawn(BINARY, ['serve', '--listen', `127.0.0.1:${this.port}`, ...this.flags, ...this.places()], { env: environment });
    this.gone = once(this.child, 'exit').then(([code, signal]) => code ?? signal, (error) => error.message);
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => { this.log += text; });
    }
    for (const deadline = Date.now() + 30_000; Date.now() < deadline; await sleep(25)) {
      const code = await Promise.race([this.gone, sleep(0)]);
      if (code !== undefined) throw new Error(`the server did not start (${code}):\n${this.log}`);
      const answer = await fetch(`${this.url}/readyz`).catch(() => null);
      if (answer?.status === 200) return;
    }
    throw new Error(`the server was not ready within 30 s:\n${this.log}`);
  }

  /** Ends the server as an operator does. It must finish cleanly. */
  async stop() {
    const code = await this.signal('SIGTERM');
    if (code !== 0) throw new Error(`the server ended with ${code}:\n${this.log}`);
  }

  /** Ends the server as a power cut does. */
  async kill() {
    await this.signal('SIGKILL');
  }

  async signal(signal) {
    this.child.kill(signal);
    const code = await Promise.race([this.gone, sleep(15_000, 'timeout', { ref: false })]);
    if (code === 'timeout') {
      this.child.kill('SIGKILL');
      throw new Error(`the server did not end within 15 s of ${signal}:\n${this.log}`);
    }
    return code;
  }

  /** Removes everything; the server must have ended. */
  async remove() {
    await rm(this.folder, { recursive: true, force: true });
    if (this.databaseUrl) sql(`DROP DATABASE "${databaseName(this.databaseUrl)}" WITH (FORCE)`);
  }

  /** The single-use link of the first start. */
  async setupLink() {
    for (const deadline = Date.now() + 10_000; Date.now() < deadline; await sleep(25)) {
      const [link] = this.log.match(/https?:\/\/\S*setup\S*/) ?? [];
      if (link) return link;
    }
    throw new Error(`no setup link was printed:\n${this.log}`);
  }

  /** Makes the first administrator without a browser; answers with a token that may do everything. */
  async bootstrap(email, password) {
    return new Promise((resolve, reject) => {
      const words = ['bootstrap', '--email', email, '--password-stdin', '--token', ...this.places()];
      const child = execFile(BINARY, words, { env: environment }, (error, stdout) => (error ? reject(error) : resolve(stdout.trim())));
      child.stdin.end(password);
    });
  }

  /** A REST call, `path` being relative to /api/v1. Answers with the body; throws unless it was a success. */
  async api(token, method, path, body) {
    const answer = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : null;
  }

  places() {
    const database = this.databaseUrl ? ['--database-url', this.databaseUrl] : [];
    return ['--data', this.data, '--keys', this.keys, ...database];
  }

  /** Everything this server has put on a disk, as [name, bytes]: files, and for Postgres a dump. */
  async stored() {
    const files = await filesBelow(this.folder);
    const found = await Promise.all(files.map(async (path) => [path, await readFile(path).catch(() => Buffer.alloc(0))]));
    if (this.databaseUrl) {
      found.push(['the Postgres database', execFileSync('pg_dump', [this.databaseUrl], { maxBuffer: 1 << 30 })]);
    }
    return found;
  }
}

async function filesBelow(folder) {
  const entries = await readdir(folder, { withFileTypes: true });
  const nested = entries.map((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : entry.isFile() ? [path] : [];
  });
  return (await Promise.all(nested)).flat();
}

async function freePort() {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address();
  listener.close();
  await once(listener, 'close');
  return port;
}

function maintenanceUrl() {
  const url = process.env.TEST_DATABASE_URL;
  if (!url) throw new Error('TEST_DATABASE_URL is not set: use `make e2e`, or `--project sqlite`');
  return url;
}

async function createDatabase() {
  const name = `e2e_${randomBytes(6).toString('hex')}`;
  sql(`CREATE DATABASE "${name}"`);
  const url = new URL(maintenanceUrl());
  url.pathname = `/${name}`;
  return url.href;
}

const databaseName = (url) => new URL(url).pathname.slice(1);

function sql(statement) {
  execFileSync('psql', ['-q', '-v', 'ON_ERROR_STOP=1', '-c', statement, maintenanceUrl()], { stdio: ['ignore', 'ignore', 'inherit'] });
}
