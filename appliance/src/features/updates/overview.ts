import { defined } from '@sallyport/bundle-tools/platform/defined';
import { keyFor } from '@sallyport/bundle-tools/versions/scheme';
import type { InventoryService } from '../../engine/inventory/service.ts';
import type { ObjectService } from '../../engine/objects/service.ts';
import type { StoreService } from '../../engine/store/service.ts';
import type { Scope } from '../../platform/scope.ts';
import type { VulnerabilityService } from '../vulnerabilities/service.ts';
import { type Decision, type FixNeeded, SEVERITIES, type SourceFix } from '../vulnerabilities/types.ts';
import { allSoftware, applicability, type DevicePlatform, devicePlatform, type Needed } from './applicability.ts';
import { followRules } from './followed.ts';
import type { TaskState, UpdateQueries } from './queries.ts';
import type { StoredUpdate, UpdateStore } from './store.ts';
import type { Approval, Installation, Supply, UpdateItem } from './types.ts';

// What is derived about updates, worked out anew for each call: nothing here is stored or kept.

export const UPDATE_DECISION = 'update-decision';

export const DECISION_RANK: Readonly<Record<Decision, number>> = { act: 0, attend: 1, 'track-star': 2, track: 3 };

type DecisionBody = { approval?: Approval; acceptedLicence?: string };

/** The state of everything that supply and approval are derived from, read once per call. */
export type World = {
  readonly decisions: ReadonlyMap<string, DecisionBody>;
  readonly requested: ReadonlySet<string>;
  readonly unfulfilled: ReadonlyMap<string, string>;
  readonly superseded: ReadonlyMap<string, string>;
  readonly fixes: readonly SourceFix[];
  readonly fixOf: (ecosystem: string, source: string) => SourceFix | undefined;
  readonly tasks: ReadonlyMap<string, ReadonlyMap<number, TaskState>>;
  readonly hasOpenRequest: boolean;
  /** Whose findings and orders these are. */
  readonly scope: Scope;
};

type OverviewParts = {
  readonly inventory: Pick<InventoryService, 'list' | 'members' | 'section'>;
  readonly objects: ObjectService;
  readonly store: Pick<StoreService, 'has'>;
  readonly vulnerabilities: Pick<VulnerabilityService, 'sourceFixes' | 'fixesOf'>;
  readonly updates: UpdateStore;
  readonly queries: UpdateQueries;
};

/** By what the fixes of a source package are found. */
export const sourceName = (ecosystem: string, source: string): string => `${ecosystem}\0${source}`;

const isWorse = (fix: FixNeeded, than: FixNeeded): boolean =>
  (DECISION_RANK[fix.decision] - DECISION_RANK[than.decision] ||
    SEVERITIES.indexOf(fix.severity) - SEVERITIES.indexOf(than.severity)) < 0;

/** What findings come to: their number, the worst decision and the worst severity of those. */
const summed = (fixes: readonly FixNeeded[]): Pick<UpdateItem, 'findings' | 'decision' | 'severity'> => {
  const [first, ...rest] = fixes;
  if (!first) return { findings: 0 };
  const { decision, severity } = rest.reduce((worst, fix) => (isWorse(fix, worst) ? fix : worst), first);
  return { findings: fixes.reduce((sum, fix) => sum + fix.findings, 0), decision, severity };
};

/** Derives supply, need and the worst finding of each update. */
export const updateOverview = (parts: OverviewParts) => {
  const { inventory, objects, queries } = parts;

  const decisions = (): Map<string, DecisionBody> => {
    const found = new Map<string, DecisionBody>();
    let after: string | undefined;
    do {
      const page = objects.list({ kind: UPDATE_DECISION, limit: 1000, ...defined({ after }) });
      for (const object of page.rows) found.set(object.id, object.body as DecisionBody);
      after = page.next;
    } while (after !== undefined);
    return found;
  };

  /** Per update id: the devices that need it, with what they have, read from the software of every device. */
  const neededBy = (updates: readonly StoredUpdate[]): Map<string, Map<number, Needed>> => {
    // Without a catalogue no update is needed, and no software has to be read.
    if (!updates.some(({ inCatalog }) => inCatalog)) return new Map();
    const lookup = applicability(updates);
    const rules = followRules(objects);
    const software = allSoftware(inventory);
    const found = new Map<string, Map<number, Needed>>();
    // An item needs the same on every device of one platform: millions of packages are some ten thousand questions.
    const answers = new Map<string, (Needed | null)[]>();
    const ask = (item: number, platform: DevicePlatform | undefined): Needed | null => {
      const installed = software.get(item);
      return (installed && lookup.needed(installed, platform)) ?? null;
    };
    for (const { device, items } of inventory.members('software')) {
      // Kept for the undo of a merge.
      if (device < 0) continue;
      const platform = devicePlatform(inventory.section(device, 'platform'), rules);
      const key = JSON.stringify(platform ?? null);
      const known = answers.get(key) ?? [];
      answers.set(key, known);
      for (const item of items) {
        let needed = known[item];
        if (needed === undefined) {
          needed = ask(item, platform);
          known[item] = needed;
        }
        if (needed === null) continue;
        const devices = found.get(needed.update.update.id) ?? new Map<number, Needed>();
        devices.set(device, needed);
        found.set(needed.update.update.id, devices);
      }
    }
    return found;
  };

  /** The open findings that a version of a source package closes. */
  const closedBy = (
    { ecosystem, source }: StoredUpdate['update'],
    sourceKey: Uint8Array | null,
    world: World,
  ): ReturnType<typeof summed> => {
    const fix = world.fixOf(ecosystem, source);
    if (fix === undefined || sourceKey === null) return { findings: 0 };
    const isReached = (fixed: string): boolean => {
      const key = keyFor(ecosystem, fixed);
      return key !== null && Buffer.compare(key, sourceKey) <= 0;
    };
    if (fix.unkeyed === 0 && isReached(fix.fixed))
      return { findings: fix.findings, decision: fix.decision, severity: fix.severity };
    return summed(
      parts.vulnerabilities.fixesOf(ecosystem, source, world.scope).filter(({ fixed }) => isReached(fixed)),
    );
  };

  const supersededBy = (updates: readonly StoredUpdate[]): Map<string, string> => {
    const result = new Map<string, string>();
    const groups = new Map<string, StoredUpdate[]>();
    for (const update of updates) {
      if (!update.inCatalog) continue;
      for (const id of update.update.supersedes) result.set(id, update.update.id);
      const { ecosystem, name, arch, suites } = update.update;
      const key = JSON.stringify([ecosystem, name, arch, suites]);
      groups.set(key, [...(groups.get(key) ?? []), update]);
    }
    for (const group of groups.values()) {
      const top = group.reduce((best, one) =>
        one.key && best.key && Buffer.compare(one.key, best.key) > 0 ? one : best,
      );
      for (const one of group)
        if (one !== top && one.key && top.key && Buffer.compare(top.key, one.key) > 0)
          result.set(one.update.id, top.update.id);
    }
    return result;
  };

  const installationCounts = (tasks: ReadonlyMap<number, TaskState> | undefined): UpdateItem['installation'] => {
    const counts: Partial<Record<Installation, number>> = {};
    for (const { state } of tasks?.values() ?? []) if (state !== 'skipped') counts[state] = (counts[state] ?? 0) + 1;
    return counts;
  };

  const hasArrived = ({ files }: StoredUpdate): boolean =>
    files.length > 0 && files.every((file) => parts.store.has(file.sha256));

  /** Updates that are here and wait for a decision, with whether something else was decided about each. */
  const undecided = (updates: readonly StoredUpdate[]): { id: string; isDecidedAbout: boolean }[] => {
    const superseded = supersededBy(updates);
    const decided = decisions();
    return updates
      .filter((one) => one.inCatalog && !superseded.has(one.update.id) && hasArrived(one))
      .map(({ update }) => ({ id: update.id, decision: decided.get(update.id) }))
      .filter(({ decision }) => (decision?.approval ?? 'undefined') === 'undefined')
      .map(({ id, decision }) => ({ id, isDecidedAbout: decision !== undefined }));
  };

  const supplyOf = (stored: StoredUpdate, world: World): { supply: Supply; reason?: string } => {
    const { id, ecosystem, source, suites, arch } = stored.update;
    if (world.superseded.has(id) || !stored.inCatalog) return { supply: 'superseded' };
    if (hasArrived(stored)) return { supply: 'arrived' };
    const wants = [
      `update\0${ecosystem}/${source}`,
      ...stored.files.map((file) => `object\0${file.sha256}`),
      // No source has the suite that it came from any more.
      ...(stored.asOf === undefined ? [] : suites.map((suite) => `suite\0${ecosystem} ${arch}/${suite}`)),
    ];
    const reason = wants.map((want) => world.unfulfilled.get(want)).find((found) => found !== undefined);
    // A platform's "everything newer" is in every request and covers it.
    if (world.hasOpenRequest) return { supply: 'requested' };
    return reason === undefined ? { supply: 'needed' } : { supply: 'unfulfilled', reason };
  };

  const toItem = (stored: StoredUpdate, devices: number, world: World): UpdateItem => {
    const { update } = stored;
    const decided = world.decisions.get(update.id);
    const by = world.superseded.get(update.id);
    return {
      id: update.id,
      kind: 'catalog',
      name: update.name,
      version: update.version,
      ...defined({ title: update.title }),
      purl: update.purl,
      arch: update.arch,
      ecosystem: update.ecosystem,
      source: update.source,
      sourceVersion: update.source_version,
      suites: update.suites,
      security: update.security,
      signer: update.signer,
      ...defined({ licence: update.licence }),
      licenceAccepted: update.licence === undefined || decided?.acceptedLicence === update.licence,
      depends: update.depends,
      supersedes: update.supersedes,
      ...defined({ supersededBy: by }),
      files: stored.files,
      sizeBytes: stored.files.reduce((sum, file) => sum + file.sizeBytes, 0),
      approval: decided?.approval ?? 'undefined',
      ...supplyOf(stored, world),
      devices,
      installation: installationCounts(world.tasks.get(update.id)),
      ...closedBy(update, stored.sourceKey, world),
      firstSeenAt: stored.firstSeenAt,
      ...defined({ asOf: stored.asOf }),
    };
  };

  /** Finds fixes by package: those of the packages of some updates, which are few of all. */
  const byName = (updates: readonly StoredUpdate[], fixes: readonly SourceFix[]): World['fixOf'] => {
    let found: Map<string, SourceFix> | undefined;
    return (ecosystem, source) => {
      if (found === undefined) {
        const sources = new Set(updates.map(({ update }) => update.source));
        const ofThese = fixes.filter((fix) => sources.has(fix.source));
        found = new Map(ofThese.map((fix) => [sourceName(fix.ecosystem, fix.source), fix]));
      }
      return found.get(sourceName(ecosystem, source));
    };
  };

  const world = (
    updates: readonly StoredUpdate[],
    scope: Scope,
    fixes = parts.vulnerabilities.sourceFixes(scope),
  ): World => ({
    scope,
    decisions: decisions(),
    requested: queries.requested(),
    unfulfilled: queries.unfulfilled(),
    superseded: supersededBy(updates),
    fixes,
    fixOf: byName(updates, fixes),
    tasks: queries.tasks(scope),
    hasOpenRequest: queries.hasOpenRequest(),
  });

  /** What of the catalogue concerns who asks: needed by a device, ordered or decided. */
  const concerning = (
    updates: readonly StoredUpdate[],
    now: World,
    needed: ReadonlyMap<string, number>,
  ): UpdateItem[] =>
    updates
      .filter(({ update }) => needed.has(update.id) || now.tasks.has(update.id) || now.decisions.has(update.id))
      .map((stored) => toItem(stored, needed.get(stored.update.id) ?? 0, now));

  return { neededBy, world, toItem, concerning, undecided };
};
