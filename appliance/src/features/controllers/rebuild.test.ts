import type { Reading } from '@sallyport/bundle-tools/controllers/reading';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import { controllerPicture } from '../../../test/support/controller-picture.ts';
import { admin, openEngines } from '../../../test/support/engines.ts';
import { wholeSite } from '../../platform/scope.ts';
import { type ControllerMaps, noMaps } from './maps.ts';
import { type ControllerService, controllerService } from './service.ts';

const engines = await openEngines();
afterAll(() => engines.close());

const tables = [
  'controller_effective',
  'controller_part',
  'controller_key',
  'controller_fact',
  'controller_reading',
  'controller_pair',
  'controller_agreed',
  'controller_merge',
];
const clear = (): void => {
  for (const table of [
    ...tables,
    'controller_change',
    'controller_row',
    'controller',
    'import_batch',
    'controller_derivation',
  ])
    engines.db.exec(`delete from ${table}`);
};

/** The first edition knows no spelling; the second knows two for one vendor, a family, and the catalogue number of a tuple. */
const editions: readonly ControllerMaps[] = [
  { ...noMaps, version: 'maps/1' },
  {
    ...noMaps,
    version: 'maps/2',
    vendorByName: (raw) => (/^acme/i.test(raw) ? 'Acme' : undefined),
    orderByCip: (tuple) => (tuple === '9/14/1' ? 'A-100' : undefined),
    family: ({ orderNumber }) => (orderNumber?.startsWith('A-') === true ? 'A line' : undefined),
  },
];
const withMaps = (edition: 0 | 1): ControllerService =>
  controllerService({
    db: engines.db,
    objects: engines.objects,
    events: engines.events,
    collections: engines.controllers.collections,
    maps: editions[edition] ?? noMaps,
    changed: () => undefined,
    keepProtected: () => undefined,
  }).service;

const said = (values: Record<string, string | undefined>): Reading['facts'] =>
  Object.entries(values).flatMap(([field, value]) => (value === undefined ? [] : [{ field, value, raw: value }]));

const reading: fc.Arbitrary<Reading> = fc
  .record({
    at: fc.integer({ min: 1, max: 9 }),
    method: fc.constantFrom('query' as const, 'passive' as const, 'csv' as const),
    vendor: fc.constantFrom('ACME Ltd', 'Acme Limited', 'Other', undefined),
    serial: fc.constantFrom('SN-77101', 'SN-77102', undefined),
    orderNumber: fc.constantFrom('A-100', 'B-200', undefined),
    cipTuple: fc.constantFrom('9/14/1', undefined),
    mac: fc.constantFrom('00:0e:8c:00:00:01', undefined),
    address: fc.constantFrom('10.0.0.1', '10.0.0.2'),
  })
  .map(({ at, method, mac, ...values }) => ({
    observedAtMs: at * 86_400_000,
    method,
    source: method === 'csv' ? 'csv' : 's7',
    facts: said(values),
    parts: mac === undefined ? [] : [{ type: 'interface' as const, key: mac, facts: said({ mac }) }],
  }));
const batches = fc.array(fc.array(reading, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 });

const takeAll = (controllers: ControllerService, list: readonly (readonly Reading[])[]): void => {
  for (const [index, readings] of list.entries())
    controllers.ingest(admin, { type: 'capture', name: `${index}` }, readings);
};

describe('what is derived after an upgrade', () => {
  it('is as if all had been taken with the new maps, once and for all, and back again', async () => {
    await fc.assert(
      fc.asyncProperty(batches, async (list) => {
        const [old, fresh] = [withMaps(0), withMaps(1)];
        clear();
        takeAll(old, list);
        const before = controllerPicture(old);
        clear();
        takeAll(fresh, list);
        const expected = controllerPicture(fresh);
        clear();
        takeAll(old, list);
        await old.rebuild();
        expect(controllerPicture(old)).toEqual(before);
        await fresh.rebuild();
        expect(controllerPicture(fresh)).toEqual(expected);
        expect([fresh.verify(), await fresh.rebuild()]).toEqual([[], 0]);
        await old.rebuild();
        expect(controllerPicture(old)).toEqual(before);
        expect(old.verify()).toEqual([]);
      }),
      { numRuns: runs(25) },
    );
  });

  const plant = Array.from(
    { length: 90 },
    (_, n): Reading => ({
      observedAtMs: 1_000,
      method: 'query',
      source: 'enip',
      facts: said({ vendor: n % 2 === 0 ? 'ACME Ltd' : 'Acme Limited', serial: `SN-${n >> 1}-77`, cipTuple: '9/14/1' }),
      parts: [],
    }),
  );

  it('goes on where it was cut off, and waits for what is being taken', async () => {
    const [old, fresh] = [withMaps(0), withMaps(1)];
    clear();
    takeAll(old, [plant]);
    expect(old.ids(0, 1_000)).toHaveLength(90);
    engines.db.exec("update import_batch set state = 'taking'");
    expect(await fresh.rebuild()).toBe(0);
    engines.db.exec("update import_batch set state = 'done'");
    const stop = new AbortController();
    stop.abort();
    await expect(fresh.rebuild(stop.signal)).rejects.toThrow();
    // As a process that was killed after some steps leaves it.
    engines.db.exec(
      "insert into controller_derivation (one, rules, reached) select 1, 'normaliser/1 maps/2', min(id) + 39 from controller_reading",
    );
    expect(await fresh.rebuild()).toBe(50);
    engines.db.exec('delete from controller_derivation');
    expect(await fresh.rebuild()).toBe(40);
    const live = fresh.ids(0, 1_000).filter((id) => fresh.byId(id, wholeSite('job'))?.state === 'live');
    expect(live).toHaveLength(45);
    expect(fresh.parts(live[0] ?? 0)[0]?.observed).toMatchObject({
      vendor: 'Acme',
      orderNumber: 'A-100',
      productFamily: 'A line',
    });
    expect(fresh.facts(live[0] ?? 0).find(({ field }) => field === 'vendor')?.derivedBy).toBe('maps/2');
    expect([fresh.verify(), await fresh.rebuild()]).toEqual([[], 0]);
  });

  it('has the values of the normaliser of today, from the text that was said', async () => {
    const controllers = withMaps(0);
    clear();
    takeAll(controllers, [
      [{ ...(plant[0] as Reading), facts: said({ serial: 'SN-1-77', mac: '000E8C000001', address: 'nowhere' }) }],
    ]);
    const expected = controllerPicture(controllers);
    // As an earlier normaliser might have kept it.
    engines.db.exec("update controller_fact set value = '000e8c000001', normaliser = 0 where field = 'mac'");
    engines.db.exec(
      "update controller_fact set value = 'nowhere', error = null, reason = null, normaliser = 0 where field = 'address'",
    );
    engines.db.exec('delete from controller_derivation');
    expect(await controllers.rebuild()).toBe(1);
    expect(controllerPicture(controllers)).toEqual(expected);
    expect(controllers.verify()).toEqual([]);
  });
});
