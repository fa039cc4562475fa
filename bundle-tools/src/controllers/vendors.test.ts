import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { vendorOfCip, vendorOfEnterprise, vendorOfProfinet } from './vendor-codes.ts';
import { vendorTable } from './vendor-table.ts';
import { knownVendor, undoMojibake, vendorKey, vendorName, vendorNames } from './vendors.ts';

describe('vendors', () => {
  it.each([
    ['Siemens AG', 'Siemens'],
    [' SIEMENS ', 'Siemens'],
    ['Allen-Bradley', 'Rockwell Automation'],
    ['Rockwell Automation, Inc.', 'Rockwell Automation'],
    ['Schneider Electric Software, LLC', 'Schneider Electric'],
    ['Modicon', 'Schneider Electric'],
    ['Mitsubishi Electric Corporation', 'Mitsubishi Electric'],
    ['PHOENIX CONTACT GmbH & Co. KG', 'Phoenix Contact'],
    ['GeutebrÃ¼ck GmbH', 'Geutebrück'],
    ['Pilz GmbH & Co. KG (Pilz)', 'Pilz'],
    ['3S-Smart Software Solutions GmbH', 'CODESYS'],
    ['A Maker of Nothing Known, Inc.', 'A Maker of Nothing Known, Inc.'],
  ])('%j is %j', (raw, name) => {
    expect(vendorName(raw)).toBe(name);
  });

  it('finds several vendors in one text', () => {
    expect(vendorNames('ABB, Phoenix Contact, Schneider Electric, Siemens, and WAGO')).toEqual([
      'ABB',
      'Phoenix Contact',
      'Schneider Electric',
      'Siemens',
      'WAGO',
    ]);
    expect(vendorNames('AVEVA Software, LLC and Schneider Electric Software, LLC')).toEqual([
      'AVEVA',
      'Schneider Electric',
    ]);
    expect(vendorNames('multiple')).toEqual([]);
  });

  it('knows the codes of protocols', () => {
    expect([vendorOfCip(1), vendorOfProfinet(0x2a), vendorOfEnterprise(4329), vendorOfCip(65_535)]).toEqual([
      'Rockwell Automation',
      'Siemens',
      'Siemens',
      undefined,
    ]);
  });

  it('undoes damage and leaves the rest', () => {
    expect(undoMojibake('LeÃ£o')).toBe('Leão');
    expect(undoMojibake('ArmorStratixâ„¢')).toBe('ArmorStratix™');
    expect(undoMojibake('Ångström')).toBe('Ångström');
  });

  it('each spelling of the table is known by itself, once', () => {
    const owners = new Map<string, string>();
    for (const [name, ...others] of vendorTable) {
      for (const spelling of [name, ...others]) {
        expect(knownVendor(spelling)).toBe(name);
        const key = spelling.toLowerCase();
        expect(owners.get(key) ?? name).toBe(name);
        owners.set(key, name);
      }
    }
  });

  it('takes any text, and a name is its own name', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300, unit: 'grapheme' }), (raw) => {
        const name = vendorName(raw);
        expect(vendorKey(name)).toBe(vendorKey(raw));
        expect(vendorNames(raw).length).toBeLessThanOrEqual(16);
      }),
    );
  });
});
