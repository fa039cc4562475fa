import type { ObjectService } from '../../engine/objects/service.ts';
import type { Database } from '../../platform/database.ts';
import { isWithin } from '../../platform/scope.ts';

// Packages that the devices of a group do not take, until a time.

const KIND = 'package-exclusion';
const most = 10_000;

type ExclusionParts = { db: Database; objects: Pick<ObjectService, 'list'>; clock: () => string };
type Package = { readonly name: string; readonly source: string };

/** One look at what is excluded now. */
export const packageExclusions =
  ({ db, objects, clock }: ExclusionParts) =>
  (): ((device: number, update: Package | undefined) => boolean) => {
    const now = clock();
    const inForce = objects
      .list({ kind: KIND, limit: most })
      .rows.filter(({ body }) => Date.parse(String(body['until'])) > Date.parse(now))
      .map(({ body }) => ({
        limit: JSON.stringify([body['group']]),
        packages: new Set(body['packages'] as readonly string[]),
      }));
    return (device, update) =>
      update !== undefined &&
      inForce.some(
        ({ packages, limit }) =>
          (packages.has(update.name) || packages.has(update.source)) && isWithin(db, limit, device),
      );
  };
