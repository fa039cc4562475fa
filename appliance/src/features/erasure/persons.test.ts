import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { paths } from '@sallyport/ui/paths';
import { afterAll, describe, expect, it } from 'vitest';
import { introduce, signedIn } from '../../../../test/support/persons.ts';
import { openConsole } from '../../../test/support/console.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { wholeSite } from '../../platform/scope.ts';

const site = await openConsole();
introduce(site.appliance.db, 'first', 'second');
afterAll(() => site.close());

const [first, second] = [signedIn('first'), signedIn('second')];

/** Every byte of the data folder. */
const dataBytes = (): string =>
  readdirSync(site.dataDir, { recursive: true, encoding: 'utf8' })
    .map((name) => join(site.dataDir, name))
    .filter((name) => statSync(name).isFile())
    .map((name) => readFileSync(name).toString('latin1'))
    .join('\n');

const account = (name: string, fullName = `${name} of the plant`) => ({ name, fullName, uid: 1000 });

describe('a person', () => {
  it('is erased for ever: nothing readable stays, chains stay whole, a later report makes a new key', () => {
    const { persons, inventory, baselines, events, objects, personal } = site.appliance;
    const one = site.device('hmi-1');
    const two = site.device('hmi-2');
    const crowd = Array.from({ length: 400 }, (_, n) => account(`worker-${n}`));
    site.report(one.id, 'accounts', [
      ...crowd.slice(0, 200),
      account('A.Seitkali', 'Aidana Seitkali'),
      ...crowd.slice(200),
    ]);
    site.report(two.id, 'accounts', [account('a.seitkali', 'Aidana Seitkali')]);
    site.report(two.id, 'sessions', [
      { account: 'a.seitkali', kind: 'tty', startedAt: '2026-05-01T00:00:00Z', remoteAddress: '10.9.8.7' },
    ]);
    baselines.approveDevice(systemActor, two.publicId, { collections: ['accounts'] });
    site.report(two.id, 'accounts', [{ ...account('a.seitkali', 'Aidana Seitkali'), isAdmin: true }]);

    const trace = persons.trace(systemActor, 'A.SEITKALI');
    expect(trace.collections).toEqual([
      { collection: 'accounts', rows: 2, devices: 2 },
      { collection: 'sessions', rows: 1, devices: 1 },
    ]);
    expect(trace.changes).toBe(1);
    expect(persons.trace(systemActor, 'Aidana Seitkali').collections).toEqual(trace.collections);
    const [keyId] = personal.keyIds('person:a.seitkali');
    const wrapped = personal.keys.read(keyId ?? 0)?.toString('latin1') ?? '';
    expect(wrapped.length).toBeGreaterThan(60);

    const fault = { name: 'a.seitkali', confirm: 'somebody', reason: 'request 12' };
    expect(() => persons.erase(systemActor, fault)).toThrow();
    const done = persons.erase(systemActor, { name: 'a.seitkali', confirm: 'a.seitkali', reason: 'request 12' });
    expect(done).toMatchObject({ state: 'done', rows: 3, devices: 2, reference: trace.reference, remains: [] });

    expect(inventory.section(two.id, 'accounts', { personal: true })).toEqual([]);
    expect(inventory.section(one.id, 'accounts', { personal: true })).toHaveLength(400);
    const logged = inventory.changes({ device: two.id, limit: 10, personal: true });
    expect(JSON.stringify(logged).toLowerCase()).not.toContain('seitkali');
    const held = dataBytes();
    for (const value of ['seitkali', 'Seitkali', 'SEITKALI', 'Aidana', '10.9.8.7']) expect(held).not.toContain(value);
    // The wrapped key would open all of it together with the master key.
    expect(held).not.toContain(wrapped.slice(20, 60));
    expect(events.verifyChain().ok).toBe(true);
    expect(objects.verify()).toEqual([]);
    expect(baselines.verify()).toEqual([]);
    expect(inventory.verify()).toEqual([]);
    const erased = events.list({ scope: wholeSite('job'), type: ['personal-erased'], limit: 5 }).rows;
    expect(erased[0]).toMatchObject({ params: { person: trace.reference } });
    expect(() => persons.erase(systemActor, { name: 'a.seitkali', confirm: 'a.seitkali', reason: 'again' })).toThrow();

    // The device is asked for the section and reports the person again, with the same hash as before.
    site.report(two.id, 'accounts', [{ ...account('a.seitkali', 'Aidana Seitkali'), isAdmin: true }]);
    expect(inventory.section(two.id, 'accounts', { personal: true })).toMatchObject([{ fullName: 'Aidana Seitkali' }]);
    expect(personal.keyIds('person:a.seitkali')).not.toEqual([keyId]);
    expect(personal.keys.read(keyId ?? 0)).toBeNull();
  });

  it('is erased by two where the site demands it, and not by one alone', () => {
    const { persons, objects, inventory, db } = site.appliance;
    const device = site.device('hmi-3');
    site.report(device.id, 'accounts', [account('b.omarov')]);
    objects.setSetting(systemActor, 'accounts.erase-second-person', true);
    const asked = persons.erase(first, { name: 'b.omarov', confirm: 'b.omarov', reason: 'request 13' });
    expect(asked.state).toBe('waiting');
    expect(inventory.section(device.id, 'accounts')).toHaveLength(1);
    expect(dataBytes()).not.toContain('b.omarov');
    expect(() => persons.decide(first, asked.id, true)).toThrow(/another person/);
    expect(() => persons.decide(systemActor, asked.id, true)).toThrow(/a person does this/);
    expect(persons.decide(second, asked.id, true)).toMatchObject({ state: 'done', rows: 1 });
    expect(inventory.section(device.id, 'accounts')).toEqual([]);
    expect(() => persons.decide(second, asked.id, true)).toThrow();
    expect(db.prepare<[], unknown>('select sealed from person_erasure where sealed is not null').pluck().all()).toEqual(
      [],
    );
    site.report(device.id, 'accounts', [account('c.akhmet')]);
    const other = persons.erase(first, { name: 'c.akhmet', confirm: 'c.akhmet', reason: 'request 14' });
    expect(persons.decide(second, other.id, false)).toMatchObject({ state: 'refused', rows: 0 });
    objects.resetSetting(systemActor, 'accounts.erase-second-person');
    expect(inventory.section(device.id, 'accounts')).toHaveLength(1);
  });

  it('is found and erased in the console, with the name in no address', async () => {
    const device = site.device('hmi-4');
    site.report(device.id, 'accounts', [account('d.ermek')]);
    const admin = await site.as('administrator');
    expect((await (await site.as('operator')).get(paths.persons())).status).toBe(403);
    const page = await admin.post(paths.personFind(), { name: 'd.ermek' });
    const html = await page.text();
    expect(html).toContain('hmi-4');
    const wrong = await admin.post(paths.personErase(), { name: 'd.ermek', confirm: 'x', reason: 'r' });
    expect(wrong.status).toBe(422);
    const done = await admin.post(paths.personErase(), { name: 'd.ermek', confirm: 'd.ermek', reason: 'request 15' });
    expect(done.headers.get('location')).toBe(paths.persons());
    const after = await (await admin.get(paths.persons())).text();
    expect(after).toContain('request 15');
    expect(after).toContain('erased');
    expect(after).not.toContain('d.ermek');
    expect(site.appliance.inventory.section(device.id, 'accounts')).toEqual([]);
  });
});
