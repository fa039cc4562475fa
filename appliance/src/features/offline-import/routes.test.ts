import { readdirSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import { sectionHash } from '@sallyport/bundle-tools/protocol/section';
import { afterAll, describe, expect, it } from 'vitest';
import { storedZip } from '../../../../test/support/stored-zip.ts';
import { openApiSite } from '../../../test/support/api-site.ts';
import { deb } from '../../../test/support/site.ts';

const site = await openApiSite();
afterAll(() => site.close());

const collectedAt = '2026-05-01T08:00:00Z';
const own = (hostname: string): string => {
  const items = [deb('bash', '5.2-1')];
  return JSON.stringify({
    format: 'sallyport-inventory/1',
    agentVersion: '0.1.0',
    collectedAt,
    device: { uuid: null, serial: `S-${hostname}`, macs: [], hostname, os: 'linux', arch: 'amd64' },
    sections: { software: { hash: sectionHash(items), collectedAt, items } },
  });
};
const ocs = deflateSync(
  `<?xml version="1.0"?><REQUEST><CONTENT><HARDWARE><NAME>alone-3</NAME><UUID>4C4C4544-0042-4A10-8052-B7C04F5A3003</UUID></HARDWARE></CONTENT><DEVICEID>alone-3-2026-05-01-08-00-00</DEVICEID><QUERY>INVENTORY</QUERY></REQUEST>`,
);

describe('inventories of machines without network', () => {
  it('are looked at, taken and let in by a program; nothing of the file stays', async () => {
    const token = site.tokenOf('administrator');
    const body = storedZip([
      ['one.json', own('alone-1')],
      ['two.json', own('alone-2')],
      ['three.ocs', ocs],
      ['notes.txt', 'nothing'],
    ]);
    const send = (query: string) =>
      site.call('POST', `/inventories?name=shift.zip${query}`, { token, body, type: 'application/zip' });
    const states = (answer: { json: Record<string, unknown> }) =>
      (answer.json['rows'] as { state: string }[]).map(({ state }) => state);
    const look = await send('&dryRun=true');
    expect(`${look.status} ${look.text}`).toContain('200 ');
    expect(states(look)).toEqual(['new', 'new', 'new', 'refused']);
    expect(site.appliance.devices.waiting()).toBe(0);
    expect(states(await send(''))).toEqual(['new', 'new', 'new', 'refused']);
    expect(site.appliance.devices.waiting()).toBe(3);
    const taken = await send('&approve=true');
    expect(states(taken).slice(0, 3)).toEqual(['stored', 'stored', 'stored']);
    expect(states(await send(''))[0]).toBe('same');
    const one = { token, body: own('alone-1'), type: 'application/json' };
    expect(states(await site.call('POST', '/inventories?name=one.json', one))).toEqual(['same']);
    const [row] = taken.json['rows'] as { device: string; sections: Record<string, number> }[];
    expect(row).toMatchObject({ sections: { software: 1 }, reason: null, collectedAt });
    const { id } = site.appliance.devices.byPublicId(row?.device ?? '');
    expect(site.appliance.inventory.section(id, 'software')).toMatchObject([{ name: 'bash', _source: 'offline' }]);
    expect(readdirSync(site.appliance.paths.staging).filter((name) => name.startsWith('offline-'))).toEqual([]);
  });

  it('need the right, a type that is no slip, and a body', async () => {
    const viewer = site.tokenOf('viewer');
    const token = site.tokenOf('administrator');
    const body = own('alone-9');
    const type = 'application/octet-stream';
    expect((await site.call('POST', '/inventories', { token: viewer, body, type })).status).toBe(403);
    expect((await site.call('POST', '/inventories', { token, body, type: 'text/html' })).status).toBe(415);
    expect((await site.call('POST', '/inventories', { token, body: '', type })).status).toBe(400);
    expect((await site.call('POST', '/inventories?approve=yes', { token, body, type })).status).toBeGreaterThanOrEqual(
      400,
    );
    const damaged = await site.call('POST', '/inventories', { token, body: Buffer.from('PK\u0003\u0004 cut'), type });
    expect(damaged.status).toBe(400);
  });
});
