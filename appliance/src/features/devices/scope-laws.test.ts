import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import { openAppliance } from '../../../test/support/appliance.ts';
import { addDevices } from '../../../test/support/fleet.ts';
import { type Actor, type Grant, scopeOf, systemActor } from '../../engine/objects/types.ts';
import { numbersOf } from '../../platform/device-set.ts';
import { devicesReached } from '../../platform/scope.ts';

// Laws of what a person reaches, over drawn trees, grants and moves.

const site = await openAppliance();
const { db, objects } = site;
const groups = Array.from({ length: 6 }, (_, n) => objects.create(systemActor, 'group', { name: `Group ${n}` }).id);
const devices = addDevices(
  db,
  Array.from({ length: 12 }, () => ({})),
).map((id) => ({
  id,
  publicId: db.prepare<[number], string>('select public_id from device where id = ?').pluck().get(id) ?? '',
}));
afterAll(() => site.stop());

const right = 'devices:read';
const grant = fc
  .uniqueArray(fc.nat(5), { minLength: 1, maxLength: 3 })
  .map((at): Grant => ({ right, groups: at.map((one) => groups[one] ?? ''), zones: [] }));
const grants = fc.array(grant, { minLength: 1, maxLength: 3 });

const reached = (held: readonly Grant[]): number[] => {
  const actor: Actor = { ...systemActor, rights: new Set(), grants: held };
  return numbersOf(devicesReached(site.db, scopeOf(actor, right)) ?? new Uint8Array());
};

/** Moves a device, or a group with all below it; a move that closes a circle is refused and changes nothing. */
const move = fc.record({
  what: fc.oneof(fc.record({ device: fc.nat(11) }), fc.record({ group: fc.nat(5) })),
  to: fc.option(fc.nat(5), { nil: undefined }),
});

const moved = ({ what, to }: { what: { device: number } | { group: number }; to: number | undefined }): void => {
  const target = to === undefined ? null : (groups[to] ?? null);
  try {
    if ('device' in what)
      site.objects.put(systemActor, 'device-decision', devices[what.device]?.publicId ?? '', { group: target });
    else site.objects.update(systemActor, 'group', groups[what.group] ?? '', { parent: target });
  } catch (error) {
    expect((error as { code?: string }).code).toBe('INVALID');
  }
};

describe('what is reached', () => {
  it('never shrinks with another role or another group', () => {
    fc.assert(
      fc.property(fc.array(move, { maxLength: 12 }), grants, grant, (moves, held, more) => {
        moves.forEach(moved);
        const before = reached(held);
        const after = reached([...held, more]);
        expect(after).toEqual(expect.arrayContaining(before));
        const [first, ...others] = held;
        const wider = reached([{ right, groups: [...(first?.groups ?? []), ...more.groups], zones: [] }, ...others]);
        expect(wider).toEqual(expect.arrayContaining(before));
        // Roles are added: what both reach is what each of them does, together.
        expect(after).toEqual([...new Set([...before, ...reached([more])])].toSorted((a, b) => a - b));
      }),
      { numRuns: runs(60) },
    );
  });

  it('changes with the move of a device for that device alone', () => {
    fc.assert(
      fc.property(
        fc.array(move, { maxLength: 8 }),
        fc.nat(11),
        fc.option(fc.nat(5), { nil: undefined }),
        grants,
        (moves, device, to, held) => {
          moves.forEach(moved);
          const others = (ids: readonly number[]): number[] => ids.filter((id) => id !== devices[device]?.id);
          const before = reached(held);
          moved({ what: { device }, to });
          const after = reached(held);
          expect(others(after)).toEqual(others(before));
          // It is reached where its group lies below one of the grants, and without a group nowhere.
          const group = to === undefined ? undefined : groups[to];
          const up = (id: string | undefined): string[] => {
            if (id === undefined) return [];
            const parent = site.objects.get('group', id).body.parent;
            return [id, ...up(typeof parent === 'string' ? parent : undefined)];
          };
          const isReached = up(group).some((id) => held.some((one) => one.groups.includes(id)));
          expect(after.includes(devices[device]?.id ?? 0)).toBe(isReached);
        },
      ),
      { numRuns: runs(100) },
    );
  });
});
