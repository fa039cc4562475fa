import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { connect } from 'node:http2';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { systemActor } from '@sallyport/appliance/engine/objects/types';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wholeSite } from '../../appliance/src/platform/scope.ts';
import { flags } from '../support/commands.ts';
import { until } from '../support/until.ts';
import { type AgentSite, newId, openAgentSite, sha256 } from './agent-site.ts';

let site: AgentSite;
beforeAll(async () => {
  site = await openAgentSite();
});
afterAll(async () => site.close());

type Answer = { status: number; body: Record<string, unknown>; headers: Record<string, unknown> };

/** One call as an attacker would make it: any bytes, any header, with or without an agent's certificate. */
const call = (
  method: string,
  path: string,
  options: { body?: Uint8Array | string; headers?: Record<string, string>; state?: string; pem?: string } = {},
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const pem = options.state === undefined ? options.pem : readFileSync(join(options.state, 'identity.pem'), 'utf8');
    const agent = new Agent({
      ca: site.appliance.ca.certificatePem,
      ...(pem === undefined ? {} : { key: pem, cert: pem }),
    });
    const outgoing = request(
      { agent, host: '127.0.0.1', port: site.port, method, path: `/api/agent/v1${path}`, headers: options.headers },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          agent.destroy();
          const text = Buffer.concat(chunks).toString();
          const json = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : { text };
          resolve({ status: response.statusCode ?? 0, body: json, headers: response.headers });
        });
      },
    );
    // A server that has refused may close before everything is sent.
    outgoing.on('error', (error) => ('code' in error && error.code === 'EPIPE' ? undefined : reject(error)));
    outgoing.end(options.body ?? '');
  });

const deviceOf = (state: string) => {
  const { deviceId } = JSON.parse(readFileSync(join(state, 'agent.json'), 'utf8')) as { deviceId: string };
  return site.appliance.devices.byPublicId(deviceId);
};

/** What the site was told of refused sections of one device: written once the thread of the intake has a turn. */
const toldOf = (state: string) =>
  site.appliance.events
    .list({ scope: wholeSite('job'), limit: 100, type: ['section-rejected'] })
    .rows.filter((event) => event.device === deviceOf(state).id)
    .map(({ params }) => params);
const isToldOf = (state: string, collection: string, code: string): boolean =>
  toldOf(state).some((one) => one['collection'] === collection && one['code'] === code);

describe('an agent', () => {
  it('enrols, reports, and reports nothing twice', async () => {
    const { state, run } = await site.enrol('a1');
    expect(run).toMatchObject({ status: 0, json: { site: 'line-1' } });
    expect(statSync(join(state, 'identity.pem')).mode & 0o777).toBe(0o600);
    expect(existsSync(join(state, 'enrol-key.pem'))).toBe(false);
    const first = await site.agent('once', '--state', state);
    expect(first).toMatchObject({ status: 0 });
    expect(first.json['sent']).toEqual([
      'identity',
      'platform',
      'software',
      'activity',
      'hardware',
      'accounts',
      'sessions',
      'protection',
    ]);
    const device = deviceOf(state);
    expect(site.appliance.inventory.section(device.id, 'identity')).toMatchObject([{ name: 'a1' }]);
    expect(site.appliance.inventory.section(device.id, 'platform')).toMatchObject([
      { vendor: 'demo-line', release: '1', arch: 'amd64' },
    ]);
    const second = await site.agent('once', '--state', state);
    expect(second.json['sent']).toEqual([]);
    const again = await site.agent(
      'enrol',
      ...flags({ server: site.server, 'token-file': site.token(), fingerprint: site.fingerprint(), state }),
    );
    expect(again).toMatchObject({ status: 1, json: { error: 'ALREADY_ENROLLED' } });
  });

  it('sends nothing to a server with another fingerprint', async () => {
    const wrong = 'ab'.repeat(32);
    const { state, run } = await site.enrol('a2', { more: ['--fingerprint', wrong] });
    expect(run).toMatchObject({ status: 1, json: { error: 'FINGERPRINT' } });
    expect(existsSync(join(state, 'ca.pem'))).toBe(false);
    expect(existsSync(join(state, 'trust/root.json'))).toBe(false);
  });

  it('waits for approval and goes on with the same key', async () => {
    const token = site.token({ approve: 'manual' });
    const first = await site.enrol('a3', { token });
    expect(first.run).toMatchObject({ status: 1, json: { error: 'PENDING' } });
    const [pending] = site.appliance.devices.list({ state: ['pending'], limit: 10 }).rows;
    expect(pending).toMatchObject({ hostname: 'a3' });
    site.appliance.devices.approve(systemActor, pending?.id ?? 0);
    const second = await site.enrol('a3', { token });
    expect(second.run).toMatchObject({ status: 0, json: { deviceId: pending?.publicId } });
  });

  it('is refused with a wrong token and keeps its key for the next try', async () => {
    const { state, run } = await site.enrol('a4', { token: site.token({ purpose: 'osquery' }) });
    expect(run).toMatchObject({ status: 1, json: { error: 'REFUSED', message: 'refused' } });
    expect(existsSync(join(state, 'enrol-key.pem'))).toBe(true);
  });

  it('with a copied identity of a live device is held', async () => {
    const { state } = await site.enrol('a5');
    await site.agent('once', '--state', state);
    site.appliance.devices.flush();
    const copied = await site.agent(
      'enrol',
      ...flags({
        server: site.server,
        'token-file': site.token(),
        fingerprint: site.fingerprint(),
        state: join(site.folder, 'state-copy'),
        root: join(site.folder, 'root-a5'),
        wait: '0',
      }),
    );
    expect(copied).toMatchObject({ status: 1, json: { error: 'POSSIBLE_CLONE' } });
    expect((await site.agent('once', '--state', state)).status).toBe(0);
  });

  it('that is revoked is refused, keeps its spool and does not enrol by itself', async () => {
    const { state } = await site.enrol('a6');
    await site.agent('once', '--state', state);
    site.appliance.devices.revoke(systemActor, deviceOf(state).id);
    const before = readFileSync(join(state, 'identity.pem'), 'utf8');
    expect(await site.agent('once', '--state', state)).toMatchObject({ status: 1, json: { error: 'REFUSED' } });
    expect(readFileSync(join(state, 'identity.pem'), 'utf8')).toBe(before);
    expect(readdirSync(join(state, 'sections'))).toHaveLength(8);
  });

  it('renews with a new key; the old certificate works until the new one is used', async () => {
    site.issue.daysAgo = 80;
    const { state } = await site.enrol('a7');
    site.issue.daysAgo = 0;
    const device = deviceOf(state);
    const states = () =>
      site.appliance.devices
        .certificates(device.id)
        .map((one) => one.state)
        .sort();
    const old = readFileSync(join(state, 'identity.pem'), 'utf8');
    expect((await site.agent('once', '--state', state)).status).toBe(0);
    expect(readFileSync(join(state, 'identity.pem'), 'utf8').split('-----END PRIVATE')[0]).not.toBe(
      old.split('-----END PRIVATE')[0],
    );
    await until(() => states().join() === 'active,issued');
    const beat = JSON.stringify({ bootId: 'b', seq: 1, version: '1', sections: {} });
    expect((await call('POST', '/check-in', { pem: old, body: beat })).status).toBe(200);
    expect((await site.agent('once', '--state', state)).status).toBe(0);
    expect((await call('POST', '/check-in', { pem: old, body: beat })).status).toBe(401);
    await until(() => states().includes('superseded'));
    expect(states()).toEqual(['active', 'superseded']);
    expect((await call('POST', '/renew', { state, body: JSON.stringify({ csr: old }) })).status).toBe(400);
  });
});

describe('the door', () => {
  let state = '';
  beforeAll(async () => {
    state = (await site.enrol('door')).state;
  });
  const checkIn = { bootId: 'b', seq: 1, version: '1', sections: {} };
  const withBodies = [
    ['POST', '/check-in'],
    ['PUT', '/sections/software'],
    ['POST', '/sections'],
    ['POST', '/events'],
    ['POST', '/renew'],
    ['POST', `/tasks/${newId()}/result`],
  ] as const;
  const all = [...withBodies, ['GET', '/trust/timestamp.json'], ['GET', `/objects/sha256/${'a'.repeat(64)}`]] as const;

  it.each(all)('%s %s refuses a caller without a certificate', async (method, path) => {
    const answer = await call(method, path, { body: method === 'GET' ? '' : '{}' });
    expect(answer).toMatchObject({ status: 401, body: { error: 'UNAUTHENTICATED', message: 'refused' } });
  });

  it.each(withBodies)('%s %s refuses garbage', async (method, path) => {
    const garbage: ReadonlyArray<readonly [Uint8Array | string, number]> = [
      ['', 400],
      ['garbage', 400],
      ['{"a":', 400],
      ['[]', 400],
      ['<xml/>', 415],
      [Buffer.from([0x1f, 0x8b, 8, 0, 1, 2]), 400],
      [gzipSync('{"a":1}').subarray(0, 20), 400],
      [Buffer.from([0x78, 0x9c, 0, 1]), 400],
      [`{"a":${'['.repeat(5000)}`, 400],
      ['{}', 400],
    ];
    for (const [body, status] of garbage) {
      const answer = await call(method, path, { state, body });
      expect([answer.status, typeof answer.body['error'], typeof answer.body['message']]).toEqual([
        status,
        'string',
        'string',
      ]);
    }
  });

  it.each(withBodies)('%s %s refuses bombs and oversized bodies', async (method, path) => {
    const bomb = gzipSync(`{"a":"${'x'.repeat(20 * 1024 * 1024)}"}`);
    expect(await call(method, path, { state, body: bomb })).toMatchObject({
      status: 413,
      body: { error: 'TOO_LARGE' },
    });
    const declared = await call(method, path, { state, body: '{}', headers: { 'Content-Length': '999999999' } }).catch(
      () => ({ status: 413 }),
    );
    expect(declared.status).toBe(413);
  });

  it('refuses a chunked body that grows past the cap', async () => {
    const body = Buffer.alloc(9 * 1024 * 1024, 0x20);
    body[0] = 0x7b;
    const answer = await call('PUT', '/sections/software', {
      state,
      body,
      headers: { 'Transfer-Encoding': 'chunked' },
    });
    expect(answer.status).toBe(413);
  });

  it('tells the encoding by the first bytes, not by headers', async () => {
    const body = gzipSync(JSON.stringify(checkIn));
    expect((await call('POST', '/check-in', { state, body, headers: { 'Content-Type': 'text/html' } })).status).toBe(
      200,
    );
    const plain = JSON.stringify(checkIn);
    expect(
      (await call('POST', '/check-in', { state, body: plain, headers: { 'Content-Encoding': 'gzip' } })).status,
    ).toBe(200);
  });

  it('binds HTTP/2 streams to the certificate of their session', async () => {
    const over = async (pem?: string): Promise<number[]> => {
      const ca = site.appliance.ca.certificatePem;
      const session = connect(site.server, { ca, ...(pem === undefined ? {} : { key: pem, cert: pem }) });
      const one = () =>
        new Promise<number>((resolve, reject) => {
          const stream = session.request({ ':method': 'POST', ':path': '/api/agent/v1/check-in' });
          stream.on('response', (headers) => resolve(Number(headers[':status'])));
          stream.on('error', reject);
          stream.resume();
          stream.end(JSON.stringify(checkIn));
        });
      const statuses = await Promise.all([one(), one()]);
      session.close();
      return statuses;
    };
    expect(await over(readFileSync(join(state, 'identity.pem'), 'utf8'))).toEqual([200, 200]);
    expect(await over()).toEqual([401, 401]);
  });

  it('asks only for what differs, and takes a section once', async () => {
    const items = [{ type: 'deb', name: 'x', version: '1', arch: 'all' }];
    const hash = sha256('[{"arch":"all","name":"x","type":"deb","version":"1"}]');
    const ask = async () =>
      (
        await call('POST', '/check-in', {
          state,
          body: JSON.stringify({ ...checkIn, sections: { software: hash, nonsense: hash } }),
        })
      ).body['want'];
    const put = (over: object = {}) =>
      call('PUT', '/sections/software', {
        state,
        body: JSON.stringify({ hash, collectedAt: '2026-01-01T00:00:00Z', items, ...over }),
      });
    expect(await ask()).toEqual(['software']);
    expect(await put({ hash: 'a'.repeat(64) })).toMatchObject({ status: 409, body: { error: 'HASH_MISMATCH' } });
    expect(await put()).toMatchObject({ status: 200, body: { known: false, added: 1 } });
    expect(await put()).toMatchObject({ status: 200, body: { known: true } });
    expect(await ask()).toEqual([]);
    expect(await call('PUT', '/sections/nonsense', { state, body: '{}' })).toMatchObject({
      status: 404,
      body: { error: 'UNKNOWN_COLLECTION' },
    });
    const bad = [{ type: 'deb' }];
    const refused = await put({ hash: sha256('[{"type":"deb"}]'), items: bad });
    expect(refused.status).toBe(422);
    expect(Object.keys(refused.body['fields'] as object).length).toBeGreaterThan(0);
    expect(await ask()).toEqual([]);
    await until(() => isToldOf(state, 'software', 'HASH_MISMATCH') && isToldOf(state, 'software', 'INVALID'));
  });

  it('takes several sections in one call and answers for each', async () => {
    const { state: own } = await site.enrol('together');
    const items = [{ arch: 'all', name: 'y', type: 'deb', version: '1' }];
    const hash = sha256(JSON.stringify(items));
    const section = { collection: 'software', hash, collectedAt: '2026-01-01T00:00:00Z', items };
    const empty = { ...section, hash: sha256('[]'), items: [] };
    const post = (sections: object[], over: object = {}) =>
      call('POST', '/sections', { state: own, body: gzipSync(JSON.stringify({ sections, ...over })) });
    const sections = [
      section,
      { ...empty, collection: 'accounts' },
      { ...empty, collection: 'hardware', hash },
      { ...section, collection: 'sessions' },
      { ...empty, collection: 'nonsense' },
    ];
    const refused = [
      { collection: 'hardware', error: 'HASH_MISMATCH' },
      { collection: 'sessions', error: 'INVALID', fields: { 'items.0.account': {} } },
      { collection: 'nonsense', error: 'UNKNOWN_COLLECTION' },
    ];
    expect(await post(sections)).toMatchObject({
      status: 200,
      body: {
        sections: [
          { collection: 'software', known: false, added: 1 },
          { collection: 'accounts', known: false, added: 0 },
          ...refused,
        ],
      },
    });
    // In any layout.
    expect(await post(sections, { more: 1 })).toMatchObject({
      status: 200,
      body: { sections: [{ known: true }, { known: true }, ...refused] },
    });
    const asked = await call('POST', '/check-in', {
      state: own,
      body: JSON.stringify({ ...checkIn, sections: { software: hash, accounts: sha256('[]'), hardware: hash } }),
    });
    expect(asked.body).toMatchObject({ want: ['hardware'] });
    expect(await post([section, section])).toMatchObject({ status: 400, body: { error: 'MALFORMED' } });
    for (const [collection, code] of [
      ['hardware', 'HASH_MISMATCH'],
      ['sessions', 'INVALID'],
      ['report', 'MALFORMED'],
    ] as const)
      await until(() => isToldOf(own, collection, code));
    expect(toldOf(own).some((one) => one['collection'] === 'nonsense')).toBe(false);
  });

  it('does not let one device hold the door shut for the others with reports that never end', async () => {
    const pem = readFileSync(join(state, 'identity.pem'), 'utf8');
    const session = connect(site.server, { ca: site.appliance.ca.certificatePem, key: pem, cert: pem });
    const statuses: number[] = [];
    for (let n = 0; n < 60; n += 1) {
      const stream = session.request({ ':method': 'PUT', ':path': '/api/agent/v1/sections/software' });
      stream.on('response', (headers) => statuses.push(Number(headers[':status'])));
      stream.on('error', () => undefined);
      stream.resume();
      stream.write('{"hash":');
    }
    await expect.poll(() => statuses.length).toBeGreaterThan(50);
    expect(new Set(statuses)).toEqual(new Set([503]));
    const other = await site.enrol('other-device');
    const items = [{ type: 'deb', name: 'z', version: '1', arch: 'all' }];
    const hash = sha256('[{"arch":"all","name":"z","type":"deb","version":"1"}]');
    const body = JSON.stringify({ hash, collectedAt: '2026-01-01T00:00:00Z', items });
    expect((await call('PUT', '/sections/software', { state: other.state, body })).status).toBe(200);
    session.destroy();
    await expect.poll(async () => (await call('PUT', '/sections/software', { state, body })).status).toBe(200);
  });

  it.each([
    ['/events', { events: [] }, 200],
    ['/renew', { csr: '-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n' }, 400],
  ] as const)('%s answers one device only so often, and the others as before', async (path, body, status) => {
    const busy = (await site.enrol(`busy-${path.slice(1)}`)).state;
    const send = (from: string) => call('POST', path, { state: from, body: JSON.stringify(body) });
    expect((await send(busy)).status).toBe(status);
    // All at once: one after the other may take so long on a busy machine that the share fills up again meanwhile.
    const answers = await Promise.all(Array.from({ length: 120 }, () => send(busy)));
    const refused = answers.filter((answer) => answer.status !== status);
    expect(refused.length).toBeGreaterThan(0);
    for (const answer of refused) {
      expect(answer).toMatchObject({ status: 429, body: { error: 'RATE_LIMITED' } });
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    }
    expect((await send(state)).status).toBe(status);
  });

  it("takes an event once and drops types that are not an agent's", async () => {
    const event = (type: string, params: object, id = newId()) => ({ id, type, at: '2026-01-01T00:00:00Z', params });
    const repeated = event('object.refused', { object: 'x', code: 'HASH', reason: 'r' });
    const body = JSON.stringify({
      events: [repeated, repeated, event('device-revoked', { device: 'x' }), event('trust.stale', {})],
    });
    expect(await call('POST', '/events', { state, body })).toMatchObject({ status: 200, body: { accepted: 4 } });
    await call('POST', '/events', { state, body });
    const recorded = site.appliance.events.list({
      scope: wholeSite('job'),
      limit: 100,
      device: deviceOf(state).id,
      type: ['agent-refused-object', 'device-revoked', 'agent-trust-stale'],
    });
    expect(recorded.rows.map((one) => one.type)).toEqual(['agent-refused-object']);
  });

  it('gives out trust files by name and objects only to a device with an order', async () => {
    expect((await call('GET', '/trust/1.root.json', { state })).status).toBe(200);
    for (const name of ['2.root.json', 'root.json', '..%2Fstate.db', '%2e%2e/state.db']) {
      expect((await call('GET', `/trust/${name}`, { state })).status).toBe(404);
    }
    const bytes = Buffer.from('0123456789');
    const stored = await site.appliance.store.put(bytes, { maxBytes: 100 });
    const path = `/objects/sha256/${stored.sha256}`;
    expect((await call('GET', path, { state })).status).toBe(404);
    site.order(deviceOf(state).id, { name: 'x', version: '1', bytes, sha256: stored.sha256 });
    expect(await call('GET', path, { state })).toMatchObject({ status: 200, body: { text: '0123456789' } });
    const part = await call('GET', path, { state, headers: { Range: 'bytes=3-5' } });
    expect(part).toMatchObject({ status: 206, body: { text: '345' }, headers: { 'content-range': 'bytes 3-5/10' } });
    expect((await call('GET', path, { state, headers: { Range: 'bytes=10-' } })).status).toBe(416);
    site.orders.length = 0;
  });

  it("calls another device's task not found", async () => {
    const body = JSON.stringify({ attempt: 1, steps: [], state: 'completed' });
    const other = site.order(999, { name: 'x', version: '1', bytes: Buffer.from('x'), sha256: sha256('x') });
    expect(await call('POST', `/tasks/${other}/result`, { state, body })).toMatchObject({ status: 404 });
    expect(site.results).toEqual([]);
    const own = site.order(deviceOf(state).id, {
      name: 'x',
      version: '1',
      bytes: Buffer.from('x'),
      sha256: sha256('x'),
    });
    expect((await call('POST', `/tasks/${own}/result`, { state, body })).status).toBe(200);
    expect((await call('POST', `/tasks/${own}/result`, { state, body })).status).toBe(200);
    site.orders.length = 0;
  });

  it('says who the site is to anyone, and nothing else', async () => {
    const answer = await call('GET', '/site');
    expect(Object.keys(answer.body).sort()).toEqual(['ca', 'site', 'tufRoot']);
    const text = JSON.stringify((await call('GET', '/nothing')).body);
    expect(text).toContain('"error":"NOT_FOUND"');
  });
});
