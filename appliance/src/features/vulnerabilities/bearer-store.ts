import type { Database } from '../../platform/database.ts';
import { someId, unpackIds } from '../../platform/id-set.ts';
import { anyOf, countOf, type NumberSet, setOf } from '../../platform/number-set.ts';
import {
  addPlaces,
  blockBytes,
  blockDevices,
  blockOf,
  packPlaces,
  placeOf,
  withPlaces,
} from '../../platform/place-set.ts';
import { eachBearers, packBearers, unpackBearers } from './bearer-bytes.ts';

// Which devices have a coordinate that has open findings (coord_bearer), in rows of one package and one block of devices: a
// package's versions lie together, so that an advisory about hundreds of versions reads few rows. Coordinates without findings
// are not in it: a kept fleet has few with. A device that comes is due (coord_bearer_due) and entered with others in a quiet
// moment; a question reads the coordinates of those that are due as well, so that its answer is never behind.

type Row = { source: number; coords: Buffer };
type Held = { device: number; coords: Buffer | null };
/** The packages of coordinates that have findings, by coordinate; 0 for all others. */
type Indexed = Uint32Array;

const none = new Uint8Array();

const grouped = (rows: Iterable<readonly [coord: number, source: number]>): Map<number, number[]> => {
  const bySource = new Map<number, number[]>();
  for (const [coord, source] of rows) {
    const coords = bySource.get(source);
    if (coords === undefined) bySource.set(source, [coord]);
    else coords.push(coord);
  }
  return bySource;
};

/** Adds up the devices of one block, by package and coordinate. */
const summed = (devices: Iterable<Held>, indexed: Indexed): Map<number, Map<number, number[]>> => {
  const bySource = new Map<number, Map<number, number[]>>();
  for (const { device, coords } of devices) {
    const place = placeOf(device);
    someId(coords ?? none, (coord) => {
      const source = indexed[coord] ?? 0;
      if (source === 0) return false;
      const ofSource = bySource.get(source) ?? new Map<number, number[]>();
      if (ofSource.size === 0) bySource.set(source, ofSource);
      const places = ofSource.get(coord);
      if (places === undefined) ofSource.set(coord, [place]);
      else places.push(place);
      return false;
    });
  }
  return bySource;
};

/** So many coordinates are looked up one by one. */
const fewCoords = 500;

/** The index of who has a coordinate with findings, as reports and matches change it. */
export const bearerStore = (db: Database) => {
  const ofSources = db.prepare<[number, string], Row>(
    'SELECT source, coords FROM coord_bearer WHERE block = ? AND source IN (SELECT value FROM json_each(?))',
  );
  const ofBlock = db.prepare<[number], Row>('SELECT source, coords FROM coord_bearer WHERE block = ? ORDER BY source');
  const one = db
    .prepare<[number, number], Buffer>('SELECT coords FROM coord_bearer WHERE block = ? AND source = ?')
    .pluck();
  const put = db.prepare<[number, number, Buffer]>(
    `INSERT INTO coord_bearer (block, source, coords) VALUES (?, ?, ?)
     ON CONFLICT (block, source) DO UPDATE SET coords = excluded.coords`,
  );
  const drop = db.prepare<[number, number]>('DELETE FROM coord_bearer WHERE block = ? AND source = ?');
  const lastBlock = db.prepare<[], number | null>('SELECT max(block) FROM coord_bearer').pluck();
  const addDue = db.prepare<[number]>('INSERT OR IGNORE INTO coord_bearer_due (id) VALUES (?)');
  const dropDue = db.prepare<[number]>('DELETE FROM coord_bearer_due WHERE id = ?');
  const isDue = db.prepare<[number], number>('SELECT 1 FROM coord_bearer_due WHERE id = ?').pluck();
  const due = db.prepare<[number], Held>(
    `SELECT d.id AS device, c.coords FROM coord_bearer_due d LEFT JOIN device_coord c ON c.device = d.id ORDER BY d.id LIMIT ?`,
  );
  const RANGE = 'SELECT device, coords FROM device_coord WHERE device >= ? AND device < ?';
  const entered = db.prepare<[number, number], Held>(
    `${RANGE} AND device NOT IN (SELECT id FROM coord_bearer_due) ORDER BY device`,
  );
  const every = db.prepare<[], Held>('SELECT device, coords FROM device_coord ORDER BY device');
  const lastDevice = db.prepare<[], number | null>('SELECT max(device) FROM device_coord').pluck();
  const sources = db
    .prepare<[string], [number, number]>(
      'SELECT s.coord, s.source FROM json_each(?) e CROSS JOIN coord_source s ON s.coord = e.value',
    )
    .raw();
  const withFindings = db
    .prepare<[string], [number, number]>(
      `SELECT s.coord, s.source FROM json_each(?) e CROSS JOIN coord_load l ON l.coord = e.value
       CROSS JOIN coord_source s ON s.coord = e.value`,
    )
    .raw();
  const everyWithFindings = db
    .prepare<[], [number, number]>(
      'SELECT l.coord, s.source FROM coord_load l CROSS JOIN coord_source s ON s.coord = l.coord ORDER BY l.coord DESC',
    )
    .raw();

  const asIndexed = (rows: readonly (readonly [number, number])[]): Indexed => {
    const indexed = new Uint32Array(rows.reduce((most, [coord]) => Math.max(most, coord), 0) + 1);
    for (const [coord, source] of rows) indexed[coord] = source;
    return indexed;
  };

  const write = (block: number, source: number, sets: ReadonlyMap<number, Uint8Array>): void => {
    if (sets.size === 0) drop.run(block, source);
    else put.run(block, source, packBearers(sets));
  };

  const enter = (block: number, devices: Iterable<Held>, indexed: Indexed): void => {
    const bySource = summed(devices, indexed);
    // In the order of the table, so that neighbours share pages.
    for (const source of [...bySource.keys()].sort((a, b) => a - b)) {
      const sets = unpackBearers(one.get(block, source));
      for (const [coord, places] of bySource.get(source) ?? []) {
        const held = sets.get(coord);
        sets.set(coord, (held && withPlaces(held, places)) ?? packPlaces(places));
      }
      write(block, source, sets);
    }
  };

  /** The blocks that devices with coordinates are in. */
  const blocks = (): number => blockOf(lastDevice.get() ?? -1) + 1;
  const enteredIn = (block: number): Held[] => entered.all(block * blockDevices, (block + 1) * blockDevices);

  const change = (device: number, added: readonly number[], removed: readonly number[]): void => {
    if (isDue.get(device) !== undefined) return;
    const block = blockOf(device);
    const isAdded = new Set(added);
    const place = [placeOf(device)];
    const changed = withFindings.all(JSON.stringify([...added, ...removed]));
    for (const [source, coords] of grouped(changed)) {
      const sets = unpackBearers(one.get(block, source));
      for (const coord of coords) {
        const [more, less] = isAdded.has(coord) ? [place, []] : [[], place];
        const set = withPlaces(sets.get(coord), more, less);
        if (set === undefined) sets.delete(coord);
        else sets.set(coord, set);
      }
      write(block, source, sets);
    }
  };

  /** Rows that are not what devices have; for `verify`. */
  const faults = (): string[] => {
    const wrong: string[] = [];
    const indexed = asIndexed(everyWithFindings.all());
    for (let block = 0; block < Math.max(blocks(), (lastBlock.get() ?? -1) + 1); block += 1) {
      const held = new Map(ofBlock.all(block).map(({ source, coords }) => [source, coords]));
      for (const [source, byCoord] of summed(enteredIn(block), indexed)) {
        const expected = packBearers(new Map([...byCoord].map(([coord, places]) => [coord, packPlaces(places)])));
        if (!held.get(source)?.equals(expected)) wrong.push(`block ${block}, package ${source}`);
        held.delete(source);
      }
      for (const source of held.keys()) wrong.push(`block ${block}, package ${source}`);
    }
    return wrong.slice(0, 20).map((place) => `the index of who has findings is not what devices have: ${place}`);
  };

  /** Looks into the coordinates of some devices. */
  const lookedUp = (devices: Iterable<Held>, isWanted: (coord: number) => boolean): number[] => {
    const found: number[] = [];
    for (const { device, coords } of devices) if (someId(coords ?? none, isWanted)) found.push(device);
    return found;
  };

  /** The devices that have any of the coordinates. */
  const of = (coords: readonly number[]): NumberSet => {
    const rows = withFindings.all(JSON.stringify(coords));
    const indexed = asIndexed(rows);
    const isWanted = (coord: number): boolean => (indexed[coord] ?? 0) > 0;
    // Of what has no findings nothing is kept.
    if (rows.length < coords.length) {
      const wanted = new Set(coords);
      return setOf(lookedUp(every.iterate(), (coord) => wanted.has(coord)));
    }
    const packages = JSON.stringify([...grouped(rows).keys()]);
    const last = lastBlock.get() ?? -1;
    const found = new Uint8Array((last + 1) * blockBytes);
    for (let block = 0; block <= last; block += 1) {
      for (const row of ofSources.all(block, packages))
        eachBearers(row.coords, (coord, set) => {
          if (isWanted(coord)) addPlaces(found, block, set);
        });
    }
    const waiting = lookedUp(due.iterate(-1), isWanted);
    return waiting.length === 0 ? found : anyOf([found, setOf(waiting)]);
  };

  return {
    /** A device came with its first coordinates. */
    came: (device: number): void => void addDue.run(device),
    /** Coordinates that a device has more and less. */
    change,
    /** A device is gone with the coordinates that it had. */
    gone: (device: number, coords: readonly number[]): void => {
      change(device, [], coords);
      dropDue.run(device);
    },
    /** Enters at most so many due devices; how many they were. */
    settle: (most: number): number => {
      const rows = due.all(most);
      if (rows.length === 0) return 0;
      const coords = new Set<number>();
      for (const row of rows) for (const coord of unpackIds(row.coords ?? none)) coords.add(coord);
      const indexed = asIndexed(withFindings.all(JSON.stringify([...coords])));
      for (const [block, devices] of Map.groupBy(rows, ({ device }) => blockOf(device))) enter(block, devices, indexed);
      for (const { device } of rows) dropDue.run(device);
      return rows.length;
    },
    /** Coordinates have their first open match, or lost their last. */
    refresh: (gained: readonly number[], lost: readonly number[]): void => {
      const last = lastBlock.get() ?? -1;
      if (lost.length > 0) {
        const gone = new Set(lost);
        const wanted = JSON.stringify([...grouped(sources.all(JSON.stringify(lost))).keys()]);
        for (let block = 0; block <= last; block += 1)
          for (const { source, coords } of ofSources.all(block, wanted)) {
            const sets = unpackBearers(coords);
            const before = sets.size;
            for (const coord of sets.keys()) if (gone.has(coord)) sets.delete(coord);
            if (sets.size < before) write(block, source, sets);
          }
      }
      if (gained.length === 0) return;
      const indexed = asIndexed(sources.all(JSON.stringify(gained)));
      for (let block = 0; block < blocks(); block += 1) enter(block, enteredIn(block), indexed);
    },
    /** Makes all of it anew. */
    fill: (): void => {
      db.exec('DELETE FROM coord_bearer; DELETE FROM coord_bearer_due');
      const indexed = asIndexed(everyWithFindings.all());
      for (let block = 0; block < blocks(); block += 1) enter(block, enteredIn(block), indexed);
    },
    of,
    /**
     * How many devices have a coordinate with findings. Few are looked up; of many, the first one that a device is met with is
     * enough, and only a device without any is read to its end.
     */
    count: (): number => {
      const rows = everyWithFindings.all();
      if (rows.length <= fewCoords) return countOf(of(rows.map(([coord]) => coord)));
      const indexed = asIndexed(rows);
      return lookedUp(every.iterate(), (coord) => (indexed[coord] ?? 0) > 0).length;
    },
    faults,
  };
};

export type BearerStore = ReturnType<typeof bearerStore>;
