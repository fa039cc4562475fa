import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:http2';
import { join } from 'node:path';
import { extensionsIn } from '@sallyport/appliance/all-declarations';
import { type Appliance, compose } from '@sallyport/appliance/compose';
import { systemActor } from '@sallyport/appliance/engine/objects/types';
import { initialise } from '@sallyport/appliance/init';
import { openLog } from '@sallyport/appliance/platform/log';
import { type Server, startServer } from '@sallyport/appliance/server/server';
import { sectionHash } from '@sallyport/bundle-tools/protocol/section';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/commands.ts';
import { callAppliance, nativeDevice } from '../support/native-device.ts';

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
let device: Awaited<ReturnType<typeof nativeDevice>>;
let token = '';

beforeAll(async () => {
  const extension = join(folder, 'extension');
  mkdirSync(join(extension, 'collections'), { recursive: true });
  writeFileSync(join(extension, 'collections', 'cabinet-fans.ts'), declaration);
  writeFileSync(join(extension, 'collections', 'notes.txt'), 'not a declaration');
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
  const account = appliance.objects.create(systemActor, 'account', { name: 'robot', roles: ['viewer'] });
  token = appliance.accounts.createApiToken(systemActor, { name: 'robot', account: account.id }).secret;
  server = await startServer(appliance);
  device = await nativeDevice(appliance, { folder, port: server.port, name: 'cabinet-3' });
});
afterAll(async () => {
  await server?.stop();
  await appliance?.close();
  remove();
});

const asJson = ({ status, text }: { status: number; text: string }): Answer => ({
  status,
  text,
  json: text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {},
});
const get = async (path: string, headers: Record<string, string> = {}): Promise<Answer> =>
  asJson(await callAppliance(appliance, server.port, { method: 'GET', path, headers }));
const api = (path: string): Promise<Answer> => get(`/api/v1${path}`, { authorization: `Bearer ${token}` });
const report = async (items: readonly unknown[]): Promise<Answer> => asJson(await device.report('cabinet-fans', items));

describe('a collection of one file', () => {
  it('takes the reports of an agent, and only what it declares', async () => {
    const offered = await device.send('POST', '/check-in', {
      version: '1.0.0',
      bootId: 'b1b1b1b1-0000-4000-8000-000000000001',
      seq: 1,
      sections: { 'cabinet-fans': sectionHash(fans), 'no-such': sectionHash([]) },
    });
    expect(asJson(offered).json).toMatchObject({ want: ['cabinet-fans'] });
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
    const { json } = await get('/api/v1/openapi.json');
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
    expect((await get('/healthz')).status).toBe(200);
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
    const anonymous = await get('/inventory/cabinet-fans');
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
    const page = (path: string): Promise<Answer> => get(path, { cookie: `__Host-sallyport=${cookie}` });
    for (const path of [
      '/inventory/cabinet-fans',
      '/inventory/cabinet-fans?label=F-1',
      '/inventory/cabinet-fans.csv',
      `/devices/${device.publicId}/cabinet-fans`,
    ]) {
      const found = await page(path);
      expect(`${path} ${found.status}`).toBe(`${path} 200`);
      expect(found.text).toContain('F-1');
      expect(found.text).not.toContain('Dana Test');
    }
    // The page says again what it was asked for, but not in its rows.
    const searched = (await page('/inventory/cabinet-fans?q=Dana%20Test')).text;
    expect(searched).toContain('>F-1<');
    for (const text of ['>F-2<', '>Dana Test<']) expect(searched).not.toContain(text);
    expect((await page('/inventory/cabinet-fans?label=F-2')).text).not.toContain('>F-1<');
    expect((await page('/provision')).text).toContain('cabinet-fans');
  });
});
