import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { ownFolder } from '../../test/support/test-folder.ts';
import { extensionsIn } from './all-declarations.ts';
import { compose } from './compose.ts';
import { initialise } from './init.ts';
import { openLog } from './platform/log.ts';
import { wholeSite } from './platform/scope.ts';
import { sectionHash } from './platform/section-hash.ts';

const log = openLog('silent');
let folder: string;
const at = (...names: string[]): string => join(folder, ...names);
beforeEach(async () => {
  folder = ownFolder('compose');
  const listen = { address: '127.0.0.1', port: 0 };
  await initialise({
    dataDir: at('data'),
    site: 'test-1',
    addresses: ['localhost'],
    listen,
    administrator: 'dana',
    log,
  });
  mkdirSync(at('extensions', 'collections'), { recursive: true });
});

const declare = (file: string, name: string, change: object = {}): void =>
  writeFileSync(
    at('extensions', 'collections', file),
    `export const collection = ${JSON.stringify({
      name,
      row: 'X1',
      mode: 'own',
      title: 'label',
      sort: 'label',
      fields: { label: { type: 'text', identity: true, required: true } },
      retentionDays: 30,
      leaves: null,
      sources: ['native'],
      ...change,
    })};`,
  );
const open = () => compose({ dataDir: at('data'), extensions: extensionsIn(at('extensions')), log });

it('a new site has the triggers that no writer can stand in for, and no others', async () => {
  const appliance = await open();
  try {
    const names = appliance.db
      .prepare("select name from sqlite_schema where type = 'trigger' order by name")
      .pluck()
      .all();
    expect(names).toEqual([
      'controller_identity_counted',
      'controller_match_counted',
      'controller_match_recounted',
      'controller_match_uncounted',
      // What two records share is written by seven statements, some of which know only at the row whether they change it.
      'device_came',
      'device_hardware',
      'device_hint_came',
      'device_mac_came',
      'inv_executable_gone',
      'inv_software_gone',
    ]);
  } finally {
    await appliance.close();
  }
});

describe('a declaration in a file of its own', () => {
  it('that grew gets its column, and old rows stay', async () => {
    declare('badges.js', 'badges');
    const first = await open();
    const items = [{ label: 'press 4' }];
    first.inventory.putSection({
      device: 1,
      collection: 'badges',
      source: 'native',
      hash: sectionHash(items),
      collectedAt: '2026-11-24T10:00:00Z',
      items,
    });
    await first.close();
    rmSync(at('extensions', 'collections', 'badges.js'));
    mkdirSync(at('later', 'collections'), { recursive: true });
    const fields = { label: { type: 'text', identity: true, required: true }, colour: { type: 'text', indexed: true } };
    declare('badges.js', 'badges', { fields });
    const moved = at('extensions', 'collections', 'badges.js');
    writeFileSync(
      at('later', 'collections', 'badges.js'),
      `export { collection } from ${JSON.stringify(`${moved}?grown`)};`,
    );
    const second = await compose({ dataDir: at('data'), extensions: extensionsIn(at('later')), log });
    try {
      const grown = [{ label: 'press 4', colour: 'red' }];
      second.inventory.putSection({
        device: 2,
        collection: 'badges',
        source: 'native',
        hash: sectionHash(grown),
        collectedAt: '2026-11-24T10:00:00Z',
        items: grown,
      });
      expect(
        second.inventory.ofAnyCollection.list({ scope: wholeSite('job'), collection: 'badges', limit: 5 }).total,
      ).toBe(2);
      expect(
        second.inventory.ofAnyCollection.list({
          scope: wholeSite('job'),
          collection: 'badges',
          where: { colour: 'red' },
          limit: 5,
        }).rows,
      ).toMatchObject([{ _device: 2 }]);
    } finally {
      await second.close();
    }
  });

  it.each([
    ['another name than its file', 'badges.js', 'other', {}],
    ['a name that is taken', 'software.js', 'software', {}],
    [
      'a field that no column can have',
      'badges.js',
      'badges',
      { fields: { 'x"; drop table section': { type: 'text', identity: true } } },
    ],
    ['a title that is no field', 'badges.js', 'badges', { title: 'nothing' }],
    [
      'a personal field that would leave',
      'badges.js',
      'badges',
      {
        fields: { label: { type: 'text', identity: true, personal: true } },
        leaves: { file: 'request', fields: ['label'], group: 'x' },
      },
    ],
  ])('with %s stops the start', async (_what, file, name, change) => {
    declare(file, name, change);
    await expect(open()).rejects.toMatchObject({ code: 'DECLARATION' });
  });
});
