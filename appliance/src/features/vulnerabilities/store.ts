import { streamedName } from '@sallyport/bundle-tools/versions/module-stream';
import { noteArrayChanges } from '../../platform/array-changes.ts';
import type { Database } from '../../platform/database.ts';
import { idBytes } from '../../platform/id-array.ts';
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
type ComponentIdentity = { component: number; ecosystem: string; name: string; unkeyed: number; unsettled: number };

/** The entity of the arrays of components. */
export const componentArrays = 'component';

/** Components, what devices have of them, and matches: the tables of state.db that matching owns. */
export const vulnerabilityStore = (db: Database) => {
  const findComponent = db
    .prepare<[string, string, string, string], number>(
      'SELECT id FROM component INDEXED BY component_key WHERE eco = ? AND name = ? AND version = ? AND stream = ?',
    )
    .pluck();
  const addComponent = db.prepare(
    'INSERT INTO component (eco, name, version, key, source, stream) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const findSource = db
    .prepare<[string, string], number>('SELECT id FROM source_package WHERE eco = ? AND name = ?')
    .pluck();
  const addSource = db.prepare('INSERT INTO source_package (eco, name) VALUES (?, ?)');
  const addName = db.prepare('INSERT OR IGNORE INTO package_name (name) VALUES (?)');
  const addCount = db.prepare<[number]>('INSERT INTO component_count (id, devices) VALUES (?, 0)');
  const countUp = db.prepare('UPDATE component_count SET devices = devices + 1 WHERE id = ?');
  const countAllUp = db.prepare(
    'UPDATE component_count SET devices = devices + 1 WHERE id IN (SELECT value FROM json_each(?))',
  );
  const itemComponents = db
    .prepare<[string, string], [number, number]>(
      `SELECT i.item, i.component FROM json_each(?) e CROSS JOIN item_component i ON i.item = e.value AND i.eco = +? AND i.settled = 1`,
    )
    .raw();
  const putItemComponent = db.prepare<[number, string, number, number]>(
    'INSERT OR IGNORE INTO item_component (item, eco, component, settled) VALUES (?, ?, ?, ?)',
  );
  const dropItemComponents = db.prepare<[]>(
    'DELETE FROM item_component WHERE item NOT IN (SELECT id FROM inv_software)',
  );
  const countOneDown = db.prepare('UPDATE component_count SET devices = devices - 1 WHERE id = ?');
  const findDevice = db.prepare<[number], { since: string; components: Buffer; nameless: number }>(
    'SELECT since, components, nameless FROM device_component WHERE device = ?',
  );
  const allDevices = db.prepare<[], { device: number; since: string; components: Buffer }>(
    'SELECT device, since, components FROM device_component ORDER BY device',
  );
  const someDevices = db.prepare<[string], { device: number; components: Buffer; nameless: number }>(
    'SELECT device, components, nameless FROM device_component WHERE device IN (SELECT value FROM json_each(?))',
  );
  const someLoads = db.prepare<[string], ComponentLoad>(
    `SELECT component, findings, affected, act, attend, worst, severity FROM component_load
     WHERE component IN (SELECT value FROM json_each(?))`,
  );
  // Another device that does name the source fixes it for good.
  const identities = db.prepare<[string], ComponentIdentity>(
    `SELECT c.id AS component, c.eco AS ecosystem, c.name AS name, c.key IS NULL AS unkeyed,
       NOT EXISTS (SELECT 1 FROM item_component i INDEXED BY item_component_of WHERE i.component = c.id AND i.settled = 1) AS unsettled
     FROM json_each(?) e CROSS JOIN component c ON c.id = e.value`,
  );
  const putDevice = db.prepare(
    `INSERT INTO device_component (device, since, components, nameless) VALUES (?, ?, ?, ?)
     ON CONFLICT (device) DO UPDATE SET components = excluded.components, nameless = excluded.nameless`,
  );
  const dropDevice = db.prepare('DELETE FROM device_component WHERE device = ?');
  const dropLog = db.prepare('DELETE FROM device_component_log WHERE device = ?');
  const wholeLog = db.prepare<[number], KeptDevice['log'][number]>(
    `SELECT component, added_at AS added, removed_at AS removed FROM device_component_log WHERE device = ?
     ORDER BY component, added_at`,
  );
  const putLog = db.prepare(
    'INSERT INTO device_component_log (device, component, added_at, removed_at) VALUES (?, ?, ?, ?)',
  );
  const logAdded = db.prepare(
    `INSERT INTO device_component_log (device, component, added_at) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET removed_at = NULL`,
  );
  const logRemoved = db.prepare(
    'UPDATE device_component_log SET removed_at = ? WHERE device = ? AND component = ? AND removed_at IS NULL',
  );
  const logRemovedFirst = db.prepare(
    'INSERT OR IGNORE INTO device_component_log (device, component, added_at, removed_at) VALUES (?, ?, ?, ?)',
  );
  const openLog = db.prepare<[number, number], { added_at: string }>(
    'SELECT added_at FROM device_component_log WHERE device = ? AND component = ? AND removed_at IS NULL ORDER BY added_at DESC LIMIT 1',
  );
  const openLogOf = db.prepare<[number], { component: number; added_at: string }>(
    'SELECT component, max(added_at) AS added_at FROM device_component_log WHERE device = ? AND removed_at IS NULL GROUP BY component',
  );
  const addMatch = db.prepare(
    `INSERT INTO match (component, adv, since, until, state, fixed) VALUES (?, ?, ?, NULL, ?, ?)
     ON CONFLICT DO UPDATE SET until = NULL, state = excluded.state, fixed = excluded.fixed`,
  );
  const hasAdvisory = db.prepare<[number], number>('SELECT 1 FROM match_advisory WHERE adv = ?').pluck();
  const addAdvisory = db.prepare(
    `INSERT INTO match_advisory (adv, osv_id, feed, severity, decision, cvss, summary, aliases, names, inputs)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const addLoad = db.prepare(PUT_LOAD);
  const fixes = fixStore(db);
  const shiftUp = db.prepare(shiftSql('+'));
  const shiftDown = db.prepare(shiftSql('-'));
  // A component without a load has no open match that could be counted.
  const isIdle = db
    .prepare<[number], number>(
      'SELECT c.devices = 0 FROM component_count c WHERE c.id = +? AND EXISTS (SELECT 1 FROM component_load l WHERE l.component = c.id)',
    )
    .pluck();
  const idleOf = db
    .prepare<[string], number>(
      `SELECT c.id FROM json_each(?) e CROSS JOIN component_load l ON l.component = e.value CROSS JOIN component_count c ON c.id = l.component
       WHERE c.devices = 0`,
    )
    .pluck();
  const openMatches = db.prepare<[string, number], { advisory: string; name: string }>(
    `SELECT g.osv_id AS advisory, c.name FROM match m CROSS JOIN component c ON c.id = m.component
     CROSS JOIN match_advisory g ON g.adv = m.adv
     WHERE m.component IN (SELECT value FROM json_each(?)) AND m.until IS NULL AND m.state < 2 LIMIT ?`,
  );
  const counts = db.prepare<[], { id: number; devices: number }>('SELECT id, devices FROM component_count');
  const derivedFaults = db.prepare<[], string>(DERIVED_FAULTS).pluck();
  const readState = db.prepare<[], { snapshot: number; previous: number; matched: number }>(
    'SELECT snapshot, snapshot_previous AS previous, matched FROM exchange_state WHERE id = 1',
  );

  const withoutSources = db.prepare<[], { device: number }>(
    `SELECT device FROM section WHERE collection = 'software' AND best = 1 AND source IN ('glpi', 'ocs', 'offline')`,
  );

  const countDown = (component: number): void => {
    countOneDown.run(component);
    if (isIdle.get(component) !== 1) return;
    shiftDown.run(component);
    fixes.refresh([component]);
  };

  // Where the source is known, so is the name.
  const newSource = (eco: string, named: string, name: string): number | bigint => {
    addName.run(name);
    return addSource.run(eco, named).lastInsertRowid;
  };
  return {
    /** A device has other components. */
    noteChange: noteArrayChanges(db, componentArrays),
    /** Devices whose software is known through an agent that does not name source packages. */
    withoutSources: () => withoutSources.all(),
    /** The id of a component; `isNew`: it has never been matched. */
    component: (component: Component): { id: number; isNew: boolean } => {
      const { eco, name, version, stream = '' } = component;
      const held = findComponent.get(eco, name, version, stream);
      if (held !== undefined) return { id: held, isNew: false };
      const key = keyOfComponent(component);
      // Streams are asked for and fixed by themselves.
      const named = streamedName(stream, name);
      const source = findSource.get(eco, named) ?? newSource(eco, named, name);
      const id = Number(addComponent.run(eco, name, version, key, source, stream).lastInsertRowid);
      addCount.run(id);
      return { id, isNew: true };
    },
    device: (device: number) => findDevice.get(device),
    devices: (): Iterable<{ device: number; since: string; components: Buffer }> => allDevices.iterate(),
    /** `nameless`: how many of its items have no component. */
    putDevice: (device: number, since: string, components: Uint32Array, nameless: number): void => {
      putDevice.run(device, since, idBytes(components), nameless);
    },
    dropDevice: (device: number): void => {
      dropDevice.run(device);
      dropLog.run(device);
    },
    keepOf: (device: number): KeptDevice | null => {
      const held = findDevice.get(device);
      return held === undefined
        ? null
        : { ...held, components: held.components.toString('base64'), log: wholeLog.all(device) };
    },
    /** Without counting. */
    putBack: (device: number, { since, components, nameless, log }: KeptDevice): void => {
      putDevice.run(device, since, Buffer.from(components, 'base64'), nameless);
      for (const row of log) putLog.run(device, row.component, row.added, row.removed);
    },
    /** Components of items under a release, as far as they are known for good; 0 is none. */
    itemComponents: (items: readonly number[], eco: string): Map<number, number> =>
      new Map(itemComponents.all(JSON.stringify(items), eco)),
    /** `isSettled`: whatever others report, it stays so. */
    putItemComponent: (item: number, eco: string, component: number, isSettled: boolean): void => {
      putItemComponent.run(item, eco, component, isSettled ? 1 : 0);
    },
    /** Forgets the components of items that are gone. */
    dropItemComponents: (): void => {
      dropItemComponents.run();
    },
    /** Counts the components that came with a device's first inventory. */
    countUp: (components: Uint32Array): void => {
      const text = JSON.stringify(Array.from(components));
      const idle = idleOf.all(text);
      for (const component of idle) shiftUp.run(component);
      countAllUp.run(text);
      if (idle.length > 0) fixes.refresh(idle);
    },
    countDown,
    /** A device has other components: packages that a newer version of closes something there are counted once for it. */
    fixesOf: fixes.shift,
    added: (device: number, component: number, at: string): void => {
      logAdded.run(device, component, at);
      const wasIdle = isIdle.get(component) === 1;
      if (wasIdle) shiftUp.run(component);
      countUp.run(component);
      if (wasIdle) fixes.refresh([component]);
    },
    removed: (device: number, component: number, since: string, at: string): void => {
      if (logRemoved.run(at, device, component).changes === 0) logRemovedFirst.run(device, component, since, at);
      countDown(component);
    },
    /** When a present component came to a device; undefined: with its first inventory. */
    addedAt: (device: number, component: number): string | undefined => openLog.get(device, component)?.added_at,
    addedAtAll: (device: number): Map<number, string> =>
      new Map(openLogOf.all(device).map((row) => [row.component, row.added_at])),
    /** Adds the matches of a component that has none and that no device has yet. */
    addMatches: (component: number, hits: readonly Hit[], since: string): void => {
      for (const { adv, state, fixed } of hits) addMatch.run(component, adv, since, state, fixed);
      if (hits.length === 0) return;
      addLoad.run(component);
      fixes.add(component);
    },
    hasAdvisory: (adv: number): boolean => hasAdvisory.get(adv) !== undefined,
    addAdvisory: (row: JudgedAdvisory): void => {
      addAdvisory.run(
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
    openMatches: (components: readonly number[], limit: number) => openMatches.all(JSON.stringify(components), limit),
    someDevices: (devices: readonly number[]) => someDevices.all(JSON.stringify(devices)),
    /** The components that stand by themselves: their ecosystem, and what keeps them from being compared. */
    identities: (components: readonly number[]): ComponentIdentity[] => identities.all(JSON.stringify(components)),
    /** What components with open matches come to. */
    loadsOf: (components: readonly number[]): ComponentLoad[] => someLoads.all(JSON.stringify(components)),
    counts: () => counts.all(),
    /** What of the derived tables contradicts the matches. */
    derivedFaults: (): string[] => [...derivedFaults.all(), ...fixFaults(db)],
    /** The advisory snapshot in force (0 = none) and the one that the matches were made with. */
    snapshots: (): { snapshot: number; previous: number; matched: number } =>
      readState.get() ?? { snapshot: 0, previous: 0, matched: 0 },
  };
};

export type VulnerabilityStore = ReturnType<typeof vulnerabilityStore>;
