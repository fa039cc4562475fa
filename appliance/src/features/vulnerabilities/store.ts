import type { Database } from '../../platform/database.ts';
import { type Coordinate, keyOfCoordinate } from './coordinate.ts';
import type { Decision, KeptDevice, Severity, Verdict } from './types.ts';

/** A coordinate and an advisory that covers it, or that a person must look at. */
export type Hit = {
  readonly adv: number;
  readonly verdict: Verdict;
  readonly fixed: string | null;
  readonly severity: Severity;
  readonly cvss: string | null;
};

export type NewMatch = Hit & { readonly coord: number; readonly decision: Decision; readonly inputs: string };

/** Open matches of a coordinate; `worst` is the place in DECISIONS, null when all of them are for review. */
export type OpenDecisions = {
  readonly coord: number;
  readonly findings: number;
  readonly act: number;
  readonly attend: number;
  readonly worst: number | null;
};

/** Coordinates, what devices have of them, and matches: the tables of state.db that matching owns. */
export const vulnerabilityStore = (db: Database) => {
  const findCoord = db
    .prepare<[string, string, string], number>('SELECT id FROM coord WHERE eco = ? AND name = ? AND version = ?')
    .pluck();
  const addCoord = db.prepare('INSERT INTO coord (eco, name, version, key) VALUES (?, ?, ?, ?)');
  const addCount = db.prepare<[number]>('INSERT INTO coord_count (id, devices) VALUES (?, 0)');
  const countUp = db.prepare('UPDATE coord_count SET devices = devices + 1 WHERE id = ?');
  const countAllUp = db.prepare(
    'UPDATE coord_count SET devices = devices + 1 WHERE id IN (SELECT value FROM json_each(?))',
  );
  const itemCoords = db
    .prepare<[string, string], [number, number]>(
      `SELECT i.item, i.coord FROM json_each(?) e CROSS JOIN item_coord i ON i.item = e.value AND i.eco = ?`,
    )
    .raw();
  const setItemCoord = db.prepare<[number, string, number]>(
    'INSERT OR REPLACE INTO item_coord (item, eco, coord) VALUES (?, ?, ?)',
  );
  const dropItemCoords = db.prepare<[]>('DELETE FROM item_coord WHERE item NOT IN (SELECT id FROM inv_software)');
  const countDown = db.prepare('UPDATE coord_count SET devices = devices - 1 WHERE id = ?');
  const findDevice = db.prepare<[number], { since: string; coords: Buffer }>(
    'SELECT since, coords FROM device_coord WHERE device = ?',
  );
  const allDevices = db.prepare<[], { device: number; since: string; coords: Buffer }>(
    'SELECT device, since, coords FROM device_coord ORDER BY device',
  );
  const someDevices = db.prepare<[string], { device: number; coords: Buffer }>(
    'SELECT device, coords FROM device_coord WHERE device IN (SELECT value FROM json_each(?))',
  );
  const openDecisions = db.prepare<[string], OpenDecisions>(
    `SELECT coord, count(*) AS findings, sum(verdict = 'affected' AND decision = 'act') AS act,
       sum(verdict = 'affected' AND decision = 'attend') AS attend,
       min(CASE WHEN verdict <> 'affected' THEN NULL WHEN decision = 'act' THEN 0 WHEN decision = 'attend' THEN 1
         WHEN decision = 'track-star' THEN 2 ELSE 3 END) AS worst
     FROM match WHERE until IS NULL AND coord IN (SELECT value FROM json_each(?)) GROUP BY coord`,
  );
  const putDevice = db.prepare(
    `INSERT INTO device_coord (device, since, coords) VALUES (?, ?, ?)
     ON CONFLICT (device) DO UPDATE SET coords = excluded.coords`,
  );
  const dropDevice = db.prepare('DELETE FROM device_coord WHERE device = ?');
  const dropLog = db.prepare('DELETE FROM device_coord_log WHERE device = ?');
  const wholeLog = db.prepare<[number], KeptDevice['log'][number]>(
    `SELECT coord, added_at AS added, removed_at AS removed FROM device_coord_log WHERE device = ?
     ORDER BY coord, added_at`,
  );
  const putLog = db.prepare('INSERT INTO device_coord_log (device, coord, added_at, removed_at) VALUES (?, ?, ?, ?)');
  const logAdded = db.prepare(
    `INSERT INTO device_coord_log (device, coord, added_at) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET removed_at = NULL`,
  );
  const logRemoved = db.prepare(
    'UPDATE device_coord_log SET removed_at = ? WHERE device = ? AND coord = ? AND removed_at IS NULL',
  );
  const logRemovedFirst = db.prepare(
    'INSERT OR IGNORE INTO device_coord_log (device, coord, added_at, removed_at) VALUES (?, ?, ?, ?)',
  );
  const openLog = db.prepare<[number, number], { added_at: string }>(
    'SELECT added_at FROM device_coord_log WHERE device = ? AND coord = ? AND removed_at IS NULL ORDER BY added_at DESC LIMIT 1',
  );
  const openLogOf = db.prepare<[number], { coord: number; added_at: string }>(
    'SELECT coord, max(added_at) AS added_at FROM device_coord_log WHERE device = ? AND removed_at IS NULL GROUP BY coord',
  );
  const addMatch = db.prepare(
    `INSERT INTO match (coord, adv, since, until, verdict, fixed, severity, decision, inputs)
     VALUES (?, ?, ?, NULL, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET until = NULL, verdict = excluded.verdict, fixed = excluded.fixed,
       severity = excluded.severity, decision = excluded.decision, inputs = excluded.inputs`,
  );
  const openMatches = db.prepare<[string, number], { adv: number; name: string }>(
    `SELECT m.adv, c.name FROM match m CROSS JOIN coord c ON c.id = m.coord
     WHERE m.coord IN (SELECT value FROM json_each(?)) AND m.until IS NULL AND m.verdict = 'affected' LIMIT ?`,
  );
  const counts = db.prepare<[], { id: number; devices: number }>('SELECT id, devices FROM coord_count');
  const readState = db.prepare<[], { snapshot: number; previous: number; matched: number }>(
    'SELECT snapshot, snapshot_previous AS previous, matched FROM exchange_state WHERE id = 1',
  );

  const withoutSources = db.prepare<[], { device: number }>(
    `SELECT device FROM section WHERE collection = 'software' AND best = 1 AND door IN ('glpi', 'ocs', 'stick')`,
  );

  return {
    /** Devices whose software is known through an agent that does not name source packages. */
    withoutSources: () => withoutSources.all(),
    /** The id of a coordinate; `isNew`: it has never been matched. */
    coord: (coordinate: Coordinate): { id: number; isNew: boolean } => {
      const { eco, name, version } = coordinate;
      const held = findCoord.get(eco, name, version);
      if (held !== undefined) return { id: held, isNew: false };
      const key = keyOfCoordinate(coordinate);
      const id = Number(addCoord.run(eco, name, version, key).lastInsertRowid);
      addCount.run(id);
      return { id, isNew: true };
    },
    device: (device: number) => findDevice.get(device),
    devices: (): Iterable<{ device: number; since: string; coords: Buffer }> => allDevices.iterate(),
    putDevice: (device: number, since: string, coords: Buffer): void => {
      putDevice.run(device, since, coords);
    },
    dropDevice: (device: number): void => {
      dropDevice.run(device);
      dropLog.run(device);
    },
    keepOf: (device: number): KeptDevice | null => {
      const held = findDevice.get(device);
      return held === undefined
        ? null
        : { since: held.since, coords: held.coords.toString('base64'), log: wholeLog.all(device) };
    },
    /** Without counting. */
    putBack: (device: number, { since, coords, log }: KeptDevice): void => {
      putDevice.run(device, since, Buffer.from(coords, 'base64'));
      for (const row of log) putLog.run(device, row.coord, row.added, row.removed);
    },
    /** Coordinates of items under a release, as far as they are known; 0 is none. */
    itemCoords: (items: readonly number[], eco: string): Map<number, number> =>
      new Map(itemCoords.all(JSON.stringify(items), eco)),
    setItemCoord: (item: number, eco: string, coord: number): void => {
      setItemCoord.run(item, eco, coord);
    },
    /** Forgets the coordinates of items that are gone. */
    dropItemCoords: (): void => {
      dropItemCoords.run();
    },
    /** Counts the coordinates that came with a device's first inventory. */
    countUp: (coords: readonly number[]): void => {
      countAllUp.run(JSON.stringify(coords));
    },
    countDown: (coord: number): void => {
      countDown.run(coord);
    },
    added: (device: number, coord: number, at: string): void => {
      logAdded.run(device, coord, at);
      countUp.run(coord);
    },
    removed: (device: number, coord: number, since: string, at: string): void => {
      if (logRemoved.run(at, device, coord).changes === 0) logRemovedFirst.run(device, coord, since, at);
      countDown.run(coord);
    },
    /** When a present coordinate came to a device; undefined: with its first inventory. */
    addedAt: (device: number, coord: number): string | undefined => openLog.get(device, coord)?.added_at,
    addedAtAll: (device: number): Map<number, string> =>
      new Map(openLogOf.all(device).map((row) => [row.coord, row.added_at])),
    addMatch: (match: NewMatch, since: string): void => {
      addMatch.run(
        match.coord,
        match.adv,
        since,
        match.verdict,
        match.fixed,
        match.severity,
        match.decision,
        match.inputs,
      );
    },
    openMatches: (coords: readonly number[], limit: number) => openMatches.all(JSON.stringify(coords), limit),
    someDevices: (devices: readonly number[]) => someDevices.all(JSON.stringify(devices)),
    openDecisions: (coords: readonly number[]): OpenDecisions[] => openDecisions.all(JSON.stringify(coords)),
    counts: () => counts.all(),
    /** The advisory snapshot in force (0 = none) and the one that the matches were made with. */
    snapshots: (): { snapshot: number; previous: number; matched: number } =>
      readState.get() ?? { snapshot: 0, previous: 0, matched: 0 },
  };
};

export type VulnerabilityStore = ReturnType<typeof vulnerabilityStore>;
