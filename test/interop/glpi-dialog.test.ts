import { deflateSync, gzipSync, inflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Content, linuxContent, xmlMessage } from '../../appliance/test/support/glpi-client.ts';
import { prettyJson } from '../../appliance/test/support/pretty-json.ts';
import { type GlpiAnswer, type GlpiSite, openGlpiSite } from '../support/glpi-site.ts';

// What GLPI agents 1.x send, header by header, and what they look at in the answers, as their source has it.

let site: GlpiSite;
let secret: string;
beforeAll(async () => {
  site = await openGlpiSite();
  secret = site.token({ approve: 'auto' });
});
afterAll(() => site.close());

const agentId = '3d2f6f10-7a4b-4c8e-9c1b-5a2f0e8d1c77';
const deviceid = 'line7-2026-01-02-03-04-05';

const packings: ReadonlyArray<readonly [type: string, pack: (text: string) => Buffer]> = [
  ['application/x-compress-zlib', (text) => deflateSync(text)],
  ['application/x-compress-gzip', (text) => gzipSync(text)],
  ['application/json', (text) => Buffer.from(text)],
];
const own = { 'User-Agent': 'GLPI-Agent_v1.11', Pragma: 'no-cache' };

const post = (type: string, body: Buffer, headers: Record<string, string>): Promise<GlpiAnswer> =>
  site.send(secret, { headers: { ...own, 'Content-Type': type, ...headers }, body });

/** An answer as the client takes it: JSON with a status, and an `expiration` above zero where it keeps one. */
const taken = ({ status, headers, body }: GlpiAnswer): Record<string, unknown> => {
  expect([status, headers['content-type']]).toEqual([200, 'application/json']);
  const said = JSON.parse(body.toString()) as Record<string, unknown>;
  expect(said).toMatchObject({ status: 'ok', expiration: expect.any(Number) });
  return said;
};

const contact = prettyJson({
  action: 'contact',
  deviceid,
  'enabled-tasks': ['inventory', 'netdiscovery'],
  'httpd-plugins': {},
  'httpd-port': 62_354,
  'installed-tasks': ['collect', 'deploy', 'esx', 'inventory', 'netdiscovery', 'netinventory', 'remoteinventory'],
  name: 'GLPI-Agent',
  tag: 'line3',
  version: '1.11',
});
const inventory = (over: Content = {}): string =>
  prettyJson({ action: 'inventory', content: linuxContent(over), deviceid, itemtype: 'Computer', tag: 'line3' });

describe('the dialog of a GLPI agent', () => {
  it('begins in XML, and is answered in JSON if the agent says who it is', async () => {
    const prolog = xmlMessage('PROLOG', deviceid);
    for (const [type, pack] of packings) {
      const said = type === 'application/json' ? 'application/xml' : type;
      taken(await post(said, pack(prolog), { 'GLPI-Agent-ID': agentId }));
      // Without, the client wants the options of its searches, and takes text for text.
      const { headers, body } = await post(said, pack(prolog), {});
      const isPacked = headers['content-type'] === 'application/x-compress-zlib';
      expect(isPacked).toBe(said !== 'application/xml');
      expect((isPacked ? inflateSync(body) : body).toString()).toMatch(/<RESPONSE>SEND<\/RESPONSE>/);
    }
  });

  it('goes on in JSON, with a number of its own where it says all that it does, and through another agent', async () => {
    for (const [type, pack] of packings)
      for (const more of [
        {},
        { 'GLPI-Request-ID': '5C557BEA' },
        { 'GLPI-Proxy-ID': '11111111-2222-3333-4444-555555555555' },
      ]) {
        const headers = { 'GLPI-Agent-ID': agentId, ...more };
        const { tasks } = taken(await post(type, pack(contact), headers));
        expect(tasks).toMatchObject({ inventory: { server: 'glpi', version: expect.any(String) } });
        taken(await post(type, pack(inventory({ users: [{ login: `${type} ${Object.keys(more)[0]}` }] })), headers));
      }
    const { devices, inventory: stored } = site.appliance;
    const [device, ...others] = devices.list({ limit: 10 }).rows;
    expect(others).toEqual([]);
    const id = device?.id ?? 0;
    expect(device).toMatchObject({ state: 'managed', hostname: 'line7' });
    expect(stored.section(id, 'software')).toHaveLength(2);
    const accounts = stored.section(id, 'sessions', { personal: true }).map(({ account }) => account);
    expect(accounts).toEqual(expect.arrayContaining(['ann', 'application/json GLPI-Proxy-ID']));
  });

  it('may go on with parts, and keeps the packages of a system where their list is empty', async () => {
    const headers = { 'GLPI-Agent-ID': agentId };
    const [type, pack] = packings[0] as (typeof packings)[0];
    const part = (content: Content): Buffer =>
      pack(prettyJson({ action: 'inventory', content, deviceid, itemtype: 'Computer', partial: true }));
    taken(await post(type, part({ antivirus: [{ name: 'Shield', enabled: true }] }), headers));
    const { devices, inventory: stored } = site.appliance;
    const id = devices.list({ limit: 10 }).rows[0]?.id ?? 0;
    expect(stored.section(id, 'protection')).toMatchObject([{ product: 'Shield' }]);
    expect(stored.section(id, 'software')).toHaveLength(2);
    taken(await post(type, pack(inventory({ softwares: [] })), headers));
    expect(stored.section(id, 'software')).toHaveLength(2);
    expect(stored.keptLists('software', [id])).toMatchObject([{ list: 'deb', items: 2 }]);
    expect(stored.section(id, 'protection')).toEqual([]);
  });

  it('is told in its own words what is not there', async () => {
    const ask = prettyJson({
      action: 'get_params',
      deviceid,
      name: 'GLPI-Agent',
      params_id: '1',
      use: ['x'],
      version: '1.11',
    });
    const [type, pack] = packings[0] as (typeof packings)[0];
    const { status, body } = await post(type, pack(ask), { 'GLPI-Agent-ID': agentId });
    expect([status, JSON.parse(body.toString())]).toEqual([501, { status: 'error', message: expect.any(String) }]);
    const waited = await site.send(secret, {
      method: 'GET',
      headers: { ...own, 'GLPI-Agent-ID': agentId, 'GLPI-Request-ID': '5C557BEA' },
    });
    expect([waited.status, JSON.parse(waited.body.toString())]).toMatchObject([404, { status: 'error' }]);
  });
});
