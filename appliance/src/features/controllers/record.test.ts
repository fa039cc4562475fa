import type { Reading, ReadingFact } from '@sallyport/bundle-tools/controllers/reading';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { actorWith, admin, type Engines, openEngines } from '../../../test/support/engines.ts';
import { type Actor, systemActor } from '../../engine/objects/types.ts';
import { wholeSite } from '../../platform/scope.ts';
import type { ControllerService } from './service.ts';
import { sharedMaps } from './shared-maps.ts';
import type { PartType } from './types.ts';

const day = 86_400_000;
let now = Date.UTC(2026, 5, 1);
let engines: Engines;
let controllers: ControllerService;
beforeEach(async () => {
  now = Date.UTC(2026, 5, 1);
  engines = await openEngines({ maps: sharedMaps, clock: () => now });
  controllers = engines.controllers;
});
afterEach(() => engines.close());

const said = (values: Record<string, string>): ReadingFact[] =>
  Object.entries(values).map(([field, value]) => ({ field, value, raw: value }));

const denied = (field: string, reason: string): ReadingFact => ({ field, error: 'denied-by-device', reason });

let batches = 0;
const take = (values: Record<string, string>, more: Partial<Reading> = {}) => {
  batches += 1;
  return controllers.ingest(admin, { type: 'capture', name: `batch ${batches}` }, [
    { observedAtMs: now - day, method: 'query', source: 's7', facts: said(values), parts: [], ...more },
  ]);
};
const controllerOf = (result: ReturnType<typeof take>): number => result.outcomes[0]?.controller ?? 0;
const own = (controller: number) => controllers.parts(controller)[0];
const eventsOf = (type: string) => engines.events.list({ scope: wholeSite('job'), type: [type], limit: 50 }).rows;

const cpu = { vendor: 'Siemens AG', orderNumber: '6ES7 515-2AM02-0AB0', serial: 'S C-J4R912' };

describe('facts', () => {
  it('of two sides never replace each other, and of one side the better source, then the later time wins', () => {
    const controller = controllerOf(take({ ...cpu, firmware: 'V2.9.4' }));
    take({ ...cpu, firmware: 'V2.5' }, { method: 'passive' });
    take({ ...cpu, firmware: 'V2.8' }, { observedAtMs: now - 9 * day });
    take({ ...cpu, firmware: 'V2.6' }, { method: 'csv', source: 'csv' });
    take({ ...cpu, firmware: 'V2.9' }, { method: 'project', source: 'aml', observedAtMs: now - 90 * day });
    expect(own(controller)).toMatchObject({ observed: { firmware: 'V2.9.4' }, configured: { firmware: 'V2.9' } });
    expect(controllers.drift(controller)).toEqual([]);
    take({ ...cpu, firmware: 'V3.0.1' }, { observedAtMs: now });
    expect(controllers.drift(controller)).toMatchObject([
      { field: 'firmware', configured: 'V2.9', observed: 'V3.0.1' },
    ]);
    // Once against the list, which the project outranked, and once for good.
    expect(eventsOf('controller-drift')).toHaveLength(2);
    expect(eventsOf('controller-drift-ended')).toHaveLength(1);
  });

  it('that are derived name the map, and a refusal is a fact, too', () => {
    const refused: ReadingFact = { field: 'firmware', error: 'denied-by-device', reason: 'protection level 3' };
    const controller = controllerOf(take({}, { facts: [...said(cpu), refused] }));
    expect(own(controller)?.observed).toMatchObject({ vendor: 'Siemens', productFamily: 'SIMATIC S7-1500' });
    const facts = controllers.facts(controller);
    expect(facts.find(({ field }) => field === 'vendor')).toMatchObject({
      derivedBy: sharedMaps.version,
      raw: 'Siemens AG',
    });
    expect(facts.find(({ field }) => field === 'firmware')).toMatchObject({
      value: null,
      error: 'denied-by-device',
      reason: 'protection level 3',
      wins: false,
    });
  });

  it('stand in the row of the list by field and side, or why there are none: nobody said them, or they were refused', () => {
    const controller = controllerOf(take({ ...cpu }, { facts: [...said(cpu), denied('firmware', 'locked')] }));
    const firmware = () => controllers.listed([controller], wholeSite('job'))[0]?.fields.firmware;
    const model = () => controllers.listed([controller], wholeSite('job'))[0]?.fields.model;
    expect(model()).toEqual({ observed: null, configured: null, state: 'unknown' });
    expect(firmware()).toEqual({
      observed: null,
      configured: null,
      state: 'refused',
      refused: { source: 's7', reason: 'locked' },
    });
    // The newest refusal counts; one without a reason says its error.
    take({}, { observedAtMs: now, facts: [...said(cpu), denied('firmware', '')] });
    expect(firmware()?.refused?.reason).toBe('denied-by-device');
    expect(controllers.verify()).toEqual([]);
    take({ ...cpu, firmware: 'V2.9' }, { method: 'project', source: 'aml' });
    expect(firmware()).toEqual({ observed: null, configured: 'V2.9', state: 'known' });
    take({ ...cpu, firmware: 'V3.0' });
    expect(firmware()).toEqual({ observed: 'V3.0', configured: 'V2.9', state: 'differs' });
    expect(controllers.listed([controller], wholeSite('job'))[0]).toMatchObject({
      drift: 1,
      differs: { field: 'firmware', configured: 'V2.9', observed: 'V3.0' },
    });
  });

  it('that are hostile are capped and have no control characters; the raw text stays beside', () => {
    const name = `%n%n%n \u0000\u202e<b>${'x'.repeat(900)}`;
    const controller = controllerOf(take({ ...cpu, stationName: name, address: 'not an address' }));
    const station = own(controller)?.observed['stationName'] ?? '';
    expect(station.startsWith('%n%n%n <b>x')).toBe(true);
    expect(station.length).toBeLessThanOrEqual(240);
    expect(controllers.facts(controller).find(({ field }) => field === 'address')).toMatchObject({
      value: null,
      error: 'unreadable',
    });
  });

  it('that people lock stand until the lock is removed', () => {
    const controller = controllerOf(take({ ...cpu, firmware: 'V2.9.4' }));
    const id = controllers.byId(controller, wholeSite('job'))?.publicId ?? '';
    controllers.edit(admin, id, { firmware: 'V2.9.7' });
    expect(own(controller)).toMatchObject({ observed: { firmware: 'V2.9.4' }, configured: { firmware: 'V2.9.7' } });
    expect(() => controllers.edit(admin, id, { locks: ['firmware'] })).toThrow('locks');
    controllers.edit(admin, id, { locks: ['firmware: the web page is wrong'] });
    now += day;
    take({ ...cpu, firmware: 'V3.0.0' }, { observedAtMs: now });
    expect(own(controller)?.observed['firmware']).toBe('V2.9.7');
    controllers.edit(admin, id, { locks: [], firmware: null });
    expect(own(controller)).toMatchObject({ observed: { firmware: 'V3.0.0' } });
    expect(own(controller)?.configured['firmware']).toBeUndefined();
    expect(engines.objects.revisions('controller-record', id).length).toBe(3);
    expect(controllers.verify()).toEqual([]);
  });

  it('about persons stay in the object that they were entered into', () => {
    const controller = controllers.create(admin, { name: 'Pump', processOwner: 'Dana Serik' });
    expect(JSON.stringify(controllers.facts(controller.id))).not.toContain('Dana');
    expect(controllers.entered(controller.publicId).body).toMatchObject({ processOwner: 'Dana Serik' });
  });
});

describe('identity', () => {
  it('of another serial number at an address is a new record, and the old one is replaced', () => {
    const old = controllerOf(take({ ...cpu, address: '10.3.0.5' }));
    const fresh = take({ ...cpu, serial: 'S C-K1M004', address: '10.3.0.5' }, { observedAtMs: now });
    expect(fresh.outcomes[0]).toMatchObject({ outcome: 'replaced' });
    expect(controllerOf(fresh)).not.toBe(old);
    expect(controllers.byId(old, wholeSite('job'))).toMatchObject({ state: 'replaced', into: controllerOf(fresh) });
    expect(eventsOf('controller-replaced')).toHaveLength(1);
    // The old one again, later than the new one: both are there.
    take({ ...cpu, address: '10.3.0.5' }, { observedAtMs: now + 1 });
    expect(controllers.byId(old, wholeSite('job'))).toMatchObject({ state: 'live' });
    controllers.undo(admin, fresh.batch ?? 0);
    expect(controllers.byId(controllerOf(fresh), wholeSite('job'))).toBeUndefined();
  });

  it('that is entered by hand takes no place until it is heard, and tells who reaches a part of no other', () => {
    const [address, serial] = ['10.3.0.5', 'S C-J4R912'];
    const zone = engines.objects.create(admin, 'controller-zone', { name: 'Cell 1', level: '1' }).id;
    const actor: Actor = {
      ...admin,
      rights: new Set(),
      grants: [{ right: 'controllers:write', groups: [], zones: [zone] }],
    };
    const listed = controllerOf(take({ ...cpu, serial, address }, { method: 'project' }));
    now += day;
    const made = controllers.create(actor, { vendorRaw: cpu.vendor, serial: 'S C-K1M004', address, zone });
    expect(controllers.byId(listed, wholeSite('job'))).toMatchObject({ state: 'live' });
    // Heard at the address, and named by hand then: this would take the place of the other one.
    const heard = take({ vendor: 'Rockwell', orderNumber: '1756-L83E', address: '10.3.0.6' }, { observedAtMs: now });
    take({ ...cpu, serial: 'S C-K1M005', address: '10.3.0.6' }, { method: 'project', observedAtMs: now - day });
    const publicId = controllers.byId(controllerOf(heard), wholeSite('job'))?.publicId ?? '';
    controllers.edit(admin, publicId, { zone });
    const refusal = { code: 'FORBIDDEN', details: { right: 'controllers:write' } };
    expect(() => controllers.edit(actor, publicId, { serial: 'S C-K1M006' })).toThrow(expect.objectContaining(refusal));
    now += day;
    take({ ...cpu, serial: 'S C-K1M004', address }, { observedAtMs: now });
    expect(controllers.byId(listed, wholeSite('job'))).toMatchObject({ state: 'replaced', into: made.id });
    expect(controllers.verify()).toEqual([]);
  });

  it('by order number and MAC address is certain, by address only proposed; what people said is remembered', () => {
    const mac = {
      type: 'interface' as const,
      key: 'x1',
      facts: said({ mac: '00-0E-8C-11-22-33', address: '10.3.0.6' }),
    };
    const one = controllerOf(take(cpu, { parts: [mac] }));
    const { serial: _serial, ...unnumbered } = cpu;
    const two = take(unnumbered, { method: 'passive', parts: [{ ...mac, key: 'lan' }] });
    expect(two.outcomes[0]).toMatchObject({ controller: one, matchedBy: 'mac' });
    const weak = take({ address: '10.3.0.6', model: 'CPU 1515' }, { method: 'csv', source: 'csv' });
    expect(weak.outcomes[0]).toMatchObject({ outcome: 'new', proposals: [one] });
    const [a, b] = [one, controllerOf(weak)].map(
      (controller) => controllers.byId(controller, wholeSite('job'))?.publicId ?? '',
    );
    controllers.markDistinct(admin, a ?? '', b ?? '');
    expect(controllers.proposals(one, wholeSite('job'))).toEqual([]);
    controllers.merge(admin, a ?? '', b ?? '');
    const again = take({ address: '10.3.0.6', vendor: 'Siemens' }, { method: 'passive', source: 'modbus' });
    expect(again.outcomes[0]).toMatchObject({ controller: one, matchedBy: 'agreed' });
  });

  it('that a person confirmed for an address holds for what comes later at it', () => {
    const one = controllerOf(take({ ...cpu, address: '10.3.0.8' }));
    const weak = controllerOf(take({ address: '10.3.0.8' }, { method: 'passive', source: 'modbus' }));
    controllers.merge(
      admin,
      controllers.byId(one, wholeSite('job'))?.publicId ?? '',
      controllers.byId(weak, wholeSite('job'))?.publicId ?? '',
    );
    const later = take({ address: '10.3.0.8', model: 'X' }, { method: 'passive', source: 'bacnet' });
    expect(later.outcomes[0]).toMatchObject({ controller: one, matchedBy: 'agreed' });
  });
});

describe('decisions', () => {
  it('begin where a record is from, and set aside is what nobody heard', () => {
    const heard = controllerOf(take(cpu));
    const listed = controllerOf(take({ assetTag: 'T-1', name: 'Listed' }, { method: 'csv', source: 'csv' }));
    expect(controllers.byId(heard, wholeSite('job'))?.decision).toBe('unauthorised');
    expect(controllers.byId(listed, wholeSite('job'))?.decision).toBe('authorised');
    const decide = (reason: string): void => {
      controllers.decide(admin, [controllers.byId(heard, wholeSite('job'))?.publicId ?? ''], 'authorised', reason);
      // Objects are written by the clock of the computer.
      engines.db.prepare("update object set updated_at = ? where kind = 'controller-decision'").run(now);
    };
    decide('spare');
    expect(controllers.byId(heard, wholeSite('job'))?.decision).toBe('authorised');
    now += 40 * day;
    expect(controllers.archiveIdle()).toBe(1);
    // What a person decided since stands for as long again.
    decide('waits in cabinet 4');
    now += 20 * day;
    expect(controllers.archiveIdle()).toBe(0);
    expect(controllers.byId(heard, wholeSite('job'))?.decision).toBe('authorised');
    now += 20 * day;
    expect(controllers.archiveIdle()).toBe(1);
    expect([heard, listed].map((controller) => controllers.byId(controller, wholeSite('job'))?.decision)).toEqual([
      'archived',
      'authorised',
    ]);
    take(cpu, { observedAtMs: now + 1 });
    expect(controllers.byId(heard, wholeSite('job'))?.decision).toBe('authorised');
    expect(eventsOf('controller-returned')).toHaveLength(1);
  });

  it('need the right, and so does taking', () => {
    const reader = actorWith('controllers:read');
    expect(() => controllers.ingest(reader, { type: 'csv', name: 'x' }, [])).toThrow('controllers:write');
    expect(() => controllers.decide(reader, [], 'authorised')).toThrow('controllers:write');
  });
});

describe('every declared field', () => {
  const sample: Record<string, string> = {
    mac: '00:0e:8c:aa:bb:cc',
    address: '10.9.9.9',
    number: '3',
    time: '2030-01-31T00:00:00Z',
    'yes-no': 'yes',
    serial: 'SER-1234',
  };

  it.each(['controller', 'module', 'interface', 'service'] as const)(
    'of the type %s is filled by a reading or by people',
    (type: PartType) => {
      const fields = Object.entries(controllers.table.fields(type)).filter(([, field]) => field.personal !== true);
      const values = Object.fromEntries(
        fields.map(([name, field]) => [
          name,
          field.choices?.[0] ??
            sample[field.form ?? ''] ??
            (name === 'orderNumber' ? '6ES7 515-2AM02-0AB0' : 'Siemens'),
        ]),
      );
      const entered = fields.filter(([, field]) => field.entered === true).map(([name]) => name);
      const reported = Object.fromEntries(Object.entries(values).filter(([name]) => !entered.includes(name)));
      const controller = controllerOf(
        type === 'controller' ? take(reported) : take({}, { parts: [{ type, key: '0/1', facts: said(reported) }] }),
      );
      if (type === 'controller') {
        const { fields: typed } = engines.objects.kind('controller-record');
        controllers.edit(
          admin,
          controllers.byId(controller, wholeSite('job'))?.publicId ?? '',
          Object.fromEntries(
            entered.map((name) => [
              name,
              typed[name]?.type === 'integer' ? 3 : (typed[name]?.options?.[0] ?? values[name]),
            ]),
          ),
        );
      }
      const part = controllers.parts(controller).find((one) => one.type === type);
      const filled = { ...part?.configured, ...part?.observed };
      expect(fields.map(([name]) => name).filter((name) => filled[name] === undefined)).toEqual([]);
    },
  );
});

describe('what a person entered', () => {
  const publicIdOf = (controller: number): string => controllers.byId(controller, wholeSite('job'))?.publicId ?? '';

  it('is no import that was cut off: nothing takes it back, and what is derived again leaves it', async () => {
    const made = controllers.create(admin, { name: 'PLC-9', address: '10.9.0.9' });
    expect(controllers.underWay()).toEqual([]);
    now += day;
    expect(await controllers.recover()).toBe(0);
    await controllers.rebuild();
    expect(controllers.addresses()).toContain('10.9.0.9');
    expect(controllers.entered(made.publicId).body).toMatchObject({ name: 'PLC-9', address: '10.9.0.9' });
  });

  it('keeps its record when the import that brought it is taken back', () => {
    const one = take({ ...cpu, serial: 'SN-UNDO-1' });
    const [entered, decided, named, left] = ['SN-UNDO-2', 'SN-UNDO-3', 'SN-UNDO-4', 'SN-UNDO-5'].map(
      (serial) => [take({ ...cpu, serial }), serial] as const,
    );
    const all = [entered, decided, named, left].map((taken) => publicIdOf(controllerOf(taken?.[0] ?? one)));
    const [a = '', b = '', c = ''] = all;
    // What names a person is no fact.
    controllers.edit(admin, a, { processOwner: 'A. Seitkali' });
    controllers.decide(admin, [b], 'authorised', 'spare');
    engines.objects.create(admin, 'maintenance-window', {
      name: 'W',
      recurrence: '2nd Sunday 06-10',
      controllers: [c],
    });
    for (const taken of [entered, decided, named, left]) controllers.undo(admin, taken?.[0].batch ?? 0);
    expect(all.map((id) => controllers.find(id, wholeSite('job'))?.state)).toEqual(['live', 'live', 'live', undefined]);
    expect(controllers.entered(a).body['processOwner']).toBe('A. Seitkali');
    expect(controllers.find(b, wholeSite('job'))?.decision).toBe('authorised');
    expect(controllers.verify()).toEqual([]);
  });

  it('as two controllers stays two when readings are put where their keys lead', () => {
    const mac = (value: string) => ({
      type: 'interface' as const,
      key: value,
      facts: [{ field: 'mac', value, raw: value }],
    });
    const said = (parts: ReturnType<typeof mac>[]): Reading => ({
      observedAtMs: now,
      method: 'query',
      source: 's7',
      facts: [],
      parts,
    });
    const [one, two] = ['00:0e:8c:00:09:01', '00:0e:8c:00:09:02'].map((value) =>
      controllerOf(controllers.ingest(admin, { type: 'capture', name: value }, [said([mac(value)])])),
    ) as [number, number];
    controllers.markDistinct(admin, publicIdOf(one), publicIdOf(two), 'a pair');
    controllers.ingest(admin, { type: 'capture', name: 'both' }, [
      said(['00:0e:8c:00:09:01', '00:0e:8c:00:09:02'].map(mac)),
    ]);
    const { batch } = controllers.ingest(admin, { type: 'capture', name: 'again' }, [
      { ...said(['00:0e:8c:00:09:01', '00:0e:8c:00:09:02'].map(mac)), source: 'enip' },
    ]);
    expect([one, two].map((id) => controllers.byId(id, wholeSite('job'))?.state)).toEqual(['live', 'live']);
    controllers.undo(admin, batch ?? 0);
    expect([one, two].map((id) => controllers.byId(id, wholeSite('job'))?.state)).toEqual(['live', 'live']);
    expect(controllers.verify()).toEqual([]);
  });

  it('comes back where an earlier release had taken it back, and what a person removed does not', async () => {
    const [edited, created, removed] = ['10.9.1.1', '10.9.1.2', '10.9.1.3'].map(
      (address) => controllers.create(admin, { address }).publicId,
    ) as [string, string, string];
    // As that release left them: facts that went, and objects that it removed.
    engines.db.exec(
      "delete from controller_effective where part in (select id from controller_part where controller in (select id from controller where public_id like 'controller-%'))",
    );
    engines.db.exec("delete from controller_reading where source = 'person'");
    engines.objects.remove(systemActor, 'controller-record', created);
    engines.objects.remove(admin, 'controller-record', removed);
    engines.db.exec('delete from controller_derivation');
    await controllers.rebuild();
    const addresses = controllers.addresses();
    expect(['10.9.1.1', '10.9.1.2', '10.9.1.3'].map((address) => addresses.includes(address))).toEqual([
      true,
      true,
      false,
    ]);
    expect(controllers.entered(edited).body['address']).toBe('10.9.1.1');
  });
});
