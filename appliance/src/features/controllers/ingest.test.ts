import type { Reading } from '@sallyport/bundle-tools/controllers/reading';
import { afterAll, describe, expect, it } from 'vitest';
import { admin, openEngines } from '../../../test/support/engines.ts';
import { wholeSite } from '../../platform/scope.ts';

const engines = await openEngines();
const controllers = engines.controllers;
afterAll(() => engines.close());

const at = Date.UTC(2026, 0, 10);

const said = (values: Record<string, string>) =>
  Object.entries(values).map(([field, value]) => ({ field, value, raw: value }));

const reading = (values: Record<string, string>, more: Partial<Reading> = {}): Reading => ({
  observedAtMs: at,
  method: 'query',
  source: 's7',
  facts: said(values),
  parts: [],
  ...more,
});

describe('taking readings', () => {
  it('makes a record, finds it again by its serial number, and adds nothing when the same is said again', () => {
    const first = [reading({ vendor: 'Siemens', serial: 'S C-C2UR28922012', firmware: 'V2.9.4', address: '10.1.0.5' })];
    const made = controllers.ingest(admin, { type: 'identification', name: 'job 1' }, first);
    expect(made.summary).toMatchObject({ created: 1, readings: 1 });
    const again = controllers.ingest(admin, { type: 'identification', name: 'job 1' }, first);
    expect(again).toMatchObject({ batch: null, summary: { unchanged: 1, facts: 0 } });
    const project = reading(
      { vendor: 'Siemens', serial: 's c-c2ur28922012', firmware: 'V2.9', name: 'PLC-1' },
      { method: 'project', source: 'aml' },
    );
    const second = controllers.ingest(admin, { type: 'aml', name: 'line.aml' }, [project]);
    expect(second.outcomes[0]).toMatchObject({
      controller: made.outcomes[0]?.controller,
      matchedBy: 'serial',
      outcome: 'changed',
    });
    const controller = made.outcomes[0]?.controller ?? 0;
    expect(controllers.parts(controller)[0]).toMatchObject({
      observed: { firmware: 'V2.9.4' },
      configured: { firmware: 'V2.9', name: 'PLC-1' },
    });
    expect(controllers.drift(controller)).toEqual([]);
    controllers.undo(admin, second.batch ?? 0);
    expect(controllers.parts(controller)[0]?.configured).toEqual({});
    controllers.undo(admin, made.batch ?? 0);
    expect(controllers.byId(controller, wholeSite('job'))).toBeUndefined();
  });

  it('in steps leaves nothing when it fails on its way, and others can write meanwhile', async () => {
    const many = Array.from({ length: 300 }, (_, n) =>
      reading({ vendor: 'Siemens', serial: `STEP-${n}`, firmware: 'V2.9.4', address: `10.9.${n >> 8}.${n & 255}` }),
    );
    const failing = function* () {
      yield* many;
      throw new Error('the file ends here');
    };
    await expect(controllers.ingestInSteps(admin, { type: 'capture', name: 'cut' }, failing())).rejects.toThrow(
      'ends here',
    );
    expect(controllers.ids(0, 10)).toEqual([]);
    expect(controllers.batches({ limit: 10 }).some(({ name }) => name === 'cut')).toBe(false);
    const stop = new AbortController();
    const stopped = controllers.ingestInSteps(admin, { type: 'capture', name: 'cut' }, many, {
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    await expect(stopped).rejects.toThrow();
    expect(controllers.ids(0, 10)).toEqual([]);
    const taken = await controllers.ingestInSteps(admin, { type: 'capture', name: 'cut' }, many);
    expect(taken.summary).toMatchObject({ created: 300 });
    const undone = await controllers.undoInSteps(admin, taken.batch ?? 0);
    expect(undone.removed).toHaveLength(300);
    expect([controllers.ids(0, 10), controllers.verify()]).toEqual([[], []]);
  });

  it('keeps nothing of a trial', () => {
    const trial = controllers.ingest(
      admin,
      { type: 'csv', name: 'a.csv' },
      [reading({ assetTag: 'T1' }, { method: 'csv' })],
      {
        dryRun: true,
      },
    );
    expect(trial).toMatchObject({ batch: null, summary: { created: 1 } });
    expect(controllers.ids(0, 10)).toEqual([]);
  });

  it('lets others write while many readings are tried, and says what two records that turn out to be one would be', () => {
    const order = { vendor: 'Siemens', orderNumber: '6ES7 515-2AM02-0AB0' };
    const mac = '00:0e:8c:00:00:77';
    const byMac = { parts: [{ type: 'interface' as const, key: mac, facts: said({ mac }) }] };
    const made = controllers.ingest(admin, { type: 'identification', name: 'trial' }, [
      reading({ ...order, serial: 'TRIAL-1' }),
      reading({ ...order, name: 'LINE-7' }, byMac),
    ]);
    expect(made.summary.created).toBe(2);
    const other = controllers.byId(made.outcomes[1]?.controller ?? 0, wholeSite('job'))?.publicId ?? '';
    controllers.edit(admin, other, { description: 'the one in cabinet 4' });
    const joining = reading({ ...order, serial: 'TRIAL-1', firmware: 'V3.0' }, byMac);
    const before = engines.events.list({ scope: wholeSite('job'), limit: 1 }).rows[0]?.id;
    const trying = function* () {
      yield joining;
      // From the connection that everybody else uses.
      controllers.edit(admin, other, { description: 'the one in cabinet 5' });
    };
    const batch = { type: 'identification' as const, name: 'trial 2' };
    const tried = engines.trial(admin, batch, trying());
    expect(engines.events.list({ scope: wholeSite('job'), limit: 1 }).rows[0]?.params).toMatchObject({
      kind: 'controller-record',
      revision: 2,
    });
    expect(engines.events.list({ scope: wholeSite('job'), limit: 1 }).rows[0]?.id).toBeGreaterThan(before ?? 0);
    expect(controllers.byId(made.outcomes[1]?.controller ?? 0, wholeSite('job'))?.state).toBe('live');
    const taken = controllers.ingest(admin, batch, [joining]);
    expect(taken.outcomes[0]).toMatchObject({ controller: made.outcomes[0]?.controller, matchedBy: 'serial' });
    expect({ ...taken, batch: null }).toEqual(tried);
    expect(controllers.verify()).toEqual([]);
    controllers.undo(admin, taken.batch ?? 0);
    controllers.undo(admin, made.batch ?? 0);
  });
});
