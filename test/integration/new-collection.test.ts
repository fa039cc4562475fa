import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:http2';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { extensionsIn } from '@sallyport/appliance/all-declarations';
import { type Appliance, compose } from '@sallyport/appliance/compose';
import { systemActor } from '@sallyport/appliance/engine/objects/types';
import { parseCertificateRequest } from '@sallyport/appliance/features/ca/csr';
import { initialise } from '@sallyport/appliance/init';
import { openLog } from '@sallyport/appliance/platform/log';
import { type Server, startServer } from '@sallyport/appliance/server/server';
import { sectionHash } from '@sallyport/bundle-tools/protocol/section';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/commands.ts';
import { makeToken } from '../support/tokens.ts';

// A new row of the data map is one file. This one lies in a folder of its own, is never mentioned anywhere else, and the
// real server takes the reports of a real certificate for it, through its worker thread.

const declaration = `
export const collection = {
  name: 'cabinet-fans',
  row: 'X7',
  mode: 'own',
  title: 'label',
  sort: 'label',
  person: 'technician',
  fields: {
    label: { type: 'text', required: true, identity: true, indexed: true, maxLength: 40 },
    speed: { type: 'integer', indexed: true },
    replacedAt: { type: 'time' },
    filters: { type: 'list', indexed: true, maxLength: 20 },
    technician: { type: 'text', personal: true, indexed: true, maxLength: 80 },
  },
  retentionDays: 30,
  leaves: null,
  sources: ['native'],
};
`;

const fans = [
  { label: 'F-1', speed: 1200, replacedAt: '2026-01-05T00:00:00Z', filters: ['G4', 'F7'], technician: 'Dana Test' },
  { label: 'F-2', speed: 0, filters: [] },
];

type Answer = { status: number; text: string; json: Record<string, unknown> };

const { path: folder, remove } = temporaryFolder('new-collection');
let appliance: Appliance;
let server: Server;
let device: { id: number; publicId: string };
let pem = '';
let token = '';

/** A device with a certificate of the site, as enrolment leaves it. */
const enrolDevice = async (): Promise<void> => {
  const openssl = (...args: string[]): string =>
    execFileSync('openssl', args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
  openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', 'device.key');
  const csr = await parseCertificateRequest(openssl('req', '-new', '-key', 'device.key', '-subj', '/CN=x'));
  const { objects, devices, ca } = appliance;
  const secret = makeToken(objects, 'agent');
  const outcome = devices.enrol({
    request: {
      token: secret,
      csr: '',
      agentVersion: '1.0.0',
      device: { hostname: 'cabinet-3', os: 'linux', arch: 'amd64', macs: [] },
    },
    csr,
    from: '127.0.0.1',
  });
  device = outcome.device;
  const issued = await ca.issueForDevice(csr, device.publicId);
  devices.recordCertificate(device.id, issued);
  pem = readFileSync(join(folder, 'device.key'), 'utf8') + issued.pem;
};

beforeAll(async () => {
  const extension = join(folder, 'extension');
  mkdirSync(join(extension, 'collections'), { recursive: true });
  writeFileSync(join(extension, 'collections', 'cabinet-fans.ts'), declaration);
  const dataDir = join(folder, 'data');
  const log = openLog('silent');
  await initialise({
    dataDir,
    site: 'line-1',
    addresses: ['localhost', '127.0.0.1'],
    listen: { address: '127.0.0.1', port: 0 },
    administrator: 'administrator',
    log,
  });
  appliance = await compose({ dataDir, extensions: extensionsIn(extension), log });
  await enrolDevice();
  const account = appliance.objects.create(systemActor, 'account', { name: 'robot', roles: ['viewer'] });
  token = appliance.accounts.createApiToken(systemActor, { name: 'robot', account: account.id }).secret;
  server = await startServer(appliance);
});
afterAll(async () => {
  await server?.stop();
  await appliance?.close();
  remove();
});

const call = (
  method: string,
  path: string,
  options: { body?: Uint8Array | string; headers?: Record<string, string>; pem?: string } = {},
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const certificate = options.pem === undefined ? {} : { key: options.pem, cert: options.pem };
    const agent = new Agent({ ca: appliance.ca.certificatePem, ...certificate });
    const outgoing = request(
      { agent, host: '127.0.0.1', port: server.port, method, path, headers: options.headers },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          agent.destroy();
          const text = Buffer.concat(chunks).toString();
          const json = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {};
          resolve({ status: response.statusCode ?? 0, text, json });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(options.body ?? '');
  });

const api = (path: string): Promise<Answer> =>
  call('GET', `/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } });
const report = (items: readonly unknown[]): Promise<Answer> =>
  call('PUT', '/api/agent/v1/sections/cabinet-fans', {
    pem,
    headers: { 'content-type': 'application/json' },
    body: gzipSync(JSON.stringify({ hash: sectionHash(items), collectedAt: '2026-02-01T00:00:00Z', items })),
  });

describe('a collection of one file', () => {
  it('takes the reports of an agent, and only what it declares', async () => {
    const offered = await call('POST', '/api/agent/v1/check-in', {
      pem,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        version: '1.0.0',
        bootId: 'b1b1b1b1-0000-4000-8000-000000000001',
        seq: 1,
        sections: { 'cabinet-fans': sectionHash(fans), 'no-such': sectionHash([]) },
      }),
    });
    expect(offered.json).toMatchObject({ want: ['cabinet-fans'] });
    const wrong = await report([{ ...fans[0], speed: 'fast' }]);
    expect(wrong).toMatchObject({ status: 422, json: { error: 'INVALID' } });
    expect(wrong.text).toContain('items.0.speed');
    expect(await report(fans)).toMatchObject({ status: 200, json: { known: false, added: 2 } });
    expect(await report(fans)).toMatchObject({ status: 200, json: { known: true } });
  });

  it('encrypts what it calls personal', () => {
    const files = ['state.db', 'state.db-wal'].map((name) => readFileSync(join(appliance.paths.data, name)));
    for (const bytes of files) expect(bytes.includes('Dana Test')).toBe(false);
    expect(files.some((bytes) => bytes.includes('F-1'))).toBe(true);
  });

  it('is listed by the API with filters, order and CSV', async () => {
    const list = await api('/inventory/cabinet-fans?where.filters=F7&sort=speed');
    expect(list.json).toMatchObject({
      total: 1,
      rows: [
        {
          device: { id: device.publicId, name: 'cabinet-3' },
          values: {
            label: 'F-1',
            speed: 1200,
            replacedAt: '2026-01-05T00:00:00Z',
            filters: ['G4', 'F7'],
            technician: null,
          },
        },
      ],
    });
    expect((await api('/inventory/cabinet-fans?where.speed=0')).json).toMatchObject({ total: 1 });
    expect((await api('/inventory/cabinet-fans?where.technician=Dana%20Test')).json).toMatchObject({ total: 1 });
    expect((await api(`/devices/${device.publicId}/sections/cabinet-fans`)).json).toMatchObject({ door: 'native' });
    expect((await api('/inventory')).text).toContain('cabinet-fans');
    const csv = await api('/inventory/cabinet-fans.csv');
    expect(csv.text.split('\r\n')[0]).toBe('\ufefflabel,speed,replacedAt,filters,device');
    expect(csv.text).toContain('F-1,1200,2026-01-05T00:00:00Z,"G4, F7",cabinet-3');
    expect(csv.text).not.toContain('Dana');
  });

  it('has its schema in the document', async () => {
    const { json } = await call('GET', '/api/v1/openapi.json');
    const { schemas } = json['components'] as { schemas: Record<string, { properties: Record<string, unknown> }> };
    expect(schemas['item.cabinet-fans']?.properties).toMatchObject({
      label: { type: ['string', 'null'] },
      speed: { anyOf: [{ type: 'integer' }, { type: 'null' }] },
      filters: { anyOf: [{ type: 'array', items: { type: 'string' } }, { type: 'null' }] },
    });
    const paths = json['paths'] as Record<string, Record<string, { parameters: { name: string }[] }>>;
    const names = paths['/inventory/cabinet-fans']?.['get']?.parameters.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['where.label', 'where.technician', 'personal', 'limit', 'after']));
  });

  it('is answered over HTTP/2 as well, file and all', async () => {
    const session = connect(`https://127.0.0.1:${server.port}`, { ca: appliance.ca.certificatePem });
    try {
      const text = await new Promise<string>((resolve, reject) => {
        session.once('error', reject);
        const stream = session.request({
          ':path': '/api/v1/inventory/cabinet-fans.csv',
          authorization: `Bearer ${token}`,
        });
        let body = '';
        stream.setEncoding('utf8');
        stream.on('data', (chunk: string) => (body += chunk));
        stream.once('end', () => resolve(body));
        stream.once('error', reject);
        stream.end();
      });
      expect(text).toContain('F-2,0,,,cabinet-3');
    } finally {
      session.close();
    }
    expect((await call('GET', '/healthz')).status).toBe(200);
  });

  it('has its row in the register, with what it holds now', async () => {
    const { json } = await api('/provision');
    const row = (json['rows'] as { name: string }[]).find(({ name }) => name === 'cabinet-fans');
    expect(row).toMatchObject({
      row: 'X7',
      pillar: 'inventory',
      rows: 2,
      personal: 'yes',
      protection: ['encrypted'],
      leaves: null,
      title: 'collection.cabinet-fans.title',
    });
  });

  it('has its page in the console, for those who are logged in', async () => {
    const anonymous = await call('GET', '/inventory/cabinet-fans');
    expect(anonymous.status).toBe(303);
    const link = appliance.accounts.makeLink(
      systemActor,
      appliance.objects.create(systemActor, 'account', { name: 'viewer', roles: ['viewer'] }).id,
    );
    const chosen = 'quiet-harbour-77';
    const { cookie } = await appliance.accounts.useLink(link.token, {
      password: chosen,
      again: chosen,
      from: '127.0.0.1',
    });
    const page = (path: string): Promise<Answer> =>
      call('GET', path, { headers: { cookie: `__Host-sallyport=${cookie}` } });
    for (const path of [
      '/inventory/cabinet-fans',
      '/inventory/cabinet-fans?label=F-1',
      `/devices/${device.publicId}/cabinet-fans`,
    ]) {
      const found = await page(path);
      expect(`${path} ${found.status}`).toBe(`${path} 200`);
      expect(found.text).toContain('F-1');
      expect(found.text).not.toContain('Dana Test');
    }
    expect((await page('/provision')).text).toContain('cabinet-fans');
  });
});
