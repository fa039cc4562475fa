import type { Method, Reading } from '@sallyport/bundle-tools/controllers/reading';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import { controllerPicture } from '../../../test/support/controller-picture.ts';
import { admin, openEngines } from '../../../test/support/engines.ts';
import { wholeSite } from '../../platform/scope.ts';

const engines = await openEngines();
const controllers = engines.controllers;
afterAll(() => engines.close());

const tables = [
  'controller_effective',
  'controller_part',
  'controller_key',
  'controller_fact',
  'controller_reading',
  'controller_pair',
];
const others = [
  'controller_agreed',
  'controller_merge',
  'controller_change',
  'controller_row',
  'controller',
  'import_batch',
];

const clear = (): void => {
  for (const table of [...tables, ...others]) engines.db.exec(`delete from ${table}`);
};

const day = 86_400_000;
const start = Date.UTC(2026, 0, 1);

const picture = (): string[] => controllerPicture(controllers);

const methods: readonly Method[] = ['query', 'passive', 'inferred', 'project', 'nameplate', 'csv'];

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

const saidOf = (values: Record<string, string | undefined>): Reading['facts'] =>
  Object.entries(values).flatMap(([field, value]) => (value === undefined ? [] : [{ field, value, raw: value }]));

/** Readings of a small plant, so that serial numbers, addresses and names meet often. */
const reading: fc.Arbitrary<Reading> = fc
  .record({
    method: fc.constantFrom(...methods),
    source: fc.constantFrom('s7', 'enip', 'aml', 'csv'),
    at: fc.integer({ min: 0, max: 12 }),
    serial: maybe(fc.constantFrom('SN-77101', 'SN-77102', '0000000', 'FFFFFFFF')),
    mac: maybe(fc.constantFrom('00:0e:8c:00:00:01', '00:0e:8c:00:00:02')),
    address: maybe(fc.constantFrom('10.0.0.1', '10.0.0.2')),
    firmware: maybe(fc.constantFrom('V2.9', 'V2.9.4', 'V3.0')),
    name: maybe(fc.constantFrom('PLC-1', 'PLC-2')),
    orderNumber: fc.constantFrom('6ES7 515-2AM02-0AB0', '1756-L83E'),
    slot: maybe(fc.constantFrom('0/1', '0/2')),
    denied: maybe(fc.constantFrom('locked', 'busy')),
  })
  .map(({ method, source, at, mac, slot, denied, ...values }) => ({
    observedAtMs: start + at * day,
    method,
    source,
    facts: [
      ...saidOf({ vendor: 'Siemens', ...values }),
      ...(denied === undefined ? [] : [{ field: 'firmware', error: 'denied-by-device' as const, reason: denied }]),
    ],
    parts: [
      ...(mac === undefined ? [] : [{ type: 'interface' as const, key: mac, facts: saidOf({ mac }) }]),
      ...(slot === undefined
        ? []
        : [{ type: 'module' as const, key: slot, facts: saidOf({ orderNumber: '6ES7 521-1BH00-0AB0' }) }]),
    ],
  }));

const batches = fc.array(fc.array(reading, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 5 });

const take = (name: string, readings: readonly Reading[]) =>
  controllers.ingest(admin, { type: 'capture', name }, readings);

const takeAll = (batches: readonly (readonly Reading[])[]): void => {
  for (const [index, readings] of batches.entries()) take(`${index}`, readings);
};

describe('laws of the record', () => {
  it('has the same effectiveValues in whatever order facts about one controller come', () => {
    fc.assert(
      fc.property(
        fc
          .array(reading, { minLength: 2, maxLength: 7 })
          .chain((readings) =>
            fc.tuple(fc.constant(readings), fc.shuffledSubarray(readings, { minLength: readings.length })),
          ),
        ([readings, shuffled]) => {
          const ofOne = (list: readonly Reading[]) => {
            clear();
            const serial = { field: 'serial', value: 'ONE-42-A', raw: 'ONE-42-A' };
            takeAll(
              list.map((one) => [{ ...one, facts: [...one.facts.filter(({ field }) => field !== 'serial'), serial] }]),
            );
            return picture();
          };
          const first = ofOne(readings);
          expect(first).toHaveLength(1);
          expect(ofOne(shuffled)).toEqual(first);
        },
      ),
      { numRuns: runs(30) },
    );
  });

  it('takes the same again without adding anything', () => {
    fc.assert(
      fc.property(batches, (list) => {
        clear();
        takeAll(list);
        expect(controllers.verify()).toEqual([]);
        const before = [picture(), controllers.batches({ limit: 100 }).length];
        for (const [index, readings] of list.entries())
          expect(take(`${index}`, readings)).toMatchObject({ batch: null, summary: { facts: 0 } });
        expect([picture(), controllers.batches({ limit: 100 }).length]).toEqual(before);
      }),
      { numRuns: runs(30) },
    );
  });

  it('is the same after an undo as without the batch, whatever was imported in between', () => {
    fc.assert(
      fc.property(batches, fc.nat(), (list, pick) => {
        const gone = pick % list.length;
        clear();
        for (const [index, readings] of list.entries()) if (index !== gone) take(`${index}`, readings);
        const never = picture();
        clear();
        const batches = list.map((readings, index) => take(`${index}`, readings).batch);
        const batch = batches[gone];
        if (batch !== null && batch !== undefined) controllers.undo(admin, batch);
        expect(picture()).toEqual(never);
        expect(controllers.verify()).toEqual([]);
      }),
      { numRuns: runs(40) },
    );
  });

  it('is so where a merge comes apart that brought readings of another controller too', () => {
    const said = (method: Method, values: Record<string, string>, mac?: string): Reading => ({
      observedAtMs: start,
      method,
      source: method === 'csv' ? 'csv' : 's7',
      facts: saidOf({ vendor: 'Siemens', orderNumber: '6ES7 515-2AM02-0AB0', ...values }),
      parts: mac === undefined ? [] : [{ type: 'interface', key: mac, facts: saidOf({ mac }) }],
    });
    const [one, two] = ['00:0e:8c:00:00:01', '00:0e:8c:00:00:02'];
    const row = { name: 'PLC-2', address: '10.0.0.2' };
    const other = { orderNumber: '1756-L83E' };
    const list = [
      // Holds the next two together.
      [said('query', { serial: 'SN-77101' }, two)],
      [said('query', {}, two)],
      [said('csv', { serial: 'SN-77101', ...row }), said('query', other, one), said('csv', { ...other, ...row }, one)],
    ];
    clear();
    takeAll(list.slice(1));
    const never = picture();
    expect(never).toHaveLength(2);
    clear();
    const [batch] = list.map((readings, index) => take(`${index + 1}`, readings).batch);
    expect(picture()).toHaveLength(1);
    controllers.undo(admin, batch ?? 0);
    expect(picture()).toEqual(never);
    expect(controllers.verify()).toEqual([]);
  });

  it('says in a trial what taking does then, and keeps nothing of it', () => {
    fc.assert(
      fc.property(batches, (list) => {
        clear();
        const last = list.at(-1) ?? [];
        takeAll(list.slice(0, -1));
        const batch = { type: 'capture' as const, name: `${list.length - 1}` };
        const before = [picture(), controllers.batches({ limit: 100 }).length];
        const options = { wantMissing: true };
        const tried = engines.trial(admin, batch, last, options);
        expect([picture(), controllers.batches({ limit: 100 }).length]).toEqual(before);
        expect(tried).toEqual(controllers.ingest(admin, batch, last, { ...options, dryRun: true }));
        expect({ ...controllers.ingest(admin, batch, last, options), batch: null }).toEqual(tried);
      }),
      { numRuns: runs(20) },
    );
  });

  it('is the same in steps, and what was cut off is taken back or goes on', async () => {
    await fc.assert(
      fc.asyncProperty(batches, fc.nat(), fc.boolean(), async (list, pick, isTaking) => {
        const gone = pick % list.length;
        clear();
        for (const [index, readings] of list.entries()) if (index !== gone) take(`${index}`, readings);
        const never = picture();
        clear();
        const batches: (number | null)[] = [];
        for (const [index, readings] of list.entries())
          batches.push((await controllers.ingestInSteps(admin, { type: 'capture', name: `${index}` }, readings)).batch);
        const all = picture();
        const stepped = [...batches];
        clear();
        takeAll(list);
        expect(picture()).toEqual(all);
        const batch = controllers.batches({ limit: 100 }).find(({ name }) => name === `${gone}`)?.id ?? null;
        expect(stepped[gone] === null).toBe(batch === null);
        if (batch === null) return;
        // As a process that was killed leaves it, long ago.
        const cut = isTaking
          ? "update import_batch set state = 'taking', at = 1, summary = '{\"readings\":0}' where id = ?"
          : "update import_batch set state = 'undoing', undone_at = 1, undone_by = 'x' where id = ?";
        engines.db.prepare(cut).run(batch);
        expect(await controllers.recover()).toBe(1);
        expect(picture()).toEqual(never);
        expect(controllers.verify()).toEqual([]);
        expect(controllers.batches({ limit: 100 }).some(({ id }) => id === batch)).toBe(!isTaking);
      }),
      { numRuns: runs(15) },
    );
  });

  it('keeps every effective, time and key that decides when old repetitions go, and stays as an undo leaves it', () => {
    const withoutFacts = (): string[] =>
      picture().map((one) => JSON.stringify({ ...JSON.parse(one), rest: restOf(one) }));
    const restOf = (one: string): unknown => {
      const { facts, ...rest } = (JSON.parse(one) as { rest: { facts: string[] } }).rest;
      return {
        ...rest,
        facts: [...new Set(facts.map((fact) => JSON.stringify({ ...JSON.parse(fact), observedAt: 0 })))],
      };
    };
    const hour = 3_600_000;
    fc.assert(
      fc.property(
        fc.array(fc.array(reading, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }),
        fc.array(fc.nat(2), { minLength: 3, maxLength: 9 }),
        fc.nat(),
        (said, runsOf, pick) => {
          clear();
          // The same answers come again and again, one run after the other.
          const batches = runsOf.map((which, n) => {
            const readings = (said[which % said.length] ?? []).map((one) => ({
              ...one,
              observedAtMs: start + n * hour,
            }));
            return controllers.ingest(admin, { type: 'identification', name: `run ${n}` }, readings).batch;
          });
          const before = withoutFacts();
          const count = engines.db.prepare('select count(*) from controller_reading').pluck();
          const all = Number(count.get());
          const went = controllers.trim();
          expect(Number(count.get())).toBe(all - went);
          expect(withoutFacts()).toEqual(before);
          expect([controllers.verify(), controllers.trim()]).toEqual([[], 0]);
          const batch = batches[pick % batches.length];
          if (batch !== null && batch !== undefined) controllers.undo(admin, batch);
          expect(controllers.verify()).toEqual([]);
        },
      ),
      { numRuns: runs(30) },
    );
  });

  it('keeps of a controller that says the same every hour the first and the newest time', () => {
    clear();
    const one = (n: number): Reading => ({
      observedAtMs: start + n * 3_600_000,
      method: 'query',
      source: 's7',
      facts: saidOf({ vendor: 'Siemens', serial: 'SN-77101', firmware: n < 30 ? 'V2.9' : 'V3.0', address: '10.0.0.1' }),
      parts: [],
    });
    for (let n = 0; n < 60; n += 1) controllers.ingest(admin, { type: 'identification', name: `${n}` }, [one(n)]);
    // Back for an hour: what changed and changed again is no repetition.
    controllers.ingest(admin, { type: 'identification', name: '60' }, [
      { ...one(0), observedAtMs: start + 60 * 3_600_000 },
    ]);
    controllers.ingest(admin, { type: 'identification', name: '61' }, [one(61)]);
    expect(controllers.trim()).toBe(56);
    const times = controllers.facts(controllers.ids(0, 1)[0] ?? 0).filter(({ field }) => field === 'firmware');
    expect(times.map(({ observedAt }) => (observedAt - start) / 3_600_000)).toEqual([61, 60, 59, 30, 29, 0]);
    expect(controllers.verify()).toEqual([]);
  });

  it('leaves every table as it was after a merge that was undone', () => {
    const everything = () =>
      [...tables, 'controller_agreed', 'controller', 'controller_row'].map((table) =>
        engines.db.prepare(`select * from ${table} order by 1, 2, 3`).all(),
      );
    fc.assert(
      fc.property(batches, fc.nat(), fc.nat(), (list, one, two) => {
        clear();
        takeAll(list);
        const live = controllers.ids(0, 100).filter((id) => controllers.byId(id, wholeSite('job'))?.state !== 'merged');
        const [keep, other] = [live[one % live.length], live[two % live.length]];
        if (keep === undefined || other === undefined || keep === other) return;
        expect(controllers.verify()).toEqual([]);
        const before = everything();
        const [a, b] = [
          controllers.byId(keep, wholeSite('job'))?.publicId ?? '',
          controllers.byId(other, wholeSite('job'))?.publicId ?? '',
        ];
        const merge = controllers.merge(admin, a, b);
        expect(controllers.find(b, wholeSite('job'))).toMatchObject({ state: 'merged', into: keep });
        expect(controllers.verify()).toEqual([]);
        controllers.unmerge(admin, merge);
        expect(everything()).toEqual(before);
        expect(controllers.verify()).toEqual([]);
      }),
      { numRuns: runs(40) },
    );
  });

  it('keeps the rows of those that shared an address with one that was replaced', () => {
    const said = (method: Method, at: number, values: Record<string, string>, mac?: string): Reading => ({
      observedAtMs: start + at * day,
      method,
      source: 's7',
      facts: saidOf({ vendor: 'Siemens', ...values }),
      parts: mac === undefined ? [] : [{ type: 'interface', key: mac, facts: saidOf({ mac }) }],
    });
    const [one, two] = ['00:0e:8c:00:00:01', '00:0e:8c:00:00:02'];
    const old = { orderNumber: '6ES7 515-2AM02-0AB0' };
    const other = { orderNumber: '1756-L83E' };
    clear();
    takeAll([
      [said('project', 0, { ...old, address: '10.0.0.1' }), said('query', 0, { ...old, address: '10.0.0.1' }, two)],
      [said('query', 1, { ...old, serial: 'SN-77101', address: '10.0.0.2' }, two)],
      [said('project', 0, { ...other, serial: 'SN-77102' }, one)],
    ]);
    const row = engines.db.prepare('select proposals from controller_row where controller = ?').pluck();
    const [configured = 0, heard = 0] = controllers.ids(0, 10);
    expect(row.get(configured)).toBe(1);
    // Another device answers at the second address: the first is replaced, and is proposed to nobody any more.
    take('3', [said('query', 2, { ...other, address: '10.0.0.2' }, one)]);
    expect(controllers.byId(heard, wholeSite('job'))).toMatchObject({ state: 'replaced' });
    expect(row.get(configured)).toBe(0);
    expect(controllers.verify()).toEqual([]);
  });

  it('never joins two controllers by a serial number that is none', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('0', '000000', 'FFFFFFFF', '', '-', 'N/A', '0x00000000', '----', '1111111'),
        (serial) => {
          clear();
          const one = (address: string): Reading => ({
            observedAtMs: start,
            method: 'query',
            source: 's7',
            facts: saidOf({ vendor: 'Siemens', serial, address }),
            parts: [],
          });
          take('a', [one('10.0.0.1')]);
          take('b', [one('10.0.0.2')]);
          expect(controllers.ids(0, 10)).toHaveLength(2);
        },
      ),
    );
  });
});
