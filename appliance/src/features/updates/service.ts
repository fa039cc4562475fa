import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { Update } from '@sallyport/bundle-tools/updates/update';
import type { Changed } from '../../engine/changes/types.ts';
import type { EventService } from '../../engine/events/service.ts';
import type { InventoryService, SectionRowOf } from '../../engine/inventory/service.ts';
import type { ObjectService } from '../../engine/objects/service.ts';
import { type Actor, byWhom, requireRight, scopeOf } from '../../engine/objects/types.ts';
import type { StoreService } from '../../engine/store/service.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { allOf, anyOf, countOf, type DeviceSet, numbersOf, setOf } from '../../platform/device-set.ts';
import { AppError, invalid } from '../../platform/errors.ts';
import { type FilterLanguage, filterLanguage } from '../../platform/filter/language.ts';
import type { Filter } from '../../platform/filter/types.ts';
import { compareKeys } from '../../platform/list/memory-list.ts';
import { devicesReached, type Scope, wholeSite } from '../../platform/scope.ts';
import type { VulnerabilityService } from '../vulnerabilities/service.ts';
import { applicability, devicePlatform, installedOf, type Needed, updateKeys } from './applicability.ts';
import { updateVocabulary } from './fields.ts';
import { followedBy, followedSystems, followRules } from './followed.ts';
import { type Entry, hasText, orderOf, searchedText, updateCounts, updatePage } from './listing.ts';
import { needIndex } from './need-index.ts';
import { needStore } from './need-store.ts';
import { type Need, needApprovals, needFinder, needItem, needsOf } from './needs.ts';
import { outdatedItems } from './outdated.ts';
import { UPDATE_DECISION, updateOverview, type World } from './overview.ts';
import { type TaskState, updateQueries } from './queries.ts';
import { replacedBy } from './replaced.ts';
import { type StoredUpdate, updateStore } from './store.ts';
import type {
  Approval,
  DeviceUpdate,
  Followed,
  FollowedSystem,
  UpdateCounts,
  UpdateFile,
  UpdateItem,
  UpdateListQuery,
  UpdateWant,
} from './types.ts';

type UpdateParts = {
  readonly db: Database;
  readonly inventory: Pick<InventoryService, 'list' | 'members' | 'section' | 'items' | 'memberIds'>;
  readonly objects: ObjectService;
  readonly events: EventService;
  readonly store: Pick<StoreService, 'has' | 'read'>;
  readonly vulnerabilities: Pick<
    VulnerabilityService,
    'sourceFixes' | 'fixesOf' | 'devicesBySource' | 'devicesNeeding'
  >;
  readonly changed: Changed;
};

type Concerned = Pick<UpdateItem, 'id' | 'kind' | 'ecosystem' | 'source'>;

type OnDevice = { device: number; installedVersion?: string; task?: TaskState };

export type UpdateService = {
  /** The language that the list is asked in. */
  readonly language: FilterLanguage;
  list(query: UpdateListQuery): { rows: UpdateItem[]; total: number; next?: string };
  counts(scope: Scope): UpdateCounts;
  /** `undecided` of the counts, without what findings ask for. */
  undecided(scope: Scope): number;
  /** `unfulfilled` of the counts. */
  missing(scope: Scope): number;
  /** Both, of the same moment. */
  listCounted(query: UpdateListQuery): { rows: UpdateItem[]; total: number; next?: string; counts: UpdateCounts };
  /** Throws NOT_FOUND. */
  get(id: string, scope: Scope): UpdateItem;
  /** The devices in reach that need it, rising. */
  needing(item: Concerned, scope: Scope): number[];
  /** Those and the ones that have an order for it, rising. */
  concerned(item: Concerned, scope: Scope): number[];
  /** What some devices have of it: the version that it would replace, the newest order. */
  onDevices(id: string, devices: readonly number[], scope: Scope): OnDevice[];
  /** All devices in reach that need it or have an order for it. */
  devicesOf(id: string, scope: Scope): OnDevice[];
  /** `scope`: whose findings and orders each update counts. */
  forDevice(device: number, scope: Scope): DeviceUpdate[];
  /** Whether a bundle brought a catalogue of updates: without one the need is unknown. */
  hasCatalogue(): boolean;
  /** How many updates each of some devices needs; devices that need none are absent, undefined: not looked at yet. */
  neededCounts(devices: readonly number[]): Map<number, number | undefined>;
  /**
   * How many devices in reach were not looked at since they or the catalogue changed; 0 where they are so few that answers look
   * at them. What lists and counts say of these is of the look before.
   */
  notLookedAt(scope: Scope, among?: ReadonlySet<number>): number;
  /** Approves; `acceptLicences` are digests of licence texts that the person has read. INVALID names what lacks. */
  approve(
    actor: Actor,
    ids: readonly string[],
    options?: { comment?: string; acceptLicences?: readonly string[] },
  ): void;
  decline(actor: Actor, ids: readonly string[], options?: { comment?: string }): void;
  /** Back to undefined. */
  clear(actor: Actor, ids: readonly string[], options?: { comment?: string }): void;
  licenceText(id: string): string | undefined;
  /** What the site wishes beyond "everything newer": for the request. */
  wants(): UpdateWant[];
  /**
   * Takes the next catalogue; in the transaction of a commit. What it neither lists nor replaces stays, with the date of the last
   * catalogue that had it. `back`: the catalogue is the one before, and what came after it goes.
   */
  applyCatalog(
    updates: readonly Update[],
    sizes: ReadonlyMap<string, number>,
    at: string,
    options?: { back?: boolean },
  ): void;
  /** For orders: the update with its files, whatever its state. */
  stored(id: string): StoredUpdate | undefined;
  /** Whether an update is approved now. */
  isApproved(id: string): boolean;
  /** Every update that is known, for the order of an installation. */
  catalog(): ReadonlyMap<string, StoredUpdate>;
  /** Notes devices whose software or platform changed. In the transaction of the change. */
  note(devices: readonly number[]): void;
  /** Looks at devices whose software or platform changed, or all after another catalogue; at most so many, how many they were. */
  settle(most: number): number;
  /** What devices follow, by their platform as reported; reads the rules of the site once. */
  followed(): (platform: SectionRowOf<'platform'> | undefined) => Followed | undefined;
  /** What the systems of the devices in reach follow. */
  followedSystems(scope: Scope): FollowedSystem[];
  /**
   * Decides what a system follows; without suites it is its distribution's own again. INVALID names what is wrong.
   */
  follow(actor: Actor, system: string, wanted?: { suites: readonly string[]; ownSources: boolean }): void;
  /** Another rule says what a system follows: every device is looked at again. In the transaction of the change. */
  rulesChanged(ids: readonly string[]): void;
  /** What is kept of who needs what and is not so; for `doctor`. */
  verify(): string[];
};

/** So many devices are looked at one by one for the version that they have. */
const lookedAtMost = 5_000;

const noUpdate = (id: string): AppError =>
  new AppError(
    'NOT_FOUND',
    `there is no update ${id.slice(0, 64)}`,
    {},
    {
      next: 'look it up on the page Updates or with sallyport update list',
    },
  );

/** Updates: approval decided, supply and installation derived. */
export const updateService = (parts: UpdateParts): UpdateService => {
  const { db, inventory, objects, events } = parts;
  const store = updateStore(db);
  const queries = updateQueries(db);
  const { neededBy, world, toItem, concerning, undecided } = updateOverview({
    inventory,
    objects,
    store: parts.store,
    vulnerabilities: parts.vulnerabilities,
    updates: store,
    queries,
  });

  const itemsOf = outdatedItems({ db, inventory, updates: store, rules: () => followRules(objects) });
  const needed = needIndex({
    db,
    store: needStore(db),
    version: store.version,
    isEmpty: store.isEmpty,
    needsOf: itemsOf,
    plain: () => new Map([...neededBy(store.all())].map(([id, devices]) => [id, devices.keys()])),
    secured: (devices) => parts.changed('security-updates', devices),
  });

  /**
   * What concerns the devices in reach: updates of the catalogue, and what findings ask for beyond it. `filter`: of what it does not
   * find some is left out, since a search need not make what its text is not in.
   */
  const everything = (scope: Scope, filter?: Filter): { now: World; entries: Entry[] } => {
    const updates = store.all();
    const text = searchedText(filter);
    const some = text === undefined ? updates : updates.filter(({ update }) => hasText(update, text));
    const packages = some.map(({ update }) => update.source);
    const fixes = text === undefined ? undefined : parts.vulnerabilities.sourceFixes(scope, { text, packages });
    const now = world(updates, scope, fixes);
    return { now, entries: [...concerning(some, now, needed.counts(scope)), ...needsOf(updates, now)] };
  };

  const devicesOfNeeds = (scope: Scope, needs?: readonly Need[]): ReadonlyMap<number, number> =>
    needs?.length === 0
      ? new Map()
      : parts.vulnerabilities.devicesBySource(
          scope,
          needs?.map(({ fix }) => fix.number),
        );

  const inReach = (devices: DeviceSet, scope: Scope): DeviceSet => {
    const reached = devicesReached(db, scope);
    return reached === undefined ? devices : allOf([devices, reached]);
  };

  const pageOf = ({ now, entries }: ReturnType<typeof everything>, query: UpdateListQuery) =>
    updatePage(entries, query, {
      needApproval: needApprovals(now),
      devicesOf: (needs) => devicesOfNeeds(query.scope, needs),
      toItem: (need, devices) => needItem(need, devices, now),
    });

  /** To make items of some updates: what findings ask for of other packages is not read. */
  const worldOf = (some: readonly StoredUpdate[], updates: readonly StoredUpdate[], scope: Scope): World => {
    const packages = some.map(({ update }) => update);
    return world(updates, scope, parts.vulnerabilities.sourceFixes(scope, packages));
  };

  const get = (id: string, scope: Scope): UpdateItem => {
    const updates = store.all();
    const listed = updates.find(({ update }) => update.id === id);
    const stored = listed ?? store.find(id);
    if (stored) {
      const now = worldOf([stored], listed ? updates : [...updates, stored], scope);
      return toItem(stored, countOf(needed.devices(id, scope)), now);
    }
    const now = world(updates, scope);
    const need = needFinder(updates, now)(id);
    if (!need) throw noUpdate(id);
    return needItem(need, devicesOfNeeds(scope, [need]).get(need.fix.number) ?? 0, now);
  };

  const needing: UpdateService['needing'] = (item, scope) =>
    numbersOf(
      item.kind === 'need'
        ? inReach(parts.vulnerabilities.devicesNeeding(item.ecosystem, item.source), scope)
        : needed.devices(item.id, scope),
    );

  const concerned: UpdateService['concerned'] = (item, scope) => {
    const ordered = queries.tasksOfUpdate(item.id, scope);
    const found = needing(item, scope);
    return ordered.size === 0 ? found : numbersOf(anyOf([setOf(found), setOf([...ordered.keys()])]));
  };

  const onDevices = (id: string, devices: readonly number[], scope: Scope): OnDevice[] => {
    const all = devices.length > lookedAtMost ? neededBy(store.all()).get(id) : undefined;
    const tasks = queries.tasksOfUpdate(id, scope);
    const versionOf = (device: number): string | undefined => {
      if (devices.length > lookedAtMost) return all?.get(device)?.installed.version;
      const item = itemsOf(device).get(id);
      const [row] = item === undefined ? [] : inventory.items('software', [item]);
      return row && installedOf(row).version;
    };
    return devices.map((device) => {
      const installed = versionOf(device);
      const task = tasks.get(device);
      return {
        device,
        ...defined({ installedVersion: installed, task }),
      };
    });
  };

  const decide = (
    actor: Actor,
    ids: readonly string[],
    approval: Approval,
    event: 'update-approved' | 'update-declined' | 'update-approval-cleared',
    options: { comment?: string; acceptLicences?: readonly string[] },
  ): void => {
    requireRight(actor, 'updates:write');
    immediate(db, () => {
      const updates = store.all();
      const now = world(updates, scopeOf(actor, 'updates:write'));
      const findNeed = needFinder(updates, now);
      for (const id of new Set(ids)) {
        const stored = updates.find(({ update }) => update.id === id) ?? store.find(id);
        const need = stored === undefined ? findNeed(id) : undefined;
        if (stored === undefined && need === undefined) throw noUpdate(id);
        const item = stored ? toItem(stored, 0, now) : needItem(need as Need, 0, now);
        const accepts = item.licence !== undefined && options.acceptLicences?.includes(item.licence);
        if (approval === 'approved' && !item.licenceAccepted && !accepts)
          throw invalid({ licence: { key: 'validation.licence', params: { update: `${item.name} ${item.version}` } } });
        const name = `${item.name} ${item.version}`.slice(0, 300);
        objects.put(
          actor,
          UPDATE_DECISION,
          id,
          {
            name,
            approval,
            ...defined({ comment: options.comment }),
            ...(approval === 'approved' && accepts && item.licence !== undefined
              ? { acceptedLicence: item.licence }
              : {}),
          },
          options.comment === undefined ? {} : { comment: options.comment },
        );
        events.record(event, {
          ...byWhom(actor),
          params: { update: name },
        });
      }
    });
  };

  const deviceUpdate = (item: UpdateItem, needed: Needed | undefined, task: TaskState | undefined): DeviceUpdate => ({
    update: item,
    ...(needed ? { installedVersion: needed.installed.version } : {}),
    isNeeded: needed !== undefined,
    ...(task && task.state !== 'skipped'
      ? {
          installation: task.state,
          deployment: task.deployment,
          at: task.at,
          ...defined({ code: task.reason ?? undefined }),
        }
      : {}),
  });

  return {
    language: filterLanguage({ vocabulary: updateVocabulary }),
    list: (query) => pageOf(everything(query.scope, query.filter), query),
    listCounted: (query) => {
      const found = everything(query.scope);
      return { ...pageOf(found, query), counts: updateCounts(found.entries) };
    },
    counts: (scope) => updateCounts(everything(scope).entries),
    missing: (scope) => (queries.unfulfilled().size === 0 ? 0 : updateCounts(everything(scope).entries).unfulfilled),
    undecided: (scope) => {
      const waiting = undecided(store.all());
      if (waiting.length === 0) return 0;
      const counts = needed.counts(scope);
      const unneeded = waiting.filter(({ id, isDecidedAbout }) => !isDecidedAbout && !counts.has(id));
      // Orders are read where an update that no device needs waits.
      const tasks = unneeded.length === 0 ? undefined : queries.tasks(scope);
      return waiting.length - unneeded.filter(({ id }) => tasks?.has(id) !== true).length;
    },
    get,
    needing,
    concerned,
    onDevices,
    devicesOf: (id, scope) => onDevices(id, concerned(get(id, scope), scope), scope),
    forDevice: (device, scope) => {
      const updates = store.all();
      const lookup = applicability(updates);
      const platform = devicePlatform(inventory.section(device, 'platform'), followRules(objects));
      const needed = new Map<string, Needed>();
      for (const row of inventory.section(device, 'software')) {
        const found = lookup.needed(installedOf(row), platform);
        if (found) needed.set(found.update.update.id, found);
      }
      const tasks = queries.tasksOf(device, scope);
      const some = updates.filter(({ update }) => needed.has(update.id) || tasks.has(update.id));
      const now = worldOf(some, updates, scope);
      return some
        .map((stored) =>
          deviceUpdate(
            toItem(stored, needed.has(stored.update.id) ? 1 : 0, now),
            needed.get(stored.update.id),
            tasks.get(stored.update.id)?.get(device),
          ),
        )
        .sort((a, b) => Number(orderOf(a.update, 'decision')) - Number(orderOf(b.update, 'decision')));
    },
    hasCatalogue: () => store.catalogueAt() !== null,
    neededCounts: needed.countsOf,
    notLookedAt: needed.notLookedAt,
    note: needed.note,
    settle: needed.settle,
    verify: needed.verify,
    approve: (actor, ids, options = {}) => decide(actor, ids, 'approved', 'update-approved', options),
    decline: (actor, ids, options = {}) => decide(actor, ids, 'declined', 'update-declined', options),
    clear: (actor, ids, options = {}) => decide(actor, ids, 'undefined', 'update-approval-cleared', options),
    licenceText: (id) => {
      const licence = store.find(id)?.update.licence;
      if (licence === undefined || !parts.store.has(licence)) return undefined;
      return Buffer.from(parts.store.read(licence, 1024 * 1024))
        .toString('utf8')
        .toWellFormed();
    },
    wants: () => {
      const updates = store.all();
      const now = world(updates, wholeSite('job'));
      const approvalOf = needApprovals(now);
      const wants: UpdateWant[] = needsOf(updates, now)
        .filter((need) => approvalOf(need) !== 'declined')
        .sort((a, b) => compareKeys([a.fix.ecosystem, a.fix.source], [b.fix.ecosystem, b.fix.source]))
        .map(({ fix }) => ({
          kind: 'update',
          id: `${fix.ecosystem}/${fix.source}`,
          min: fix.fixed,
          priority: fix.decision,
        }));
      for (const stored of updates) {
        if (now.decisions.get(stored.update.id)?.approval !== 'approved' || !stored.inCatalog) continue;
        for (const file of stored.files)
          if (!parts.store.has(file.sha256)) wants.push({ kind: 'object', id: file.sha256 });
      }
      return wants;
    },
    applyCatalog: (updates, sizes, at, options = {}) => {
      // What was here before the first catalogue is of none.
      const before = store.catalogueAt() ?? at;
      store.noteCatalogue(at);
      const isReplaced = replacedBy(updates);
      const listed = new Set(updates.map((update) => update.id));
      for (const { update, asOf } of store.offered()) {
        if (listed.has(update.id)) continue;
        const isOfLast = asOf === null;
        if (isReplaced(update) || (isOfLast && options.back === true)) store.unlist(update.id);
        else if (isOfLast) store.age(update.id, before);
      }
      for (const update of updates) {
        const files: UpdateFile[] = update.files.map((sha256) => ({ sha256, sizeBytes: sizes.get(sha256) ?? 0 }));
        store.put(update, updateKeys({ ...update }), files, at);
      }
    },
    followed: () => {
      const rules = followRules(objects);
      return (platform) => followedBy(platform, rules);
    },
    followedSystems: (scope) => followedSystems(inventory, followRules(objects), scope),
    follow: (actor, system, wanted) => {
      requireRight(actor, 'updates:write');
      immediate(db, () => {
        const held = objects.findBy('followed-suites', 'system', system);
        if (wanted === undefined) {
          if (held !== undefined) objects.remove(actor, 'followed-suites', held.id);
        } else if (held === undefined) objects.create(actor, 'followed-suites', { system, ...wanted });
        else objects.update(actor, 'followed-suites', held.id, wanted);
      });
    },
    rulesChanged: (ids) => {
      if (ids.length > 0) store.changed();
    },
    stored: store.find,
    isApproved: (id) => objects.find(UPDATE_DECISION, id)?.body['approval'] === 'approved',
    catalog: () => new Map(store.all().map((stored) => [stored.update.id, stored])),
  };
};
