import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { paths } from '@sallyport/ui/paths';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Console, openConsole } from '../../../test/support/console.ts';
import { provisionService } from '../../features/data-register/service.ts';
import { systemActor } from '../objects/types.ts';

// DESIGN: a new row of the data map is a declaration. This one lies in a folder of its own and is all that is added.

const declaration = `export const collection = {
  name: 'ups-battery',
  row: 'X1',
  mode: 'own',
  title: 'label',
  sort: 'label',
  person: 'owner',
  fields: {
    label: { type: 'text', required: true, identity: true, indexed: true, maxLength: 100 },
    chargePercent: { type: 'integer' },
    replacedAt: { type: 'time' },
    owner: { type: 'text', personal: true, indexed: true, maxLength: 100 },
  },
  retentionDays: 30,
  leaves: null,
  sources: ['native'],
};
`;

let folder = '';
let site: Console;
let device: { id: number; publicId: string };
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-collection-'));
  mkdirSync(join(folder, 'collections'));
  writeFileSync(join(folder, 'collections', 'ups-battery.ts'), declaration);
  site = await openConsole({ collections: [join(folder, 'collections')] });
  device = site.device('cabinet-4');
});
afterAll(async () => {
  await site.close();
  rmSync(folder, { recursive: true });
});

const battery = { label: 'B-1', chargePercent: 87, replacedAt: '2026-01-01T00:00:00Z', owner: 'Айдос' };

describe('a collection that one file declares', () => {
  it('takes reports and refuses what it did not declare', () => {
    expect(site.report(device.id, 'ups-battery', [battery])).toMatchObject({ known: false });
    expect(() => site.report(device.id, 'ups-battery', [{ ...battery, chargePercent: 'full' }])).toThrow();
    expect(site.appliance.inventory.hashes(device.id)['ups-battery']).toMatch(/^[0-9a-f]{64}$/);
  });

  it('has a page with filter and search, a tab on the device, and a file', async () => {
    const viewer = await site.as('viewer');
    for (const path of [
      paths.inventory('ups-battery'),
      paths.inventory('ups-battery', { label: 'B-1' }),
      paths.inventory('ups-battery', { q: 'Айдос' }),
      paths.deviceTab(device.publicId, 'ups-battery'),
    ]) {
      const response = await viewer.get(path);
      const html = await response.text();
      expect(`${path} ${response.status} ${html.includes('B-1')}`).toBe(`${path} 200 true`);
      expect(html.includes('>Айдос<')).toBe(false);
    }
    expect((await (await viewer.get(paths.inventory('ups-battery', { label: 'B-2' }))).text()).includes('>B-1<')).toBe(
      false,
    );
    const csv = await (await viewer.get(paths.inventoryCsv('ups-battery.csv'))).text();
    expect(csv.includes('cabinet-4,B-1,87,2026-01-01T00:00:00Z')).toBe(true);
    const shown = await viewer.post(paths.devicePersonal(device.publicId, 'ups-battery'));
    expect((await shown.text()).includes('Айдос')).toBe(true);
  });

  it('is in the API with its schema, and on the register with its live count', async () => {
    const document = await (await site.app.request('/api/v1/openapi.json')).text();
    expect(document.includes('ups-battery')).toBe(true);
    expect(document.includes('chargePercent')).toBe(true);
    const admin = await site.as('administrator');
    await admin.get('/');
    const account = site.appliance.objects.findBy('account', 'name', 'admin');
    const { secret } = site.appliance.accounts.createApiToken(systemActor, { name: 't', account: account?.id ?? '' });
    const answer = await site.app.request('/api/v1/inventory/ups-battery', {
      headers: { authorization: `Bearer ${secret}` },
    });
    expect((await answer.text()).includes('"B-1"')).toBe(true);
    const register = provisionService({ ...site.appliance, clock: () => 0 }).register(systemActor);
    expect(register.entries.find(({ name }) => name === 'ups-battery')).toMatchObject({
      row: 'X1',
      rows: 1,
      personal: 'yes',
      leaves: null,
    });
  });
});
