import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';
import { ZONE_OF_PART } from './held-store.ts';
import { decodeIdentity, namesOf } from './identity.ts';
import type { NamedPart } from './types.ts';

// What the parts of live controllers go by, as accepted risks name them. Reads controller_identity, controller_part_identity.

/** By distinct identity; zones by id and by name, read when they are asked for. */
export const namedPartQueries = (db: Database, zoneNames: (zone: string) => readonly string[]) => {
  const sql = statements(db);
  const identities = sql.all<[], { id: number; identity: string; label: string; vendor: string }>(
    'select id, identity, label, vendor from controller_identity where controllers > 0 order by id',
  );
  const zonesOf = sql.values<[identity: number], string | null>(
    `select distinct ${ZONE_OF_PART} as zone from controller_part_identity p where p.identity = ?`,
  );
  return (): NamedPart[] =>
    identities().map(({ id, identity, label, vendor }) => ({
      vendor: vendor || null,
      products: namesOf(label, decodeIdentity(identity)),
      zones: () => zonesOf(id).flatMap((zone) => (zone === null ? [] : [zone, ...zoneNames(zone)])),
    }));
};
