import type { Database } from '../../platform/database.ts';
import { packIds, someId, unpackIds } from '../../platform/id-set.ts';
import { undoWitness } from '../../platform/undo-witness.ts';

// Versions of one package that a device has together: rare, but devices of a package must not be counted once for each
// version. Kept per combination with the number of devices, whatever advisories say of it, so an import need not look at
// devices.

/** The sources of coordinates, in memory: a coordinate's never changes, only a transaction that is taken back unmakes it. */
const coordSources = (db: Database) => {
  const witness = undoWitness(db, 'coord_source');
  const some = db.prepare<[string], { coord: number; source: number }>(
    'SELECT s.coord, s.source FROM json_each(?) e CROSS JOIN coord_source s ON s.coord = e.value',
  );
  let known = new Uint32Array(0);
  return {
    noteMaking: (): void => witness.note(),
    /** An array by coordinate that holds those of the given ones. */
    of: (coords: readonly number[]): Uint32Array => {
      if (!witness.stands()) known = new Uint32Array(0);
      const missing = coords.filter((coord) => (known[coord] ?? 0) === 0);
      if (missing.length === 0) return known;
      const last = missing.reduce((most, coord) => Math.max(most, coord), 0);
      if (last >= known.length) {
        const larger = new Uint32Array(2 * last + 1);
        larger.set(known);
        known = larger;
      }
      for (const { coord, source } of some.all(JSON.stringify(missing))) known[coord] = source;
      return known;
    },
  };
};

/** The combinations in a device's coordinates, packed, as texts that can be compared. */
const combinations = (coords: readonly number[], sources: Uint32Array): Set<string> => {
  const first = new Map<number, number>();
  const several = new Map<number, number[]>();
  for (const coord of coords) {
    const source = sources[coord] as number;
    const before = first.get(source);
    if (before === undefined) {
      first.set(source, coord);
      continue;
    }
    const together = several.get(source);
    if (together === undefined) several.set(source, [before, coord]);
    else together.push(coord);
  }
  return new Set([...several.values()].map((together) => packIds(together).toString('latin1')));
};

/** What devices have together, as their reports change it. */
export const togetherStore = (db: Database) => {
  const sources = coordSources(db);
  const up = db.prepare(
    'INSERT INTO coord_together (coords, devices) VALUES (?, 1) ON CONFLICT DO UPDATE SET devices = devices + 1',
  );
  const down = db.prepare('UPDATE coord_together SET devices = devices - 1 WHERE coords = ?');
  const drop = db.prepare('DELETE FROM coord_together WHERE coords = ? AND devices < 1');
  const put = db.prepare('INSERT OR REPLACE INTO coord_together (coords, devices) VALUES (?, ?)');
  const every = db.prepare<[], { coords: Buffer; devices: number }>('SELECT coords, devices FROM coord_together');
  const allDevices = db.prepare<[], Buffer>('SELECT coords FROM device_coord').pluck();
  const allSources = db
    .prepare<[], [number, number]>('SELECT coord, source FROM coord_source ORDER BY coord DESC')
    .raw();

  /** Every device's combinations; a device that has none costs a look at each coordinate. */
  const count = (): Map<string, number> => {
    const counted = new Map<string, number>();
    const rows = allSources.all();
    const sourceOf = new Uint32Array((rows[0]?.[0] ?? 0) + 1);
    let most = 0;
    for (const [coord, source] of rows) {
      sourceOf[coord] = source;
      most = Math.max(most, source);
    }
    const seen = new Uint32Array(most + 1);
    let device = 0;
    for (const packed of allDevices.iterate()) {
      device += 1;
      const hasSeveral = someId(packed, (coord) => {
        const source = sourceOf[coord] as number;
        const isTwice = seen[source] === device;
        seen[source] = device;
        return isTwice;
      });
      for (const one of hasSeveral ? combinations(unpackIds(packed), sourceOf) : [])
        counted.set(one, (counted.get(one) ?? 0) + 1);
    }
    return counted;
  };

  /** How many devices have a combination, of those that are kept with another number; 0: none. */
  const differences = (): Map<string, number> => {
    const counted = count();
    for (const { coords, devices } of every.all()) {
      const one = coords.toString('latin1');
      const now = counted.get(one);
      if (now === devices) counted.delete(one);
      else if (now === undefined) counted.set(one, 0);
    }
    return counted;
  };

  return {
    /** Call before coordinates are made. */
    noteMaking: sources.noteMaking,
    /** A device's coordinates change, from none when it comes, to none when it goes. */
    change: (before: readonly number[], now: readonly number[]): void => {
      const gone = combinations(before, sources.of(before));
      for (const one of combinations(now, sources.of(now))) if (!gone.delete(one)) up.run(Buffer.from(one, 'latin1'));
      for (const one of gone) {
        const coords = Buffer.from(one, 'latin1');
        down.run(coords);
        drop.run(coords);
      }
    },
    /** Counts all devices and writes what is kept otherwise. */
    recount: (): void => {
      for (const [one, devices] of differences()) {
        const coords = Buffer.from(one, 'latin1');
        put.run(coords, devices);
        drop.run(coords);
      }
    },
    /** Combinations that are kept with another number than devices have them; for `verify`. */
    faults: (): string[] =>
      [...differences()]
        .slice(0, 20)
        .map(
          ([one, devices]) =>
            `${devices} devices have coordinates ${unpackIds(Buffer.from(one, 'latin1')).join(', ')} together, another number is kept`,
        ),
  };
};
