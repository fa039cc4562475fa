import { afterAll, describe, expect, it } from 'vitest';
import { openApiSite } from '../../../test/support/api-site.ts';
import { partOf } from './types.ts';

// What a person enters about a part, for programs: in rows, in the file, by its number in a search, at the device.

const site = await openApiSite();
const admin = site.tokenOf('administrator');
const pump = site.device('pump-01');
const disk = { type: 'disk', model: 'INTEL SSD', serial: 'PHYF1' };
const fan = { type: 'fan', model: 'F12', slot: 'rear' };
site.report(pump.id, 'hardware', [disk, fan]);
afterAll(() => site.close());

const get = (path: string) => site.call('GET', path, { token: admin });
const enter = async (kind: string, body: Record<string, unknown>): Promise<void> =>
  expect((await site.call('POST', `/objects/${kind}`, { token: admin, body: { body } })).status).toBe(201);

describe('what a person entered about a part', () => {
  it('stands in rows, in the file and at the device, and is found by its number', async () => {
    expect((await get('/inventory/hardware')).json).toMatchObject({ rows: [{ entered: null }, { entered: null }] });
    await enter('hardware-column', { name: 'Guarantee', type: 'date' });
    await enter('hardware-record', {
      name: 'SSD of the pump',
      part: partOf(pump.publicId, disk),
      inventoryNumber: 'INV-0042',
      place: 'Hall 3',
      purchasedAt: '2024-05-01T00:00:00Z',
      custom: ['Guarantee: 2029-05-01'],
    });
    const entered = {
      record: expect.any(String) as string,
      inventoryNumber: 'INV-0042',
      place: 'Hall 3',
      price: null,
      purchasedAt: '2024-05-01T00:00:00Z',
      custom: { Guarantee: '2029-05-01' },
    };
    const found = await get('/inventory/hardware?search=INV-0042');
    expect(found.json).toMatchObject({ total: 1, rows: [{ values: { serial: 'PHYF1' }, entered }] });
    const file = (await get('/inventory/hardware.csv')).text.split('\r\n');
    expect(file[0]).toMatch(/,device,inventoryNumber,place,price,purchasedAt,writtenOff,custom\.Guarantee$/);
    expect(file.filter((line) => line.includes('INV-0042'))).toEqual([expect.stringContaining('PHYF1')]);
    expect(file.find((line) => line.includes('PHYF1'))).toMatch(/2024-05-01T00:00:00Z,[^,]*,2029-05-01$/);
    const section = await get(`/devices/${pump.publicId}/sections/hardware`);
    expect(section.json).toMatchObject({
      rows: expect.arrayContaining([
        expect.objectContaining({ entered: expect.objectContaining(entered) as object }),
        expect.objectContaining({ entered: null }),
      ]) as object[],
    });
  });

  it('is part of no other collection', async () => {
    expect(Object.keys((await get('/inventory/software')).json)).toContain('rows');
    expect((await get('/inventory/software.csv')).text).not.toContain('inventoryNumber');
  });
});
