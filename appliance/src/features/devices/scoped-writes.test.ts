import { afterAll, describe, expect, it } from 'vitest';
import { openAppliance } from '../../../test/support/appliance.ts';
import { addDevices } from '../../../test/support/fleet.ts';
import { type Actor, type Right, scopeOf, systemActor } from '../../engine/objects/types.ts';
import { newTokenSecret, tokenHash } from './types.ts';

// Who may write devices of one hall writes there as anybody, and outside as where nothing is.

const number = (n: number): number => ids[n] as number;
const publicId = (id: number): string => site.devices.byId(id).publicId;

const actorIn = (right: Right, ...groups: string[]): Actor => ({
  type: 'account',
  id: 'hall',
  label: 'Hall',
  rights: new Set(),
  grants: [{ right, groups, zones: [] }],
});
const writer = (): Actor => actorIn('devices:write', halls[0] as string);

/** What became of it: the code, with all that is said of it. */
const outcome = (work: () => unknown): string => {
  try {
    work();
    return 'done';
  } catch (error) {
    const { code, message, details } = error as { code?: string; message: string; details?: object };
    return `${code} ${message} ${JSON.stringify(details)}`;
  }
};
const put = (id: string, body: object, actor = writer()) =>
  outcome(() => site.objects.put(actor, 'device-decision', id, body));

const site = await openAppliance();
const { objects } = site;
const halls = ['Hall A', 'Hall B'].map((name) => objects.create(systemActor, 'group', { name }).id);
const ids = addDevices(
  site.db,
  Array.from({ length: 12 }, (_, n) => ({
    hostname: `host-${n}`,
    state: n === 8 || n === 9 ? 'revoked' : 'managed',
  })),
);
// The even ones are of the first hall, the last two of none.
for (const [n, id] of ids.slice(0, 10).entries())
  objects.put(systemActor, 'device-decision', publicId(id), { group: halls[n % 2] });
afterAll(() => site.stop());

describe('who may write the devices of one hall', () => {
  it('says what people say of a device there, and of no other', () => {
    expect(put(publicId(number(0)), { displayName: 'Press' })).toBe('done');
    const never = 'f'.repeat(32);
    const absent = put(never, { displayName: 'x' });
    expect(absent).toMatch(/^NOT_FOUND/);
    for (const n of [1, 10]) {
      const id = publicId(number(n));
      expect(put(id, { displayName: 'x' }).replaceAll(id, never)).toBe(absent);
      expect(site.objects.find('device-decision', id)?.body.displayName).toBeUndefined();
    }
    expect(put(publicId(number(0)), { displayName: 'x' }, actorIn('devices:read', halls[0] as string))).toMatch(
      /^FORBIDDEN/,
    );
    expect(outcome(() => site.objects.create(writer(), 'group', { name: 'Own' }))).toMatch(/^FORBIDDEN/);
  });

  it('moves a device within its reach, neither out of it nor into it', () => {
    const [mine, other] = [publicId(number(0)), publicId(number(1))];
    const both = actorIn('devices:write', ...halls);
    const unknown = put(mine, { group: 'x'.repeat(20) });
    expect(unknown).toMatch(/^INVALID/);
    expect(put(mine, { group: halls[1] })).toBe(unknown);
    expect(put(mine, { group: null })).toMatch(/^FORBIDDEN/);
    expect(put(other, { group: halls[0] })).toMatch(/^NOT_FOUND/);
    expect(site.objects.find('device-decision', mine)?.body.group).toBe(halls[0]);
    expect(put(mine, { group: halls[1] }, both)).toBe('done');
    expect(put(mine, { displayName: 'x' })).toMatch(/^NOT_FOUND/);
    expect(put(mine, { group: halls[0] }, both)).toBe('done');
  });

  it.each([
    ['approved', (actor: Actor, id: number) => site.devices.approve(actor, id), 2, 3],
    ['revoked', (actor: Actor, id: number) => site.devices.revoke(actor, id), 2, 3],
    ['forgotten', (actor: Actor, id: number) => site.devices.forget(actor, id), 8, 9],
  ] as const)('has it %s there, and finds nothing elsewhere', (_what, work, mine, other) => {
    const absent = outcome(() => work(writer(), 9_999));
    expect(absent).toMatch(/^NOT_FOUND/);
    expect(outcome(() => work(writer(), number(other)))).toBe(absent);
    expect(outcome(() => work(writer(), number(11)))).toBe(absent);
    expect(outcome(() => work(writer(), number(mine)))).toBe('done');
    expect(outcome(() => work(actorIn('devices:read', halls[0] as string), number(4)))).toMatch(/^FORBIDDEN/);
  });

  it('makes two records one where both are there, and two again', () => {
    const { devices } = site;
    const scope = scopeOf(writer(), 'devices:read');
    const absent = outcome(() => devices.merge(writer(), number(4), 9_999));
    expect(absent).toMatch(/^NOT_FOUND/);
    for (const [keep, other] of [
      [number(4), number(5)],
      [number(5), number(4)],
      [number(5), number(7)],
    ] as const) {
      expect(outcome(() => devices.merge(writer(), keep, other))).toBe(absent);
      expect(outcome(() => devices.previewMerge(writer(), keep, other))).toBe(absent);
      expect(outcome(() => devices.setDistinct(writer(), keep, other))).toBe(absent);
    }
    const merge = devices.merge(writer(), number(4), number(6));
    const across = devices.merge(systemActor, number(4), number(7));
    const elsewhere = devices.merge(systemActor, number(5), number(1));
    expect(devices.merges(scope).map(({ id }) => id)).toEqual([merge]);
    const gone = outcome(() => devices.undoMerge(writer(), 9_999));
    expect(gone).toMatch(/^NOT_FOUND/);
    // Taking it back would put a device where the person does not reach.
    expect(outcome(() => devices.undoMerge(writer(), across))).toBe(gone);
    expect(outcome(() => devices.undoMerge(writer(), elsewhere))).toBe(gone);
    devices.undoMerge(systemActor, across);
    expect(outcome(() => devices.undoMerge(writer(), merge))).toBe('done');
  });

  it('lets a newcomer in whose token names a group there, and sees no other', () => {
    const { devices, objects } = site;
    const enrol = (name: string, group: string | undefined): number => {
      const secret = newTokenSecret('glpi');
      objects.ofAnyKind.create(systemActor, 'token', {
        name,
        purpose: 'glpi',
        hash: tokenHash(secret),
        ...(group === undefined ? {} : { group }),
      });
      return devices.enrolClient({
        source: 'glpi',
        token: secret,
        clientId: name,
        keyDigest: null,
        facts: { hostname: name, uuid: null, macs: [], agentVersion: '1' },
        from: '192.0.2.9',
      }).device.id;
    };
    const [mine, other, none] = [enrol('one', halls[0]), enrol('two', halls[1]), enrol('three', undefined)];
    const absent = outcome(() => devices.approve(writer(), 9_999));
    for (const id of [other, none]) expect(outcome(() => devices.approve(writer(), id))).toBe(absent);
    // A name given before does not keep it out of the group of its token.
    expect(put(publicId(mine as number), { displayName: 'Named' })).toBe('done');
    expect(devices.approve(writer(), mine as number).state).toBe('managed');
    expect(objects.find('device-decision', publicId(mine as number))?.body).toMatchObject({ group: halls[0] });
    expect(outcome(() => devices.introduce(writer(), {} as never))).toMatch(/^FORBIDDEN/);
  });

  it('is offered pairs of which both are there', () => {
    const { db, devices } = site;
    for (const [mac, of] of [
      ['00:00:00:00:00:01', [number(4), number(6)]],
      ['00:00:00:00:00:02', [number(4), number(5)]],
      ['00:00:00:00:00:03', [number(5), number(3)]],
    ] as const)
      for (const id of of) db.prepare('insert into device_mac (mac, device) values (?, ?)').run(mac, id);
    db.prepare('update device set resembles = ? where id = ?').run(number(5), number(4));
    const pairs = devices.duplicates(scopeOf(writer(), 'devices:read'));
    expect(pairs.map(({ one, two }) => [one, two])).toEqual([[number(4), number(6)]]);
  });

  it('lets a copy in that is like a device elsewhere, and says nothing of the pair', () => {
    const { db, devices } = site;
    const distinct = db
      .prepare<[{ of: number }], number>('select one + two - @of from device_distinct where @of in (one, two)')
      .pluck();
    const hold = (other: number): void => {
      db.prepare("update device set state = 'held', held_reason = 'same-hardware', resembles = ? where id = ?").run(
        number(other),
        number(4),
      );
    };
    hold(5);
    expect(devices.approve(writer(), number(4)).state).toBe('managed');
    const of = { of: number(4) };
    expect(distinct.all(of)).toEqual([]);
    hold(6);
    devices.approve(writer(), number(4));
    expect(distinct.all(of)).toEqual([number(6)]);
  });
});
