import { addressSet } from '@sallyport/bundle-tools/platform/address-set';
import { actorRef, type Body, type WriteGuard } from '../../engine/objects/types.ts';
import type { Database } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import { protectedStore } from './protected-store.ts';
import { rangeKind } from './targets.ts';
import type { KeepProtected } from './types.ts';

// Writes down what leaves the forbidden set, in the transaction by which it leaves: controllers say which
// addresses their records lost (features/controllers/effective.ts, where every one of them is written), zones and marked ranges
// pass a guard of the object engine. What joins the set needs nothing: it is read from the records.

/** So many addresses at most are still protected; then a change that would add one is refused. */
const mostProtected = 100_000;

export const zoneKind = 'controller-zone';
const nameMost = 200;

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : [];

/** The networks of a zone, or of a range that people marked. */
export const networksIn = {
  [zoneKind]: (body: Body): string[] => texts(body['prefixes']),
  [rangeKind]: (body: Body): string[] => (body['controllers'] === true ? [String(body['network'])] : []),
} as const satisfies Record<string, (body: Body) => string[]>;

const becauseOf = { [zoneKind]: 'zone', [rangeKind]: 'range' } as const;

/** TOO_LARGE where more would be kept than may be. */
export function protectedKeeper(parts: { db: Database; clock: () => number }): {
  keep: KeepProtected;
  guards: Readonly<Record<string, WriteGuard>>;
} {
  const { db, clock } = parts;
  const store = protectedStore(db);

  const keep: KeepProtected = ({ addresses, because, object, label, actor, batch }) => {
    const fit = addresses.filter((address) => !addressSet([address]).isEmpty);
    const added = fit.filter((address) => !store.has(address)).length;
    // The appliance's own work, as after an upgrade, has to come to its end.
    if (added > 0 && actor.type !== 'system' && store.count() + added > mostProtected)
      throw new AppError(
        'TOO_LARGE',
        `${mostProtected} addresses are still protected: release some first (sallyport protected list)`,
      );
    for (const address of fit)
      store.put({
        address,
        because,
        object,
        label: label.slice(0, nameMost),
        left_at: clock(),
        left_by: actorRef(actor),
        batch,
      });
  };

  const guard =
    (kind: keyof typeof networksIn): WriteGuard =>
    (actor, id, before, after) => {
      if (before === undefined) return;
      const now = new Set(after === undefined ? [] : networksIn[kind](after));
      const addresses = networksIn[kind](before).filter((network) => !now.has(network));
      if (addresses.length === 0) return;
      keep({
        addresses,
        because: becauseOf[kind],
        object: id,
        label: String(before['name'] ?? ''),
        actor,
        batch: null,
      });
    };

  return { keep, guards: { [zoneKind]: guard(zoneKind), [rangeKind]: guard(rangeKind) } };
}
