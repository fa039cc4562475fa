import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { type Appliance, compose } from '@sallyport/appliance/compose';
import { systemActor } from '@sallyport/appliance/engine/objects/types';
import { openLog } from '@sallyport/appliance/platform/log';
import BetterSqlite3 from 'better-sqlite3';
import { admin } from '../../appliance/test/support/engines.ts';
import { makeHost } from '../../appliance/test/support/host.ts';
import { initialised } from '../../appliance/test/support/initialised.ts';
import { mountedRoutes } from '../../appliance/test/support/mounted-routes.ts';
import { deb, debian13 } from '../../appliance/test/support/site.ts';
import { enrolDevice, hashOf } from '../fault/intake-kill-device.ts';
import { freePort, type Running, startCommand, temporaryFolder } from '../support/commands.ts';
import { makeToken } from '../support/tokens.ts';
import { until } from '../support/until.ts';

// The real server with something in it, everybody's credentials for it, and calls that send any bytes.

export type Route = { readonly method: string; readonly pattern: string };

/** `isCut`: the server has refused and closed before the caller had sent everything, and its words got lost. */
export type Answer = { status: number; type: string; text: string; isCut?: true };

/** Agents of the XML dialect read nothing but zlib. */
const textOf = (bytes: Buffer): string =>
  (bytes[0] === 0x78 && bytes[1] === 0x9c ? inflateSync(bytes) : bytes).toString();

export type Sent = {
  body?: Uint8Array | string;
  headers?: Readonly<Record<string, string>>;
  /** Bytes are announced that do not come. */
  announced?: number;
  /** Sent in pieces without saying how much there is. */
  chunked?: true;
};

export type Caller = {
  call(method: string, path: string, sent?: Sent): Promise<Answer>;
  close(): void;
};

const password = 'Теңіз суы тұщы болды 7';
const heapMiB = 192;
const maxAnswerBytes = 32 * 1024 * 1024;

const callerOf = (
  port: number,
  tls: { ca: string; key?: string; cert?: string },
  headers: Readonly<Record<string, string>> = {},
): Caller => {
  const agent = new Agent({ ...tls, keepAlive: true, maxSockets: 12 });
  const caller: Caller = {
    call: (method, path, sent = {}) =>
      new Promise((resolve, reject) => {
        const { body, headers: more, announced, chunked } = sent;
        // Node frames no body of DELETE and the like by itself.
        const framing: Record<string, string> = chunked
          ? { 'transfer-encoding': 'chunked' }
          : { 'content-length': String(announced ?? Buffer.byteLength(body ?? '')) };
        const outgoing = request({
          agent,
          host: '127.0.0.1',
          port,
          method,
          path,
          headers: { ...headers, ...more, ...(method === 'GET' ? {} : framing) },
        });
        let answered = false;
        outgoing.once('response', (response) => {
          answered = true;
          const chunks: Buffer[] = [];
          let bytes = 0;
          response.on('data', (chunk: Buffer) => {
            bytes += chunk.length;
            if (bytes <= maxAnswerBytes) chunks.push(chunk);
          });
          response.once('error', reject);
          response.once('end', () => {
            // What was announced will not come.
            if (announced !== undefined) outgoing.destroy();
            resolve({
              status: response.statusCode ?? 0,
              type: response.headers['content-type'] ?? '',
              text: textOf(Buffer.concat(chunks)),
            });
          });
        });
        // A server that has answered may close before it has read everything.
        outgoing.on('error', (error: NodeJS.ErrnoException) => {
          if (answered) return;
          if (chunked) resolve({ status: 413, type: '', text: '', isCut: true });
          // The server had closed this connection, which was idle, before it saw the call.
          else if (outgoing.reusedSocket && error.code === 'ECONNRESET') resolve(caller.call(method, path, sent));
          else reject(error);
        });
        if (announced === undefined) outgoing.end(body);
        else outgoing.write(body ?? '{');
      }),
    close: () => agent.destroy(),
  };
  return caller;
};

export type GarbageSite = {
  routes: readonly Route[];
  /** A device of the site, a program with every right, an administrator in a browser, and nobody. */
  device: Caller;
  program: Caller;
  person: Caller;
  nobody: Caller;
  csrf: string;
  /** Ids of things that are there. */
  known: Readonly<Record<'device' | 'group', string>>;
  port: number;
  running: Running;
  dataDir: string;
  /** A digest of the rows of each table. */
  tables(): Map<string, string>;
  /** What the audit chain holds: types of events, or operations and kinds of objects. */
  audit(): string[];
  rssBytes(): number;
  close(): Promise<void>;
};

const rssOf = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;

const reading = <T>(dataDir: string, work: (db: BetterSqlite3.Database) => T): T => {
  const db = new BetterSqlite3(join(dataDir, 'state.db'), { readonly: true });
  try {
    return work(db);
  } finally {
    db.close();
  }
};

const digestTables = (db: BetterSqlite3.Database): Map<string, string> => {
  const names = db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
    .pluck()
    .all() as string[];
  return new Map(
    names.map((name) => {
      const hash = createHash('sha256');
      for (const row of db.prepare(`SELECT * FROM "${name}"`).raw().iterate()) {
        hash.update(
          JSON.stringify(row, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)),
        );
      }
      return [name, hash.digest('hex')];
    }),
  );
};

const routesOf = (appliance: Appliance): Route[] => {
  const seen = new Map<string, Route>();
  for (const { method, path } of mountedRoutes(appliance)) seen.set(`${method} ${path}`, { method, pattern: path });
  return [...seen.values()];
};

const logIn = async (port: number, ca: string, name: string) => {
  const cookie = await new Promise<string>((resolve, reject) => {
    const outgoing = request(
      {
        host: '127.0.0.1',
        port,
        ca,
        method: 'POST',
        path: '/login',
        headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' },
      },
      (response) => {
        response.resume();
        const [session] = (response.headers['set-cookie'] ?? []).map((line) => line.split(';')[0] ?? '');
        if (response.statusCode === 303 && session !== undefined) resolve(session);
        else reject(new Error(`log-in: ${response.statusCode}`));
      },
    );
    outgoing.once('error', reject);
    outgoing.end(new URLSearchParams({ name, password }).toString());
  });
  const person = callerOf(port, { ca }, { cookie, 'sec-fetch-site': 'same-origin' });
  const page = await person.call('GET', '/me');
  const csrf = /name="csrf" value="([A-Za-z0-9_-]{43})"/.exec(page.text)?.[1];
  if (csrf === undefined) throw new Error(`no token on the page: ${page.status}`);
  return { person, csrf };
};

/** Makes the site and starts its server. */
export const openGarbageSite = async (): Promise<GarbageSite> => {
  const { path: folder, remove } = temporaryFolder('door-garbage');
  const dataDir = join(folder, 'data');
  const log = openLog('silent');
  const port = await freePort();
  await initialised({
    dataDir,
    site: 'line-1',
    addresses: ['127.0.0.1'],
    listen: { address: '127.0.0.1', port },
    administrator: 'administrator',
    log,
  });
  const host = makeHost(join(folder, 'host'));
  await host.publish();
  const appliance = await compose({ dataDir, log });
  const { exchange, objects, accounts, ca } = appliance;
  await exchange.importTrust(admin, await host.trustFile(join(folder, 'trust')), host.rootFingerprint);
  // The first look at it would make it.
  exchange.siteCard(admin);
  const token = makeToken(objects, 'agent');
  const account = objects.create(admin, 'account', { name: 'tester', roles: ['administrator'] });
  const link = accounts.makeLink(admin, account.id);
  await accounts.useLink(link.token, { password, again: password, from: '127.0.0.1' });
  const { secret } = accounts.createApiToken(systemActor, { name: 'program', account: account.id });
  const group = objects.create(admin, 'group', { name: 'line' });
  const routes = routesOf(appliance);
  const pem = ca.certificatePem;

  // With a small heap what is held shows: without one Node takes memory before it looks for what is free. A smaller one
  // than this takes a third of the processor for collecting.
  const heap = ['env', `NODE_OPTIONS=--max-old-space-size=${heapMiB}`];
  const running = await startCommand('sallyport', ['serve', '--data', dataDir], /listening/, heap);
  const device = await enrolDevice({ port, ca: pem }, 'line-1', token);
  // Over the listener, so that the thread of reports runs before its memory is looked at.
  for (const [collection, items] of [
    ['platform', [debian13]],
    ['software', [deb('openssl', '3.5.1-1'), deb('sudo', '1.9-1')]],
    ['accounts', [{ name: 'aigerim', uid: 1000, isAdmin: true, enabled: true }]],
  ] as const) {
    const section = { hash: hashOf(items), collectedAt: '2026-11-24T10:00:00Z', items };
    const { status } = await device.call('PUT', `/sections/${collection}`, section);
    if (status !== 200) throw new Error(`report of ${collection}: ${status}`);
  }
  await appliance.close();
  // What follows from the report is worked out behind the answer.
  const atRest = `select not exists (select 1 from pending) and exists (select 1 from rule_round where after_device is null)
    and exists (select 1 from controller_derivation where reached is null)`;
  const isAtRest = (db: BetterSqlite3.Database): boolean => db.prepare(atRest).pluck().get() === 1;
  await until(() => reading(dataDir, isAtRest));

  const { person, csrf } = await logIn(port, pem, 'tester');
  const callers = {
    device: callerOf(port, { ca: pem, ...device.identity }),
    program: callerOf(port, { ca: pem }, { authorization: `Bearer ${secret}` }),
    person,
    nobody: callerOf(port, { ca: pem }, { 'sec-fetch-site': 'same-origin' }),
  };
  device.close();
  return {
    ...callers,
    routes,
    csrf,
    known: { device: device.publicId, group: group.id },
    port,
    running,
    dataDir,
    tables: () => reading(dataDir, digestTables),
    audit: () =>
      reading(
        dataDir,
        (db) =>
          db
            .prepare(
              "SELECT coalesce(e.type, a.operation || ' ' || a.kind) FROM audit a LEFT JOIN event e ON e.audit_seq = a.seq ORDER BY a.seq",
            )
            .pluck()
            .all() as string[],
      ),
    rssBytes: () => rssOf(running.child.pid ?? 0),
    close: async () => {
      for (const caller of Object.values(callers)) caller.close();
      await running.kill();
      remove();
    },
  };
};
