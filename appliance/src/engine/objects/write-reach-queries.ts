import type { Database } from '../../platform/database.ts';
import { AppError, type FieldErrors } from '../../platform/errors.ts';
import { devicesIn, groupsReached } from '../../platform/scope.ts';
import { type Actor, type Body, hasRight, type Kind, requireRight, scopeOf } from './types.ts';

// What may be written by who has the right over a part of the site: what people say of a device there, as far as it stays there.

/** Whether objects of a kind belong to the device whose public id is theirs. */
const isOfDevice = ({ bound, key }: Kind): boolean => bound === 'device' && key === 'given';

export const writeReach = (db: Database) => {
  const scopeIn = (actor: Actor, kind: Kind) => scopeOf(actor, `${kind.area}:write`);
  return {
    /** FORBIDDEN without the right; NOT_FOUND for what belongs to a device out of reach, as for what never was. */
    assert: (actor: Actor, kind: Kind, id: string): void => {
      if (!isOfDevice(kind)) requireRight(actor, `${kind.area}:write`);
      const scope = scopeIn(actor, kind);
      if (scope.site) return;
      const { sql, params } = devicesIn(scope, 'id');
      const device = db.prepare<unknown[], number>(`select id from device where public_id = ? and ${sql}`).pluck();
      if (device.get(id, ...params) === undefined) throw new AppError('NOT_FOUND', `${kind.name} ${id} does not exist`);
    },
    /** A group out of reach is none that there is; to take a device out of all groups is to take it out of reach: FORBIDDEN. */
    faults: (actor: Actor, kind: Kind, before: Body | undefined, after: Body): FieldErrors => {
      const right = `${kind.area}:write` as const;
      if (hasRight(actor, right)) return {};
      const inReach = groupsReached(db, scopeIn(actor, kind));
      const moved = Object.entries(kind.fields).filter(
        ([name, field]) => field.kind === 'group' && (before?.[name] ?? null) !== (after[name] ?? null),
      );
      if (moved.some(([name]) => (after[name] ?? null) === null)) requireRight(actor, right);
      return Object.fromEntries(
        moved.flatMap(([name]) =>
          inReach?.has(String(after[name])) === false ? [[name, { key: 'validation.reference' }]] : [],
        ),
      );
    },
  };
};
