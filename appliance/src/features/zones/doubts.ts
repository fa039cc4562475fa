import { prefixesOverlap } from './prefix.ts';
import type { Conduit, Zone, ZoneDoubt } from './types.ts';

const maxDoubts = 50;

/** Zones that claim the same addresses: of zones side by side only one can be right; a part may lie inside its whole. */
const overlaps = (zones: readonly Zone[]): ZoneDoubt[] =>
  zones.flatMap((zone, index) =>
    zones
      .slice(index + 1)
      .filter(({ parent }) => parent === zone.parent)
      .flatMap((other) =>
        zone.prefixes.flatMap((prefix) =>
          other.prefixes
            .filter((otherPrefix) => prefixesOverlap(prefix, otherPrefix))
            .map(
              (otherPrefix): ZoneDoubt => ({ kind: 'overlap', zone: zone.id, other: other.id, prefix, otherPrefix }),
            ),
        ),
      ),
  );

/** Networks that lead from the office to the plant without a zone between. */
const pastDmz = (zones: readonly Zone[], conduits: readonly Conduit[]): ZoneDoubt[] => {
  const isOffice = new Map(
    zones.map(({ id, level }) => [id, level === 'dmz' ? undefined : level === '4' || level === '5']),
  );
  return conduits
    .filter(({ from, to, means }) => {
      const [a, b] = [isOffice.get(from), isOffice.get(to)];
      return means === 'network' && a !== undefined && b !== undefined && a !== b;
    })
    .map(({ id }) => ({ kind: 'past-dmz', conduit: id }));
};

/** What is doubtful about zones and conduits; none of it stops anything. */
export const zoneDoubts = (zones: readonly Zone[], conduits: readonly Conduit[]): ZoneDoubt[] =>
  [...overlaps(zones), ...pastDmz(zones, conduits)].slice(0, maxDoubts);
