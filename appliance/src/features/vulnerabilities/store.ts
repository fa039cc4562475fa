import { PAID_STREAM } from '@sallyport/bundle-tools/versions/edition';
import { streamedName } from '@sallyport/bundle-tools/versions/module-stream';
import { noteArrayChanges } from '../../platform/array-changes.ts';
import type { Database } from '../../platform/database.ts';
import { idBytes } from '../../platform/id-array.ts';
import { statements } from '../../platform/statements.ts';
import { type Component, keyOfComponent } from './component.ts';
import { fixFaults, fixStore } from './fix-store.ts';
import type { Hit } from './hit-bytes.ts';
import { DERIVED_FAULTS, PUT_LOAD, shiftSql } from './match-derived-store.ts';
import { type AdvisoryFacts, DECISIONS, type Decision, type KeptDevice, SEVERITIES } from './types.ts';

/** An advisory's judgement with what lists show of it. */
type JudgedAdvisory = AdvisoryFacts & {
  readonly adv: number;
  readonly decision: Decision;
  readonly inputs: string;
};

/** Open matches of a component; `worst` and `severity` are places in DECISIONS and SEVERITIES, null when all are for review. */
export type ComponentLoad = {
  readonly component: number;
  readonly findings: number;
  /** Those that certainly apply, as act and attend are. */
  readonly affected: number;
  readonly act: number;
  readonly attend: number;
  readonly worst: number | null;
  readonly severity: number | null;
};

/** What of a component says whether it can be judged. */
type ComponentIdentity = {
  component: number;
  ecosystem: string;
  name: string;
  version: string;
  unkeyed: number;
  unsettled: number;
};

/** The entity of the arrays of components. */
export const componentArrays = 'component';

/** Components, what devices have of them, and matches: the tables of state.db that matching owns. */
export const vulnerabilityStore = (db: Database) => {
  const sql = statements(db);
  const findComponent = sql.value<[string, string, string, string], number>(
    'SELECT id FROM component INDEXED BY component_key WHERE eco = ? AND name = ? AND version = ? AND stream = ?',
  );
  const addComponent = sql.insert(
    'INSERT INTO component (eco, name, version, key, source, stream) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const findSource = sql.value<[string, string], number>('SELECT id FROM source_package WHERE eco = ? AND name = ?');
  const addSource = db.prepare('INSERT INTO source_package (eco, name) VALUES (?, ?)');
  const addName = sql.run('INSERT OR IGNORE INTO package_name (name) VALUES (?)');
  // A new component has no count before the device that it was made for is counted.
  const countUp = sql.run(
    'INSERT INTO component_count (id, devices) VALUES (?, 1) ON CONFLICT (id) DO UPDATE SET devices = devices + 1',
  );
  const countAllUp = sql.run(
    `INSERT INTO component_count (id, devices) SELECT value, 1 FROM json_each(?) WHERE true
     ON CONFLICT (id) DO UPDATE SET devices = devices + 1`,
  );
  const itemComponents = db
    .prepare<[string, string], [number, number]>(
      `SELECT i.item, i.component FROM json_each(?) e CROSS JOIN item_component i ON i.item = e.value AND i.eco = +? AND i.settled = 1`,
    )
    .raw();
  const countOneDown = sql.run('UPDATE component_count SET devices = devices - 1 WHERE id = ?');
  const findDevice = sql.get<[number], { since: string; components: Buffer; nameless: number }>(
    'SELECT since, components, nameless FROM device_component WHERE device = ?',
  );
  const allDevices = db.prepare<[], { device: number; since: string; components: Buffer }>(
    'SELECT device, since, components FROM device_component ORDER BY device',
  );
  const putDevice = sql.run(
    `INSERT INTO device_component (device, since, components, nameless) VALUES (?, ?, ?, ?)
     ON CONFLICT (device) DO UPDATE SET components = excluded.components, nameless = excluded.nameless`,
  );
  const dropDevice = sql.run('DELETE FROM device_component WHERE device = ?');
  const dropLog = sql.run('DELETE FROM device_component_log WHERE device = ?');
  const wholeLog = sql.all<[number], KeptDevice['log'][number]>(
    `SELECT component, added_at AS added, removed_at AS removed FROM device_component_log WHERE device = ?
     ORDER BY component, added_at`,
  );
  const putLog = sql.run(
    'INSERT INTO device_component_log (device, component, added_at, removed_at) VALUES (?, ?, ?, ?)',
  );
  const logAdded = sql.run(
    `INSERT INTO device_component_log (device, component, added_at) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET removed_at = NULL`,
  );
  const logRemoved = sql.changes(
    'UPDATE device_component_log SET removed_at = ? WHERE device = ? AND component = ? AND removed_at IS NULL',
  );
  const logRemovedFirst = sql.run(
    'INSERT OR IGNORE INTO device_component_log (device, component, added_at, removed_at) VALUES (?, ?, ?, ?)',
  );
  const openLogOf = sql.all<[number], { component: number; added_at: string }>(
    'SELECT component, max(added_at) AS added_at FROM device_component_log WHERE device = ? AND removed_at IS NULL GROUP BY component',
  );
  const addMatch = sql.run(
    `INSERT INTO match (component, adv, since, until, state, fixed) VALUES (?, ?, ?, NULL, ?, ?)
     ON CONFLICT DO UPDATE SET until = NULL, state = excluded.state, fixed = excluded.fixed`,
  );
  const addAdvisory = sql.run(
    `INSERT INTO match_advisory (adv, osv_id, feed, severity, decision, cvss, summary, aliases, names, inputs)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const addLoad = sql.run(PUT_LOAD);
  const fixes = fixStore(db);
  const shiftUp = sql.run(shiftSql('+'));
  const shiftDown = sql.run(shiftSql('-'));
  // A component without a load has no open match that could be counted.
  const isIdle = sql.value<[number], number>(
    'SELECT ifnull((SELECT c.devices FROM component_count c WHERE c.id = l.component), 0) = 0 FROM component_load l WHERE l.component = ?',
  );
  const loaded = sql.all<[string], { component: number; devices: number }>(
    `SELECT l.component, ifnull(c.devices, 0) AS devices FROM json_each(?) e CROSS JOIN component_load l ON l.component = e.value
     LEFT JOIN component_count c ON c.id = l.component`,
  );
  const derivedFaults = sql.values<[], string>(DERIVED_FAULTS);
  const readState = sql.get<[], { snapshot: number; previous: number; matched: number }>(
    'SELECT snapshot, snapshot_previous AS previous, matched FROM exchange_state WHERE id = 1',
  );

  const publishersOf = db
    .prepare<[string], [number, string]>(
      `SELECT DISTINCT i.component, s.publisher FROM json_each(?) e
       CROSS JOIN item_component i INDEXED BY item_component_of ON i.component = e.value
       CROSS JOIN inv_software s ON s.id = i.item WHERE s.publisher IS NOT NULL`,
    )
    .raw();

  const countDown = (component: number): void => {
    countOneDown(component);
    if (isIdle(component) !== 1) return;
    shiftDown(component);
    fixes.refresh([component]);
  };

  // Where the source is known, so is the name.
  const newSource = (eco: string, named: string, name: string): number | bigint => {
    addName(name);
    return addSource.run(eco, named).lastInsertRowid;
  };
  return {
    /** A device has other components. */
    noteChange: noteArrayChanges(db, componentArrays),
    /** Devices whose software is known through an agent that does not name source packages. */
    withoutSources: sql.all<[], { device: number }>(
      `SELECT device FROM section WHERE collection = 'software' AND best = 1 AND source IN ('glpi', 'ocs', 'offline')`,
    ),
    /** The id of a component; `isNew`: it has never been matched. */
    component: (component: Component): { id: number; isNew: boolean } => {
      const { eco, name, version, stream = '' } = component;
      // Streams are asked for and fixed by themselves; an edition has the packages of its release.
      const named = streamedName(stream === PAID_STREAM ? '' : stream, name);
      const known = findSource(eco, named);
      // A component is made with its source: where that is new, so is the component.
      const held = known === undefined ? undefined : findComponent(eco, name, version, stream);
      if (held !== undefined) return { id: held, isNew: false };
      const source = known ?? newSource(eco, named, name);
      const id = addComponent(eco, name, version, keyOfComponent(component), source, stream);
      return { id, isNew: true };
    },
    device: (device: number) => findDevice(device),
    devices: (): Iterable<{ device: number; since: string; components: Buffer }> => allDevices.iterate(),
    /** `nameless`: how many of its items have no component. */
    putDevice: (device: number, since: string, components: Uint32Array, nameless: number): void => {
      putDevice(device, since, idBytes(components), nameless);
    },
    dropDevice: (device: number): void => {
      dropDevice(device);
      dropLog(device);
    },
    keepOf: (device: number): KeptDevice | null => {
      const held = findDevice(device);
      return held === undefined
        ? null
        : { ...held, components: held.components.toString('base64'), log: wholeLog(device) };
    },
    /** Without counting. */
    putBack: (device: number, { since, components, nameless, log }: KeptDevice): void => {
      putDevice(device, since, Buffer.from(components, 'base64'), nameless);
      for (const row of log) putLog(device, row.component, row.added, row.removed);
    },
    /** Components of items under a release, as far as they are known for good; 0 is none. */
    itemComponents: (items: readonly number[], eco: string): Map<number, number> =>
      new Map(itemComponents.all(JSON.stringify(items), eco)),
    /** `isSettled`: whatever others report, it stays so. */
    putItemComponent: sql.run<[item: number, eco: string, component: number, isSettled: boolean]>(
      'INSERT OR IGNORE INTO item_component (item, eco, component, settled) VALUES (?, ?, ?, ?)',
    ),
    /** Forgets the components of items that are gone. */
    dropItemComponents: sql.run<[]>('DELETE FROM item_component WHERE item NOT IN (SELECT id FROM inv_software)'),
    /** Counts the components that came with a device's first inventory; those that have open matches. */
    countUp: (components: Uint32Array): number[] => {
      const text = JSON.stringify(Array.from(components));
      const open = loaded(text);
      const idle = open.flatMap(({ component, devices }) => (devices === 0 ? [component] : []));
      for (const component of idle) shiftUp(component);
      countAllUp(text);
      if (idle.length > 0) fixes.refresh(idle);
      return open.map(({ component }) => component);
    },
    countDown,
    /** A device has other components: packages that a newer version of closes something there are counted once for it. */
    fixesOf: fixes.shift,
    added: (device: number, component: number, at: string): void => {
      logAdded(device, component, at);
      const wasIdle = isIdle(component) === 1;
      if (wasIdle) shiftUp(component);
      countUp(component);
      if (wasIdle) fixes.refresh([component]);
    },
    removed: (device: number, component: number, since: string, at: string): void => {
      if (logRemoved(at, device, component) === 0) logRemovedFirst(device, component, since, at);
      countDown(component);
    },
    /** When a present component came to a device; undefined: with its first inventory. */
    addedAt: sql.value<[device: number, component: number], string>(
      'SELECT added_at FROM device_component_log WHERE device = ? AND component = ? AND removed_at IS NULL ORDER BY added_at DESC LIMIT 1',
    ),
    addedAtAll: (device: number): Map<number, string> =>
      new Map(openLogOf(device).map((row) => [row.component, row.added_at])),
    /** Adds the matches of a component that has none and that no device has yet. */
    addMatches: (component: number, hits: readonly Hit[], since: string): void => {
      for (const { adv, state, fixed } of hits) addMatch(component, adv, since, state, fixed);
      if (hits.length === 0) return;
      addLoad(component);
      fixes.add(component);
    },
    /** Whether software of a device is called so, in letters of any case. */
    hasSoftware: sql.has<[name: string]>('SELECT 1 FROM inv_software WHERE name COLLATE NOCASE = ? LIMIT 1'),
    hasAdvisory: sql.has<[adv: number]>('SELECT 1 FROM match_advisory WHERE adv = ?'),
    addAdvisory: (row: JudgedAdvisory): void => {
      addAdvisory(
        row.adv,
        row.osv_id,
        row.feed,
        SEVERITIES.indexOf(row.severity),
        DECISIONS.indexOf(row.decision),
        row.cvss,
        row.summary,
        row.aliases,
        row.names,
        row.inputs,
      );
    },
    openMatches: sql.all<[components: readonly number[], limit: number], { advisory: string; name: string }>(
      `SELECT g.osv_id AS advisory, c.name FROM match m CROSS JOIN component c ON c.id = m.component
     CROSS JOIN match_advisory g ON g.adv = m.adv
     WHERE m.component IN (SELECT value FROM json_each(?)) AND m.until IS NULL AND m.state < 2 LIMIT ?`,
    ),
    someDevices: sql.all<[devices: readonly number[]], { device: number; components: Buffer; nameless: number }>(
      'SELECT device, components, nameless FROM device_component WHERE device IN (SELECT value FROM json_each(?))',
    ),
    /** The components that stand by themselves: their ecosystem, and what keeps them from being compared. */
    // Another device that does name the source fixes it for good.
    identities: sql.all<[components: readonly number[]], ComponentIdentity>(
      `SELECT c.id AS component, c.eco AS ecosystem, c.name AS name, c.version AS version, c.key IS NULL AS unkeyed,
       NOT EXISTS (SELECT 1 FROM item_component i INDEXED BY item_component_of WHERE i.component = c.id AND i.settled = 1) AS unsettled
     FROM json_each(?) e CROSS JOIN component c ON c.id = e.value`,
    ),
    /** Who components are from, as the items that are them say, each once; one that is not in it comes from an unknown maker. */
    publishers: (components: readonly number[]): Map<number, string[]> => {
      const found = new Map<number, string[]>();
      for (const [component, publisher] of publishersOf.all(JSON.stringify(components)))
        found.set(component, [...(found.get(component) ?? []), publisher]);
      return found;
    },
    /** What components with open matches come to. */
    loadsOf: sql.all<[components: readonly number[]], ComponentLoad>(
      `SELECT component, findings, affected, act, attend, worst, severity FROM component_load
     WHERE component IN (SELECT value FROM json_each(?))`,
    ),
    counts: sql.all<[], { id: number; devices: number }>('SELECT id, devices FROM component_count'),
    /** What of the derived tables contradicts the matches. */
    derivedFaults: (): string[] => [...derivedFaults(), ...fixFaults(db)],
    /** The advisory snapshot in force (0 = none) and the one that the matches were made with. */
    snapshots: (): { snapshot: number; previous: number; matched: number } =>
      readState() ?? { snapshot: 0, previous: 0, matched: 0 },
  };
};

export type VulnerabilityStore = ReturnType<typeof vulnerabilityStore>;
