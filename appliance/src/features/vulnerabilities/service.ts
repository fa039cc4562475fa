import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import { ecosystemOf } from '@sallyport/bundle-tools/versions/ecosystem';
import type { Changed, SectionChanged } from '../../engine/changes/types.ts';
import type { EventService } from '../../engine/events/service.ts';
import type { InventoryService } from '../../engine/inventory/service.ts';
import { type Database, immediate, within } from '../../platform/database.ts';
import { allOf, type DeviceSet, numbersOf } from '../../platform/device-set.ts';
import { AppError } from '../../platform/errors.ts';
import { compareIds, idsOf, sortedIds } from '../../platform/id-array.ts';
import { devicesReached, type Scope } from '../../platform/scope.ts';
import type { Platform, SoftwareIdentity } from './component.ts';
import { componentOf, keyOfComponent, lacksSource, releaseOf } from './component.ts';
import { kindsLookedFor, uncoveredOf } from './coverage-queries.ts';
import { coverageOfDevices, ecosystemReads } from './covered-devices.ts';
import { controllerKnowledge } from './csaf-queries.ts';
import { decide } from './decision.ts';
import { findingLanguage } from './field-queries.ts';
import { parseFindingId } from './finding-list-queries.ts';
import type { SourceDecisions } from './fix-queries.ts';
import type { OpenAdvisory } from './group-queries.ts';
import { affectedFaults, componentHolders } from './holder-store.ts';
import { identityOf, platformOf } from './identity.ts';
import { itemComponents } from './item-components.ts';
import { findingQueriesIn } from './queries.ts';
import { rematchAll } from './rematch-store.ts';
import { rpmKeys } from './rpm-key-queries.ts';
import { buildSnapshot, dropSnapshots } from './snapshot-build-store.ts';
import { namingDamage, snapshotFaults } from './snapshot-damage-queries.ts';
import { presentSnapshot } from './snapshot-file-store.ts';
import { type SnapshotReader, snapshotFeeds, snapshotReaders } from './snapshot-queries.ts';
import { snapshotPath } from './snapshot-schema-store.ts';
import { sourceNames } from './source-name-queries.ts';
import { type VulnerabilityStore, vulnerabilityStore } from './store.ts';
import type {
  ControllerKnowledge,
  Coverage,
  Decision,
  DeviceFinding,
  EcosystemReads,
  FeedPart,
  FeedState,
  Finding,
  FindingCounts,
  FindingLoad,
  FindingQuery,
  FindingWhy,
  FixesAbout,
  FixNeeded,
  KeptDevice,
  RematchResult,
  Severity,
  SourceFix,
  Uncovered,
  UnjudgedPackage,
} from './types.ts';
import { worstOfDevices } from './worst-of-devices.ts';

type VulnerabilityParts = {
  readonly db: Database;
  readonly statePath: string;
  /** The folder `advisories/`. */
  readonly folder: string;
  readonly inventory: Pick<
    InventoryService,
    'section' | 'items' | 'memberIds' | 'attributeOf' | 'keptLists' | 'listSources' | 'deviceSetWith'
  >;
  readonly events: Pick<EventService, 'record'>;
  readonly changed: Changed;
  readonly clock: () => number;
  /** Whether Debian's published index has a package of this name. */
  readonly isIndexed: (name: string) => boolean;
  readonly leastRecords: () => number;
};

export type VulnerabilityService = EcosystemReads & {
  /** In the transaction of the change: only components never seen are matched. */
  onSectionChanged(changed: SectionChanged): void;
  /** What is derived of a device, to be put back by `putBack`. */
  keepOf(device: number): KeptDevice | null;
  /** Puts back what was kept, in place of what is derived now. */
  putBack(device: number, kept: KeptDevice | null): void;
  /** A device is gone for good. */
  forget(device: number): void;
  /** Matches everything against the snapshot in force; nothing is written where nothing changed. Not in a transaction. */
  rematch(): RematchResult;
  /** Makes `advisories/<number>.db` out of the one in force and the parts; only a commit puts it in force. */
  buildSnapshot(options: {
    readonly number: number;
    readonly parts: readonly FeedPart[];
    readonly capturedAt: string;
    readonly onProgress?: (advisories: number) => void;
  }): Promise<FeedState[]>;
  /** Looks again at devices whose agents do not name source packages: others may name them by now. */
  refreshSources(): void;
  /** The number of the snapshot in force; 0: there is none. */
  snapshot(): number;
  /** What snapshots say of controllers. */
  ofControllers: ControllerKnowledge;
  /** The position of each feed in a snapshot that is here. */
  feedsOf(number: number): FeedState[];
  /** Removes snapshots that are neither in force nor the ones before, and what a build left half-made. */
  tidySnapshots(): void;
  /** Whether the matches were made with another snapshot than the one in force: after a crash between the two. */
  isRematchDue(): boolean;
  /** The language that the list is asked in. */
  readonly language: typeof findingLanguage;
  list(query: FindingQuery): { rows: Finding[]; total: number; next?: string };
  /** The first by a part of what their advisory or package is called; not counted. */
  named(text: string, limit: number, scope: Scope): Finding[];
  /** With the devices in reach. Throws NOT_FOUND. */
  why(id: string, scope: Scope): FindingWhy;
  counts(scope: Scope): FindingCounts;
  /** The same without the devices, which are counted one by one. */
  tallies(scope: Scope): Omit<FindingCounts, 'devices'>;
  /** `scope`: whose devices each finding counts. */
  forDevice(device: number, scope: Scope): DeviceFinding[];
  /**
   * Packages of a device that cannot be judged: advisories are written about source packages, theirs is unknown,
   * and none is published under their own name.
   */
  unjudged(device: number): UnjudgedPackage[];
  /** Open findings per device, worst decision first; devices without are absent. */
  devices(): Map<number, { findings: number; worst: Decision; severity: Severity }>;
  /** The same for some devices, counted by decision; devices without are absent. Sees the caller's transaction. */
  loads(devices: readonly number[]): Map<number, FindingLoad>;
  /** By what some devices are judged, and what of each is not. Sees the caller's transaction. */
  coverage(devices: readonly number[]): Map<number, Coverage>;
  /** What of all devices no feed judges, that of most devices first. */
  uncovered(): Uncovered[];
  /** The devices that have an open finding by an advisory's id or one of its aliases. */
  devicesWith(advisory: string): DeviceSet;
  /** The devices with an open finding that a newer version of a source package would close. */
  devicesNeeding(ecosystem: string, source: string): DeviceSet;
  /** Open findings of some versions of the source packages with a name, the worst first; at most so many. */
  ofVersions(source: string, versions: readonly string[], asked: Asked): Finding[];
  /** Open findings of a source package on devices, the worst first; at most so many. */
  ofPackage(ecosystem: string, source: string, asked: Asked): Finding[];
  /** What a newer version of each source package would close on devices. */
  sourceFixes(scope: Scope, only?: FixesAbout): readonly SourceFix[];
  /** Advisories with open findings that no version closes. */
  advisoriesWithoutFix(scope: Scope): readonly OpenAdvisory[];
  /** The findings of each source package that a newer version closes, by decision. */
  sourceDecisions(): readonly SourceDecisions[];
  /** What closes findings of one package, each version that advisories name for itself. */
  fixesOf(ecosystem: string, source: string, scope: Scope): readonly FixNeeded[];
  /** How many devices have an open finding that a newer version would close, by the number of the package, of some or all. */
  devicesBySource(scope: Scope, sources?: readonly number[]): ReadonlyMap<number, number>;
  /** Whether a feed that is here names a package, in any ecosystem. */
  hasPackage(name: string): boolean;
  /** Whether software of a computer here, or a package that a feed names, is called so. */
  isPackage(name: string): boolean;
  /** The versions that feeds name of packages of this name, in any ecosystem. */
  versionsOf(name: string): string[];
  /** Counts that differ from what they count; for `doctor`. */
  verify(): string[];
  close(): void;
};

/** At most so many findings, on the devices in reach. */
type Asked = { scope: Scope; limit: number };

const later = (a: string, b: string): string => (a > b ? a : b);

const firstSeenOf = (store: VulnerabilityStore, device: number, finding: Finding): string => {
  const added = store.addedAt(device, finding.component) ?? store.device(device)?.since;
  return later(added ?? finding.since, finding.since);
};

const nothing = new Uint32Array();

/** Single findings in the journal, of one import or one report; the rest is in the lists. */
const maxNoted = 200;

/** Findings: derived from inventory and advisories, per component, fanned out to devices on read. */
export const vulnerabilityService = (parts: VulnerabilityParts): VulnerabilityService => {
  const { db, inventory, clock } = parts;
  const store = vulnerabilityStore(db);
  const ofItems = itemComponents(db, store);
  const holders = componentHolders(db, parts.inventory);
  const current = (): number => store.snapshots().snapshot;
  const snapshots = snapshotReaders(parts.folder, current);
  const keysAmong = rpmKeys(db);
  const withSources = sourceNames(db);
  const queries = findingQueriesIn({ statePath: parts.statePath, folder: parts.folder, current });

  const platformNow = (device: number): Platform | undefined => platformOf(inventory.section(device, 'platform'));

  const coverage = coverageOfDevices({
    store,
    isIndexed: parts.isIndexed,
    reader: snapshots.reader,
    platform: platformNow,
    unread: (devices) => inventory.keptLists('software', devices),
    sources: (devices) => inventory.listSources('software', devices),
    kindsLookedFor: kindsLookedFor(db),
    leastRecords: parts.leastRecords,
    clock,
  });

  const matchNew = (
    reader: SnapshotReader,
    id: number,
    component: Parameters<VulnerabilityStore['component']>[0],
    at: string,
  ): void => {
    const hits = reader.match({ ...component, key: keyOfComponent(component) });
    for (const { adv } of hits) {
      const facts = store.hasAdvisory(adv) ? undefined : reader.facts(adv);
      if (facts === undefined) continue;
      const { decision, inputs } = decide(facts.severity, facts.cvss ?? undefined, reader.threat(facts));
      store.addAdvisory({ ...facts, adv, decision, inputs: JSON.stringify(inputs) });
    }
    store.addMatches(id, hits, at);
  };

  /** Works out the components of items that have none yet under this release. */
  const newComponents = (items: readonly number[], platform: Platform | undefined, at: string): number[] => {
    const eco = platform === undefined ? null : ecosystemOf(platform);
    ofItems.noteMaking();
    const rows = inventory.items('software', items);
    const reported = rows.map(identityOf);
    const components: number[] = [];
    const reader = snapshots.reader();
    for (const [n, item] of withSources(reported, platform, eco).entries()) {
      const component = componentOf(item, platform);
      const found = component === undefined ? { id: 0, isNew: false } : store.component(component);
      if (reader !== undefined && component !== undefined && found.isNew) matchNew(reader, found.id, component, at);
      // What others say of its source may be another thing tomorrow.
      const isKnown = !lacksSource(reported[n] as SoftwareIdentity, platform);
      ofItems.set(rows[n]?.id ?? 0, releaseOf(platform), found.id, isKnown);
      components.push(found.id);
    }
    return components;
  };

  /** Of several kernels the running one decides: an older one does no harm, a newer one no good before the restart. */
  const judgedItems = (device: number): { items: Uint32Array; aside: number[] } => {
    const kernels = inventory.attributeOf(device, 'software', 'kernel');
    const items = inventory.memberIds(device, 'software');
    if (kernels.length === 0) return { items, aside: [] };
    const isAside = (n: number): boolean => kernels[n] === 'old' || kernels[n] === 'pending';
    return { items: items.filter((_, n) => !isAside(n)), aside: Array.from(items).filter((_, n) => isAside(n)) };
  };

  const unjudged = (device: number): UnjudgedPackage[] => {
    const platform = platformNow(device);
    const eco = platform === undefined ? null : ecosystemOf(platform);
    const reader = snapshots.reader();
    if (eco === null || reader === undefined) return [];
    const rows = inventory
      .items('software', Array.from(judgedItems(device).items))
      .filter((row) => lacksSource(identityOf(row), platform));
    return withSources(rows.map(identityOf), platform, eco).flatMap((item, n) =>
      !lacksSource(item, platform) || reader.names(eco, item.name)
        ? []
        : [{ item: rows[n]?.id ?? 0, name: item.name, version: item.version }],
    );
  };

  /** The components of a device's items, rising, and how many items have none. */
  const componentsOf = (device: number, items: Uint32Array, at: string): { now: Uint32Array; nameless: number } => {
    const platform = platformNow(device);
    const { components, unknown } = ofItems.known(items, releaseOf(platform));
    const all = unknown.length === 0 ? components : [...components, ...newComponents(unknown, platform, at)];
    const found = sortedIds(all);
    // 0 is none.
    if (found[0] !== 0) return { now: found, nameless: 0 };
    const nameless = all.filter((component) => component === 0).length;
    return { now: found.subarray(1), nameless: nameless - keysAmong(items) };
  };

  /** The inventory no longer shows it: that, and only that, closes a finding on a device. */
  const noteClosed = (device: number, removed: readonly number[]): void => {
    for (const { advisory, name } of store.openMatches(removed, maxNoted))
      parts.events.record('finding-closed', { device, params: { advisory, package: name } });
  };

  const updateDevice = (device: number): void => {
    const at = toTime(clock());
    const { items, aside } = judgedItems(device);
    holders.setAside(device, aside);
    const { now, nameless } = componentsOf(device, items, at);
    const before = store.device(device);
    if (!before) {
      if (items.length === 0) return;
      const open = store.countUp(now);
      store.fixesOf(nothing, now, open);
      holders.changed(device, now, open, nothing);
      store.noteChange(device, undefined, []);
      store.putDevice(device, at, now, nameless);
      return;
    }
    const held = idsOf(before.components);
    const { added, removed } = compareIds(held, now);
    if (added.length === 0 && removed.length === 0 && nameless === before.nameless) return;
    for (const component of added) store.added(device, component, at);
    for (const component of removed) store.removed(device, component, before.since, at);
    store.fixesOf(held, now, [...added, ...removed]);
    holders.changed(device, now, added, removed);
    store.noteChange(device, added, removed);
    noteClosed(device, removed);
    store.putDevice(device, before.since, now, nameless);
  };

  const deviceComponents = (device: number): Uint32Array => {
    const held = store.device(device);
    return held ? idsOf(held.components) : nothing;
  };

  const forget = (device: number): void => {
    const components = deviceComponents(device);
    for (const component of components) store.countDown(component);
    if (components.length > 0) store.fixesOf(components, nothing, Array.from(components));
    holders.setAside(device, []);
    holders.gone(device);
    if (components.length > 0) store.noteChange(device, [], undefined);
    store.dropDevice(device);
  };

  const inReach = (devices: DeviceSet, scope: Scope): DeviceSet => {
    const reached = devicesReached(db, scope);
    return reached === undefined ? devices : allOf([devices, reached]);
  };

  return {
    onSectionChanged: ({ device, collection }) => {
      if (collection === 'software' || collection === 'platform') within(db, () => updateDevice(device));
    },
    refreshSources: () => {
      store.dropItemComponents();
      for (const { device } of store.withoutSources()) immediate(db, () => updateDevice(device));
    },
    forget: (device) => immediate(db, () => forget(device)),
    keepOf: (device) => store.keepOf(device),
    putBack: (device, kept) =>
      immediate(db, () => {
        forget(device);
        if (kept === null) return;
        store.putBack(device, kept);
        const components = deviceComponents(device);
        const open = store.countUp(components);
        store.fixesOf(nothing, components, open);
        holders.changed(device, components, open, nothing);
        store.noteChange(device, undefined, []);
        holders.setAside(device, judgedItems(device).aside);
      }),
    rematch: () => {
      const { snapshot: number, matched } = store.snapshots();
      const path = presentSnapshot(parts.folder, number);
      if (path === undefined) return { opened: 0, closed: 0, changed: 0 };
      return namingDamage({ rematchAll }, () => path).rematchAll(db, {
        path,
        number,
        matched,
        at: toTime(clock()),
        isCurrent: () => current() === number,
        limit: maxNoted,
        note: (opened, closed) => {
          parts.changed('matched', [number]);
          for (const params of opened) parts.events.record('finding-opened', { params });
          for (const { advisory, package: name } of closed)
            parts.events.record('finding-closed', { params: { advisory, package: name } });
        },
      });
    },
    buildSnapshot: (options) => buildSnapshot({ ...options, folder: parts.folder, previous: current() }),
    snapshot: current,
    ofControllers: controllerKnowledge(parts.folder),
    feedsOf: (number) => snapshotFeeds(snapshotPath(parts.folder, number)),
    tidySnapshots: () => {
      const { snapshot, previous } = store.snapshots();
      dropSnapshots(parts.folder, new Set([snapshot, previous]));
    },
    isRematchDue: () => {
      const { snapshot, matched } = store.snapshots();
      return snapshot !== matched;
    },
    language: findingLanguage,
    list: (query) =>
      queries
        .of(query.scope)
        .list(query, query.device === undefined ? undefined : Array.from(deviceComponents(query.device))),
    named: (text, limit, scope) => queries.of(scope).named(text, limit),
    why: (id, scope) => {
      const { component, adv } = parseFindingId(id);
      const reached = queries.of(scope);
      const finding = reached.find(component, adv);
      const reader = snapshots.reader();
      const advisory = reader?.advisory(adv);
      if (!finding || !reader || !advisory) throw new AppError('NOT_FOUND', `there is no finding ${id}`);
      const named = { eco: finding.ecosystem, name: finding.package, version: finding.version };
      const evidence = reader.evidence(named, adv);
      const key = reached.key(component);
      return {
        finding,
        document: advisory.document,
        ...(key ? { key: key.toString('hex') } : {}),
        ranges: evidence.ranges.map((range) => ({
          lo: range.lo.toString('hex'),
          hi: range.hi.toString('hex'),
          ...defined({ fixed: range.fixed ?? undefined }),
          covers: key !== null && Buffer.compare(range.lo, key) <= 0 && Buffer.compare(range.hi, key) > 0,
          qualifier: {
            ...(range.arch && { arch: range.arch }),
            ...(range.module && { module: range.module }),
            ...(range.channel && { channel: range.channel }),
          },
        })),
        exact: evidence.exact,
        review: evidence.review.map((row) => ({
          introduced: row.introduced,
          fixed: row.fixed,
          lastAffected: row.last_affected,
        })),
        source: { name: advisory.feed, ...defined({ newest: advisory.newest ?? undefined }) },
        inputs: reached.inputs(adv),
        confidence: finding.verdict === 'affected' ? 'high' : 'low',
        devices: numbersOf(inReach(holders.of([component]), scope)).map((device) => ({
          device,
          firstSeen: firstSeenOf(store, device, finding),
        })),
      };
    },
    unjudged,
    hasPackage: (name) => snapshots.reader()?.hasPackage(name) ?? false,
    isPackage: (name) =>
      store.hasSoftware(name) || [name, name.toLowerCase()].some((one) => snapshots.reader()?.hasPackage(one) === true),
    versionsOf: (name) => snapshots.reader()?.versionsOf(name) ?? [],
    tallies: (scope) => queries.of(scope).counts(),
    counts: (scope) => ({ ...queries.of(scope).counts(), devices: holders.count(scope) }),
    forDevice: (device, scope) => {
      const components = Array.from(deviceComponents(device));
      const since = store.device(device)?.since;
      const added = store.addedAtAll(device);
      return queries
        .of(scope)
        .list({ scope, limit: 100_000 }, components)
        .rows.map((finding) => ({
          ...finding,
          device,
          firstSeen: later(added.get(finding.component) ?? since ?? finding.since, finding.since),
        }));
    },
    devices: () => worstOfDevices(store.devices(), queries.site.affectedLoads()),
    loads: (devices) => {
      const held = store
        .someDevices(devices)
        .map(({ device, components }) => ({ device, components: idsOf(components) }));
      const wanted = new Set<number>();
      for (const { components } of held) for (const component of components) wanted.add(component);
      const open = new Map(store.loadsOf([...wanted]).map((row) => [row.component, row]));
      const loads = new Map<number, FindingLoad>();
      for (const { device, components } of held) {
        const load = { findings: 0, act: 0, attend: 0, worst: null as number | null };
        for (const component of components) {
          const hit = open.get(component);
          if (hit === undefined) continue;
          load.findings += hit.findings;
          load.act += hit.act;
          load.attend += hit.attend;
          if (hit.worst !== null) load.worst = Math.min(load.worst ?? hit.worst, hit.worst);
        }
        if (load.findings > 0) loads.set(device, load);
      }
      return loads;
    },
    coverage,
    uncovered: uncoveredOf(db, coverage),
    ...ecosystemReads(snapshots.reader),
    devicesWith: (advisory) => holders.of(queries.site.componentsOf(advisory)),
    devicesNeeding: (ecosystem, source) => holders.of(queries.site.fixableComponents(ecosystem, source)),
    ofVersions: (source, versions, asked) =>
      queries.of(asked.scope).list(asked, queries.site.versionComponents(source, versions)).rows,
    ofPackage: (ecosystem, source, asked) =>
      queries.of(asked.scope).list(asked, queries.site.packageComponents(ecosystem, source)).rows,
    sourceFixes: (scope, only) => queries.of(scope).sourceFixes(only),
    advisoriesWithoutFix: (scope) => queries.of(scope).advisoriesWithoutFix(),
    sourceDecisions: queries.site.sourceDecisions,
    fixesOf: (ecosystem, source, scope) => queries.of(scope).fixesOf(ecosystem, source),
    devicesBySource: (scope, sources) => queries.of(scope).devicesBySource(sources),
    verify: () => {
      const counted = new Map<number, number>();
      for (const row of store.devices())
        for (const component of idsOf(row.components)) counted.set(component, (counted.get(component) ?? 0) + 1);
      const number = current();
      const missing = number > 0 ? snapshotFaults(snapshotPath(parts.folder, number)) : [];
      const wrong = store
        .counts()
        .filter(({ id, devices }) => devices !== (counted.get(id) ?? 0))
        .slice(0, 20)
        .map(({ id, devices }) => `component ${id} counts ${devices} devices, ${counted.get(id) ?? 0} have it`);
      return [...missing, ...wrong, ...store.derivedFaults(), ...affectedFaults(db)];
    },
    close: () => {
      snapshots.close();
      queries.close();
    },
  };
};
