import { resolve } from 'node:path';
import { limits } from '@sallyport/bundle-tools/documents/limits';
import type { ReceiptPredicate } from '@sallyport/bundle-tools/documents/receipt';
import type { DrawnRole } from '@sallyport/bundle-tools/host/trust-drawing';
import { fingerprintOf, type SigningKey, signBytes } from '@sallyport/bundle-tools/trust/keys';
import type { EventService } from '../../engine/events/service.ts';
import type { InventoryService } from '../../engine/inventory/service.ts';
import type { ObjectService } from '../../engine/objects/service.ts';
import { type Actor, byWhom, type Right, requireDecider } from '../../engine/objects/types.ts';
import type { StoreService } from '../../engine/store/service.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import type { Keyring } from '../../platform/keyring.ts';
import type { SiteClock } from '../../platform/site-clock.ts';
import { atOnce, oneAtATime } from '../../platform/steps.ts';
import type { Approvable, ApprovalGate, Hindrance } from '../accounts/types.ts';
import type { ControllerFirmware } from '../controller-firmware/service.ts';
import type { ControllersForExchange } from '../controllers/types.ts';
import type { Device } from '../devices/types.ts';
import type { UpdateService } from '../updates/service.ts';
import type { VulnerabilityService } from '../vulnerabilities/service.ts';
import type { Knowledge } from '../vulnerabilities/types.ts';
import { catalogueQueries } from './catalogue-queries.ts';
import {
  agreeTime,
  type ClockAgreement,
  type ClockParts,
  type ClockView,
  clockView,
  confirmTime,
  type DoubtfulTime,
  firstFloor,
  noteTime,
  previewAgreement,
} from './clock.ts';
import { type ClockBack, type ClockBackAsked, clockBack } from './clock-back.ts';
import { type CollectParts, listUnreferenced, removeUnreferenced } from './collect.ts';
import { siteIdentities } from './identities.ts';
import { takeImportLock } from './import-lock.ts';
import { runImport } from './importer.ts';
import type { ImporterParts } from './importer-parts.ts';
import { type KeyDate, keyDates, noteKeyDates, trustRoles } from './key-dates.ts';
import { readSiteKeys } from './keys.ts';
import { feedAges, noteStaleFeeds } from './knowledge.ts';
import { KNOWS_NOTHING, scanForLeaks } from './leak-scan.ts';
import { publicNames } from './public-names.ts';
import { appliedQueries } from './queries.ts';
import { checkReason } from './reason.ts';
import { type ChainVerdict, type OpenedReceipt, openKept, verifyingChain } from './receipt-chain.ts';
import { type ExportedReceipts, writeReceipts } from './receipt-export.ts';
import { operatorOf } from './receipts.ts';
import { type Recovered, recoverImports } from './recover.ts';
import { type BuiltRequest, buildRequest, requireState } from './request-builder.ts';
import { requestContent } from './request-content.ts';
import { groupText } from './request-groups.ts';
import { writeRequest } from './request-writer.ts';
import { type InventoryRevert, previewRevert, revertInventory } from './revert-inventory.ts';
import { currentCard, type ExportedCard } from './site-card.ts';
import { exchangeState } from './state-view.ts';
import { exchangeStore } from './store.ts';
import { importTrust, readTrustFile, type TrustFile } from './trust-import.ts';
import type {
  ExchangeState,
  ExportedRequest,
  ExportReport,
  ImportOptions,
  ImportResult,
  ImportRow,
  OverdueRequest,
  ReceiptRow,
  RequestPreview,
  ScanObjects,
  TrustRole,
  UnfulfilledRow,
} from './types.ts';
import { shownUnfulfilled } from './unfulfilled.ts';
import { type Unreferenced, unreferencedStore } from './unreferenced-store.ts';
import { type WaitingBundle, waitingStore } from './waiting-store.ts';

type ExchangeParts = {
  readonly db: Database;
  readonly keyring: Keyring;
  readonly events: EventService;
  readonly objects: ObjectService;
  readonly inventory: InventoryService;
  /** What findings on controllers ask for, without naming one. */
  readonly firmware: Pick<ControllerFirmware, 'wants'>;
  readonly store: StoreService;
  readonly vulnerabilities: VulnerabilityService;
  readonly updates: UpdateService;
  /** Whether the shipped list has a whole name: see public-names.ts. */
  readonly isPublicName: (name: string) => boolean;
  readonly paths: { readonly data: string; readonly staging: string };
  readonly devices: () => Iterable<Device>;
  /** Digests that tasks under way will ask for. */
  readonly inUse: () => Iterable<string>;
  /** Public keys of the device CA, base64, for the site card. */
  readonly deviceCa: () => readonly string[];
  readonly clock: () => number;
  readonly time: SiteClock;
  readonly gate: ApprovalGate;
  readonly endingBetween: ClockParts['endingBetween'];
  /** When this release was built; absent where sources run. */
  readonly releasedAt?: string | undefined;
  readonly controllers?: ControllersForExchange;
  /** Looks at what a bundle needs before it comes into force. */
  readonly scan?: ScanObjects;
  readonly approvals?: ImporterParts['approvals'];
  readonly onCatalogue?: ImporterParts['onCatalogue'];
};

export type ExchangeService = {
  /** For `init`: the row that everything else of the exchange needs. Harmless when repeated. */
  initialise(site: string, name: string, clock: { systemTime: string; isConfirmed: boolean }): void;
  state(): ExchangeState;
  siteCard(actor: Actor): ExportedCard;
  /** With what the site signs; throws KEY. */
  signingKey(): SigningKey;
  readTrust(path: string): Promise<TrustFile>;
  /** `fingerprint` is what a person has compared, in any writing. */
  importTrust(
    actor: Actor,
    path: string,
    fingerprint: string,
    /** Lets another root take the place of the one in force. */
    replaceReason?: string,
  ): Promise<{ trust: TrustFile; result: ImportResult }>;
  /** What would leave, or the text of one group of it; writes nothing and uses no number. NOT_FOUND for no group. */
  preview(group?: string): RequestPreview;
  /** `volumes`: ask for the missing volumes of waiting bundles again, instead of a new bundle. */
  exportRequest(
    actor: Actor,
    folder: string,
    options?: { volumes?: boolean; onProgress?: (report: ExportReport) => void },
  ): ExportedRequest;
  /** A dry run for anybody who may read: what the bundle is and would change, or its refusal. */
  inspect(path: string | readonly string[]): Promise<ImportResult>;
  /** The paths are files, folders or media with volumes of one bundle. */
  importBundle(actor: Actor, path: string | readonly string[], options?: ImportOptions): Promise<ImportResult>;
  /** Bundles of which volumes are still missing, the oldest first. */
  waiting(): WaitingBundle[];
  /** Gives a waiting bundle up; what it brought may then be collected. Throws NOT_FOUND. */
  forgetWaiting(actor: Actor, bundleId: string): void;
  /** Stage one of garbage collection: what nothing refers to; noted, and nothing removed. */
  unreferenced(): Unreferenced[];
  /** Stage two: removes what was listed at least `minAgeMs` ago. Throws BUSY while a bundle is imported. */
  collect(actor: Actor, minAgeMs?: number): Unreferenced[];
  imports(query: { before?: number; limit: number }): ImportRow[];
  import(id: number): ImportRow | undefined;
  receipts(query: { before?: number; limit: number }): { rows: ReceiptRow[]; total: number };
  /** The receipt of a bundle's import; undefined when it was not imported. */
  importedWith(bundleId: string): number | undefined;
  /** With the signed statement, opened; throws NOT_FOUND, CHAIN_BROKEN. */
  receipt(number: number): OpenedReceipt;
  /** Writes receipts to `receipts/` of a medium: those that the host has not confirmed, or all. */
  exportReceipts(actor: Actor, folder: string, options?: { all?: boolean }): ExportedReceipts;
  /** Verifies the chain of receipts: signatures, numbers, links. For `doctor`. */
  /** The signature of the site's own key over bytes, and its public half. */
  signAsSite(bytes: Uint8Array): { signature: Uint8Array; publicKey: Uint8Array };
  /** Fingerprint of that key. */
  signedBy(): string;
  verifyReceipts(): ChainVerdict;
  /** The same on a thread that others wait for: in short turns, once at a time. */
  verifyReceiptsInTurns(): Promise<ChainVerdict>;
  /** What does not fit together, as sentences; for `doctor`. `isQuiet`: no server runs, so nothing may be half-done. */
  verify(context: { isQuiet: boolean }): string[];
  knowledge(): Knowledge[];
  /** Requests without an answer for longer than advisories may be old: what they asked for is too old as well. */
  overdue(): OverdueRequest[];
  /** What the last answer could not bring. */
  unfulfilled(): UnfulfilledRow[];
  /** An event for each feed that is older than the site's limit; for the daily check. Returns how many. */
  noteStale(): number;
  /** Files of the trust chain that run out, the soonest first. */
  keyDates(): KeyDate[];
  /** An event for each step that a key date has passed without an event; for the daily check. Returns how many. */
  noteKeyDates(): number;
  /** Who holds which key, for drawing; undefined before trust was imported. */
  trustRoles(): ReadonlyArray<DrawnRole> | undefined;
  /** `<N>.root.json`, timestamp.json, snapshot.json, targets.json, inventory.jsonl; a text is a path. */
  trustFile(name: string): Uint8Array | string | null;
  root(): Uint8Array | null;
  /** What the site takes for the time, and what is in doubt. */
  time(): ClockView;
  /** Writes down how far the time is; for start, stop, each minute and the daily check. */
  noteTime(): ClockView;
  /** What agreeing to a doubtful time would do; nothing is changed. NOT_FOUND when nothing is in doubt. */
  previewClock(source?: DoubtfulTime['source']): ClockAgreement;
  /** A signed-in person says that a doubtful time is right: the floor rises to it. */
  agreeClock(actor: Actor, reason: string, source?: DoubtfulTime['source']): ClockAgreement;
  /** The person who sets up or restores has looked at the clock: it is right. */
  confirmClock(): void;
  /** What going back to the clock as it is would do. NOT_FOUND, CONFLICT. */
  previewClockBack(): ClockBack;
  /** The same for a page: undefined where there is nothing that could be done. */
  clockBackOffer(): ClockBack | undefined;
  /** What waits for a second person. */
  clockBackAsked(): ClockBackAsked | undefined;
  clockBackApprovable(): Approvable | undefined;
  /** Why this person cannot agree; undefined when he can, or nothing waits. */
  clockBackHindrance(actor: Actor): Hindrance | undefined;
  /** One person asks for the floor to be lowered to the clock as it is. */
  askClockBack(actor: Actor, reason: string): ClockBack;
  /** Another person agrees; or it is given up: undefined. */
  decideClockBack(actor: Actor, agrees: boolean): ClockBack | undefined;
  /** What going back one inventory would do; nothing is changed. */
  previewRevert(): InventoryRevert;
  /** Goes back one inventory; versions, numbers and the floor stay. */
  revertInventory(actor: Actor, reason: string): InventoryRevert;
  /** Cleans up what a crash left; call at start. undefined: another process imports right now. */
  recover(): Promise<Recovered | undefined>;
};

const dayMs = 86_400_000;

const requireRight = (actor: Actor, right: Right): void => {
  if (!actor.rights.has('all') && !actor.rights.has(right)) throw new AppError('FORBIDDEN', `needs the right ${right}`);
};

/** The exchange: site card, trust, requests, imports, receipts. */
export const exchangeService = (parts: ExchangeParts): ExchangeService => {
  const { db, keyring, events, objects, inventory, vulnerabilities, updates, clock } = parts;
  const store = exchangeStore(db, parts.releasedAt);
  const waiting = waitingStore(db);
  const keys = () => readSiteKeys(keyring);

  const deviceCounts = (): ReceiptPredicate['devices'] => {
    const counts = { ok: 0, warning: 0, critical: 0 };
    const worst = vulnerabilities.devices();
    for (const device of parts.devices()) {
      if (device.state !== 'managed') continue;
      const decision = worst.get(device.id)?.worst;
      counts[decision === 'act' ? 'critical' : decision === 'attend' ? 'warning' : 'ok'] += 1;
    }
    return counts;
  };

  const importer: ImporterParts = {
    db,
    store,
    waiting,
    events,
    updates,
    clock,
    keys,
    objects: parts.store,
    ...(parts.scan && { scan: parts.scan }),
    ...(parts.approvals && { approvals: parts.approvals }),
    ...(parts.onCatalogue && { onCatalogue: parts.onCatalogue }),
    paths: parts.paths,
    wall: parts.time.wall,
    vulnerabilities,
    settings: {
      allowanceDays: () => objects.setting('exchange.clock-allowance-days'),
      graceDays: () => objects.setting('exchange.grace-days'),
      reserveBytes: () => objects.setting('exchange.reserve-bytes'),
      broadcast: () => objects.setting('exchange.broadcast'),
    },
    applied: appliedQueries(db),
    devices: deviceCounts,
    isNaming: (text) => scanForLeaks({ text }, identities(), KNOWS_NOTHING, allowedWords()).leaks.length > 0,
  };

  const time: ClockParts = { ...parts, store, releasedAt: parts.releasedAt };
  const back = clockBack({ ...parts, store, releasedAt: parts.releasedAt });

  // What is listed for removal is not promised to the host any more.
  const held = function* (): Generator<string> {
    const leaving = new Set(
      unreferencedStore(db)
        .all()
        .map(({ sha256 }) => sha256),
    );
    for (const { sha256 } of parts.store.list()) if (!leaving.has(sha256)) yield sha256;
  };

  const { inUse } = parts;
  const collecting: CollectParts = { db, store, waiting, objects: parts.store, events, inUse, clock };

  const identities = () => siteIdentities({ ...parts, controllers: parts.controllers });

  const build = (volumes = false): BuiltRequest =>
    buildRequest({
      store,
      keys: keys(),
      content: requestContent(inventory, updates.followed()),
      uncovered: vulnerabilities.uncovered().slice(0, limits.uncovered),
      known: publicNames(catalogueQueries(db), vulnerabilities, parts.isPublicName),
      wants: [...updates.wants(), ...parts.firmware.wants()],
      held: held(),
      volumes: volumes ? waiting.all() : [],
      volumeBytes: objects.setting('exchange.medium-bytes'),
      identities: identities(),
      allowed: allowedWords(),
      nowMs: clock(),
    });

  const allowedWords = (): ReadonlySet<string> => {
    const words = objects.setting('exchange.allowed-words');
    return new Set(Array.isArray(words) ? words.map((word) => word.trim().toLowerCase()) : []);
  };

  const reasonOf = (text: string): string => checkReason(text, identities(), allowedWords());

  const knowledge = (): Knowledge[] => feedAges(store, objects.setting('exchange.knowledge-limit-days'), clock());

  const overdue = (): OverdueRequest[] => {
    const limitDays = objects.setting('exchange.knowledge-limit-days');
    const nowMs = clock();
    return store
      .openRequests()
      .map(({ number, created_at: createdAt }) => ({
        number,
        createdAt,
        dueAt: Date.parse(createdAt) + limitDays * dayMs,
        limitDays,
      }))
      .filter(({ dueAt }) => dueAt <= nowMs);
  };

  const roleFile = (role: TrustRole): Uint8Array | null => store.metadata().get(role)?.bytes ?? null;

  return {
    initialise: (site, name, { systemTime, isConfirmed }) =>
      store.initialise(site, name, firstFloor(systemTime, parts.releasedAt, isConfirmed)),
    state: () => exchangeState(store),
    siteCard: (actor) => {
      requireRight(actor, 'exchange:write');
      const card = currentCard({ db, store, keys: keys(), deviceCa: parts.deviceCa(), nowMs: clock() });
      events.record('site-card-exported', {
        ...byWhom(actor),
        params: { fingerprint: card.fingerprint },
      });
      return card;
    },
    readTrust: (path) => readTrustFile(importer, resolve(path)),
    importTrust: async (actor, path, fingerprint, replaceReason) => {
      requireRight(actor, 'exchange:write');
      parts.time.assertCertain();
      return importTrust(importer, actor, resolve(path), fingerprint, replaceReason);
    },
    preview: (group) => {
      const built = build();
      const text = group === undefined ? built.text : groupText(built.text, group);
      if (text === undefined) throw new AppError('NOT_FOUND', 'there is no such group');
      return {
        number: built.request.number,
        groups: built.groups,
        text,
        totalBytes: built.envelope.length,
        leakScan: built.leakScan,
      };
    },
    exportRequest: (actor, folder, options = {}) => {
      requireRight(actor, 'exchange:write');
      const target = resolve(folder);
      const isAgain = options.volumes ?? false;
      if (isAgain && waiting.all().length === 0) throw new AppError('NOT_FOUND', 'no bundle waits for volumes');
      const { onProgress } = options;
      onProgress?.({ step: 'build', doneBytes: 0, totalBytes: 0 });
      const built = build(isAgain);
      return writeRequest({ db, store, events, actor, built, folder: target, nowMs: clock(), onProgress });
    },
    inspect: (path) =>
      runImport(importer, { type: 'system', id: 'inspect', label: 'inspect', rights: new Set() }, absolute(path), {
        dryRun: true,
      }),
    importBundle: async (actor, path, options = {}) => {
      requireRight(actor, 'exchange:write');
      if (options.dryRun !== true) {
        parts.time.keep();
        parts.time.assertCertain();
      }
      const { acceptStale } = options;
      const checked = acceptStale === undefined ? {} : { acceptStale: reasonOf(acceptStale) };
      try {
        return await runImport(importer, actor, absolute(path), { ...options, ...checked });
      } finally {
        // What the bundle signed counts from now on.
        parts.time.keep();
      }
    },
    waiting: () => waiting.all(),
    forgetWaiting: (actor, bundleId) => {
      requireRight(actor, 'exchange:write');
      immediate(db, () => {
        if (!waiting.drop(bundleId)) throw new AppError('NOT_FOUND', `no bundle ${bundleId} waits for volumes`);
        events.record('bundle-given-up', {
          ...byWhom(actor),
          params: { bundleId },
        });
      });
    },
    unreferenced: () => listUnreferenced(collecting),
    collect: (actor, minAgeMs = 0) => {
      requireRight(actor, 'exchange:write');
      const lock = takeImportLock(parts.paths.data);
      try {
        return removeUnreferenced(collecting, actor, minAgeMs);
      } finally {
        lock.release();
      }
    },
    imports: ({ before, limit }) => store.imports(before ?? Number.MAX_SAFE_INTEGER, limit).map(withoutStaging),
    import: (id) => {
      const row = store.import(id);
      return row && withoutStaging(row);
    },
    signingKey: () => keys().sign,
    receipts: ({ before, limit }) => ({
      rows: store.receipts(before ?? Number.MAX_SAFE_INTEGER, limit),
      total: store.receiptCount(),
    }),
    importedWith: store.importedWith,
    receipt: (number) => openKept(store, [keys().sign.publicKey], number),
    exportReceipts: (actor, folder, options = {}) => {
      requireRight(actor, 'exchange:write');
      return writeReceipts({
        store,
        events,
        actor,
        medium: resolve(folder),
        all: options.all ?? false,
        identities: identities(),
        allowed: allowedWords(),
      });
    },
    signAsSite: (bytes) => ({ signature: signBytes(bytes, keys().sign), publicKey: keys().sign.publicKey }),
    signedBy: () => fingerprintOf(keys().sign.publicKey),
    verifyReceipts: () => atOnce(verifyingChain(store, [keys().sign.publicKey])),
    verifyReceiptsInTurns: oneAtATime(() => verifyingChain(store, [keys().sign.publicKey])),
    verify: ({ isQuiet }) => {
      const state = store.state();
      if (!state) return ['the exchange was never initialised'];
      const findings: string[] = [];
      if (state.inventory !== null && !parts.store.has(state.inventory))
        findings.push(`the inventory in force ${state.inventory} is not in the store`);
      if (isQuiet && state.snapshot !== state.matched)
        findings.push('the matches are of another snapshot; start the server');
      if (isQuiet) for (const row of store.unfinished()) findings.push(`import ${row.id} ended while ${row.state}`);
      const newest = store.requestNewest();
      if (newest > state.request_number) findings.push(`request ${newest} is newer than its counter`);
      return [...findings, ...vulnerabilities.verify()];
    },
    knowledge,
    overdue,
    unfulfilled: () => shownUnfulfilled(store.unfulfilled()),
    noteStale: () => noteStaleFeeds(events, knowledge()),
    keyDates: () => keyDates(store, clock()),
    noteKeyDates: () => noteKeyDates(events, keyDates(store, clock())),
    trustRoles: () => trustRoles(store, clock()),
    trustFile: (name) => {
      const root = /^([1-9]\d{0,15})\.root\.json$/.exec(name);
      if (root) return store.root(Number(root[1])) ?? null;
      if (name === 'inventory.jsonl') {
        const { inventory_listed: digest } = requireState(store);
        return digest !== null && parts.store.has(digest) ? parts.store.path(digest) : null;
      }
      const role = /^(timestamp|snapshot|targets)\.json$/.exec(name)?.[1];
      return role === undefined ? null : roleFile(role as TrustRole);
    },
    root: () => roleFile('root'),
    time: () => clockView(time),
    noteTime: () => noteTime(time),
    previewClock: (source) => previewAgreement(time, source),
    agreeClock: (actor, reason, source) => {
      requireRight(actor, 'exchange:write');
      return agreeTime(time, actor, operatorOf(actor), reasonOf(reason), source);
    },
    confirmClock: () => confirmTime(time),
    previewClockBack: back.preview,
    clockBackOffer: back.offer,
    clockBackAsked: back.asked,
    clockBackApprovable: back.approvable,
    clockBackHindrance: back.hindrance,
    askClockBack: (actor, reason) => {
      requireRight(actor, 'exchange:write');
      return back.ask(actor, operatorOf(actor), reasonOf(reason));
    },
    decideClockBack: (actor, agrees) => {
      requireDecider(actor, 'exchange:write');
      return back.decide(actor, agrees);
    },
    previewRevert: () => previewRevert(importer),
    revertInventory: (actor, reason) => {
      requireRight(actor, 'exchange:write');
      return revertInventory(importer, actor, operatorOf(actor), reasonOf(reason));
    },
    recover: () => recoverImports(importer),
  };
};

const absolute = (path: string | readonly string[]): string[] => [path].flat().map((one) => resolve(one));

const withoutStaging = ({ staging: _staging, ...row }: ImportRow & { staging: string }): ImportRow => row;
