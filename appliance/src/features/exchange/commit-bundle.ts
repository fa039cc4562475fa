import { readFileSync } from 'node:fs';
import type { InventoryLine } from '@sallyport/bundle-tools/documents/inventory';
import type { ReceiptPredicate, ReceiptSubject } from '@sallyport/bundle-tools/documents/receipt';
import type { ImportVerdict, NewRoot } from '@sallyport/bundle-tools/importer/verdict';
import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import { describeMetadata } from '@sallyport/bundle-tools/trust/repository';
import type { Update } from '@sallyport/bundle-tools/updates/update';
import type { EventService } from '../../engine/events/service.ts';
import { type Actor, byWhom } from '../../engine/objects/types.ts';
import { type Database, immediate } from '../../platform/database.ts';
import type { UpdateService } from '../updates/service.ts';
import type { FeedState } from '../vulnerabilities/types.ts';
import type { CustodyReader } from './custody.ts';
import type { SiteKeys } from './keys.ts';
import { addReceipt, daysLeft } from './receipts.ts';
import { heldVersions, requireState } from './request-builder.ts';
import type { ExchangeStore } from './store.ts';
import type { ImportSummary, TakenCatalogue, TrustRole } from './types.ts';
import { unreferencedStore } from './unreferenced-store.ts';
import type { WaitingStore } from './waiting-store.ts';

const ROLES: readonly TrustRole[] = ['root', 'timestamp', 'snapshot', 'targets'];

export type ReceiptContext = {
  readonly keys: SiteKeys;
  readonly startedAt: string;
  readonly applied: () => ReceiptPredicate['applied'];
  readonly told: (applied: ReceiptPredicate['applied'], receipt: number) => void;
  readonly devices: () => ReceiptPredicate['devices'];
  readonly overrides: ReceiptPredicate['overrides'];
  readonly custody: CustodyReader;
};

/** Before the transaction: what lies on the medium is read without holding the database. */
const custodyOf = (receipt: ReceiptContext, verdict: ImportVerdict | undefined): ReturnType<CustodyReader> =>
  // A broadcast begins no chain, so there is none to end.
  verdict === undefined || verdict.broadcast
    ? () => ({})
    : receipt.custody(verdict.volumes, { volumes: verdict.manifest.volumes.length, bundleId: verdict.bundleId });

/** What an import of trust has beside the file: the root to begin with, and which one a person has compared. */
export type Pin = {
  readonly version: number;
  readonly bytes: Uint8Array;
  readonly compared: { readonly version: number; readonly sha256: string };
  /** Why another root takes the place of the one in force: what that one vouched for counts for nothing. */
  readonly replaces?: { readonly before: string; readonly reason: string };
};

export type CommitParts = {
  readonly db: Database;
  readonly store: ExchangeStore;
  readonly events: EventService;
  readonly updates: Pick<UpdateService, 'applyCatalog'>;
  readonly waiting: Pick<WaitingStore, 'drop' | 'dropUpTo'>;
  readonly clock: () => number;
  /** What vendors say of files, line by line (BUNDLES 3); in the transaction of the commit. */
  readonly approvals?: (bundle: { name: string; sha256: string }, lines: readonly ApprovedLine[]) => void;
  /** Features that keep something of a catalogue. */
  readonly onCatalogue?: readonly ((catalogue: TakenCatalogue) => void)[];
};

/** A line of the inventory with what vendors of products say of its file. */
type ApprovedLine = Pick<InventoryLine, 'path' | 'sha256'> & {
  readonly approval: NonNullable<InventoryLine['approval']>;
};

type BundleCommit = {
  readonly importId: number;
  readonly actor: Actor;
  readonly verdict: ImportVerdict;
  readonly summary: ImportSummary;
  readonly receipt: ReceiptContext;
  /** The root that a person has compared, at the first import of trust. */
  readonly pinnedRoot?: Pin;
  readonly updates: { readonly list: readonly Update[]; readonly sizes: ReadonlyMap<string, number> } | undefined;
  readonly feeds: readonly FeedState[];
  readonly confirmedFeeds: readonly string[];
  /** Every feed that the catalogue has, whether or not this bundle brought news of it. */
  readonly catalogFeeds: readonly string[];
  readonly snapshot: number;
  /** Digests that the inventory lists: whatever a listing had before, the site holds them from now on. */
  readonly referenced: ReadonlySet<string>;
  readonly scan?: ReceiptPredicate['scan'];
  readonly approved?: readonly ApprovedLine[];
  readonly catalogue: TakenCatalogue;
};

const side = (store: ExchangeStore): ReceiptPredicate['before'] => {
  const state = requireState(store);
  return {
    tuf: heldVersions(store),
    seq: state.seq,
    ...defined({ inventory: state.inventory ?? undefined }),
  };
};

const subjectsOf = (verdict: ImportVerdict): ReceiptSubject[] => [
  { name: 'bundle.dsse.json', digest: { sha256: verdict.manifestSha256 } },
  ...verdict.volumes.map(({ n, sha256 }) => ({ name: `volume-${n}`, digest: { sha256 } })),
];

/** Newer roots hold even when the bundle is refused (BUNDLES format, section "Importer", D1). In a transaction. */
const keepRoots = (store: ExchangeStore, roots: readonly NewRoot[]): number | undefined => {
  let newest: number | undefined;
  for (const { version, bytes } of roots) {
    const raw = Buffer.from(bytes, 'base64');
    const held = store.metadata().get('root');
    if (held && version !== held.version + 1) continue;
    store.putRoot(version, raw);
    store.putMetadata('root', version, describeMetadata(raw).expires, raw);
    newest = version;
  }
  return newest;
};

const storeTrust = (store: ExchangeStore, commit: BundleCommit): void => {
  if (commit.pinnedRoot?.replaces) store.dropRoots();
  if (commit.pinnedRoot) store.putRoot(commit.pinnedRoot.version, commit.pinnedRoot.bytes);
  for (const root of commit.verdict.newRoots) store.putRoot(root.version, Buffer.from(root.bytes, 'base64'));
  for (const role of ROLES) {
    const bytes = Buffer.from(commit.verdict.trust[role], 'base64');
    const { version, expires } = describeMetadata(bytes);
    store.putMetadata(role, version, expires, bytes);
  }
};

/**
 * The commit (D7): one synced transaction after which the bundle is the site's state. Before it the old state is live,
 * after it the new; there is nothing between.
 */
export const commitState = (parts: CommitParts, commit: BundleCommit): number => {
  const custody = custodyOf(commit.receipt, commit.verdict);
  return immediate(parts.db, () => {
    const { db: _db, store, events } = parts;
    const { verdict, summary } = commit;
    const finished = toTime(parts.clock());
    const state = requireState(store);
    const before = side(store);
    storeTrust(store, commit);
    store.commit({
      seq: verdict.broadcast ? state.seq : verdict.seq,
      seqBroadcast: verdict.broadcast ? verdict.seq : state.seq_broadcast,
      lastBundle: verdict.broadcast ? state.last_bundle : verdict.bundleId,
      inventory: verdict.inventory.sha256,
      policy: readFileSync(verdict.policyPath),
      floor: verdict.newFloor,
      signed: verdict.manifest.issued_at > verdict.newFloor ? null : verdict.manifest.issued_at,
      snapshot: commit.snapshot,
    });
    store.setIssuedSuspect(verdict.manifest.issued_at > verdict.newFloor ? verdict.manifest.issued_at : null);
    store.clearMissing();
    if (summary.requestNumber !== undefined) {
      store.closeRequests(summary.requestNumber, verdict.bundleId, finished);
      store.replaceUnfulfilled(summary.unfulfilled, verdict.bundleId, finished);
    }
    parts.waiting.drop(verdict.bundleId);
    parts.waiting.dropUpTo(verdict.seq, verdict.broadcast);
    unreferencedStore(parts.db).dropAll(commit.referenced);
    // A broadcast acknowledges no site's receipts.
    if (!verdict.broadcast) store.acknowledge(verdict.manifest.receipt_seen, finished);
    for (const feed of commit.feeds) store.putFeed(feed.feed, feed.cursor, feed.digest, feed.newest ?? null, finished);
    for (const feed of commit.confirmedFeeds) store.seeFeed(feed, finished);
    // A broadcast is for any site and has no feed of this one to take away.
    const gone = verdict.broadcast ? [] : store.noteFeeds(commit.catalogFeeds, finished);
    for (const feed of gone) events.record('feed-gone', { params: { feed } });
    if (commit.updates) parts.updates.applyCatalog(commit.updates.list, commit.updates.sizes, finished);
    if (commit.approved !== undefined && commit.approved.length > 0)
      parts.approvals?.({ name: verdict.bundleId, sha256: verdict.inventory.sha256 }, commit.approved);
    for (const take of parts.onCatalogue ?? []) take(commit.catalogue);
    const applied = commit.receipt.applied();
    const { floor } = requireState(store);
    const receipt = addReceipt(store, commit.receipt.keys, state.site, {
      subjects: subjectsOf(verdict),
      predicate: {
        ...defined({ request_id: verdict.requestId }),
        bundle_id: verdict.bundleId,
        seq: verdict.seq,
        result: 'imported',
        code: 'OK',
        detail: '',
        started_at: commit.receipt.startedAt,
        finished_at: finished,
        floor,
        before,
        after: side(store),
        counts: summary.counts,
        volumes: { seen: [...summary.seenVolumes], missing: [] },
        ...defined({ scan: commit.scan }),
        ...custody(finished, commit.scan),
        ...defined({ unknown_kinds: summary.unknownKinds?.map((one) => ({ ...one })) }),
        warnings: [...verdict.warnings],
        // An override that was not needed is not recorded.
        overrides: commit.receipt.overrides.filter(({ code }) => code !== 'STALE' || verdict.acceptedStale),
        applied,
        devices: commit.receipt.devices(),
        days_left: daysLeft(verdict.expires, parts.clock()),
      },
    });
    commit.receipt.told(applied, receipt);
    for (const { version } of verdict.newRoots)
      events.record('root-updated', { ...byWhom(commit.actor), params: { rootVersion: version } });
    if (commit.pinnedRoot)
      events.record('trust-imported', {
        ...byWhom(commit.actor),
        params: { rootVersion: commit.pinnedRoot.compared.version, fingerprint: commit.pinnedRoot.compared.sha256 },
      });
    if (commit.pinnedRoot?.replaces)
      events.record('trust-replaced', { ...byWhom(commit.actor), params: { ...commit.pinnedRoot.replaces } });
    events.record('bundle-imported', {
      ...byWhom(commit.actor),
      params: {
        bundleId: verdict.bundleId,
        seq: verdict.seq,
        advisories: summary.advisories,
        updates: summary.updates,
        objects: summary.counts.new,
      },
    });
    for (const { want, reason } of summary.unfulfilled.slice(0, 100))
      events.record('update-unfulfilled', { ...byWhom(commit.actor), params: { update: want, reason } });
    store.journal(commit.importId, { state: 'flipped', at: finished, receipt, summary, code: 'OK' });
    return receipt;
  });
};

/**
 * A refusal, or a bundle that waits for volumes: receipt, event and newer roots; nothing else of the site's state
 * changes.
 */
export const recordOutcome = (
  parts: Pick<CommitParts, 'db' | 'store' | 'events' | 'clock'>,
  outcome: {
    readonly importId: number;
    readonly actor: Actor;
    readonly result: 'refused' | 'partial';
    readonly code: string;
    readonly message: string;
    readonly newRoots: readonly NewRoot[];
    /** Objects that a refused bundle relied on and that are not here: the next request asks for them. */
    readonly missing?: readonly string[];
    readonly receipt: ReceiptContext;
    readonly verdict?: ImportVerdict;
    readonly scan?: ReceiptPredicate['scan'];
  },
): number => {
  const custody = custodyOf(outcome.receipt, outcome.verdict);
  return immediate(parts.db, () => {
    const { store, events } = parts;
    const { verdict } = outcome;
    const finished = toTime(parts.clock());
    const newest = keepRoots(store, outcome.newRoots);
    const state = requireState(store);
    // Equal before and after: newer roots hold by themselves, not by the bundle that brought them.
    const held = side(store);
    const applied = outcome.receipt.applied();
    const expires = Object.fromEntries([...store.metadata().values()].map((row) => [row.role, row.expires]));
    const receipt = addReceipt(store, outcome.receipt.keys, state.site, {
      subjects: verdict ? subjectsOf(verdict) : [],
      predicate: {
        ...defined({ request_id: verdict?.requestId }),
        ...(verdict ? { bundle_id: verdict.bundleId, seq: verdict.seq } : {}),
        result: outcome.result,
        code: outcome.code,
        detail: '',
        started_at: outcome.receipt.startedAt,
        finished_at: finished,
        floor: state.floor,
        before: held,
        after: held,
        counts: verdict?.counts ?? { new: 0, held: 0, removed: 0, unfulfilled: 0, bytes: 0 },
        volumes: {
          seen: (verdict?.manifest.volumes ?? []).map(({ n }) => n).filter((n) => !verdict?.missingVolumes.includes(n)),
          missing: [...(verdict?.missingVolumes ?? [])],
        },
        ...defined({ scan: outcome.scan }),
        ...custody(finished, outcome.scan),
        warnings: [...(verdict?.warnings ?? [])],
        overrides: [...outcome.receipt.overrides],
        applied,
        devices: outcome.receipt.devices(),
        days_left: daysLeft(verdict?.expires ?? expires, parts.clock()),
      },
    });
    outcome.receipt.told(applied, receipt);
    if (outcome.missing) store.addMissing(outcome.missing, finished);
    if (newest !== undefined)
      events.record('root-updated', { ...byWhom(outcome.actor), params: { rootVersion: newest } });
    if (outcome.result === 'refused')
      events.record('bundle-refused', {
        ...byWhom(outcome.actor),
        params: { code: outcome.code, reason: outcome.message.slice(0, 500) },
      });
    else
      events.record('bundle-partial', {
        ...byWhom(outcome.actor),
        params: { bundleId: verdict?.bundleId ?? '', missing: verdict?.missingVolumes.length ?? 0 },
      });
    store.journal(outcome.importId, {
      state: outcome.result === 'refused' ? 'refused' : 'verified',
      at: finished,
      receipt,
      code: outcome.code,
      message: outcome.message.slice(0, 1000),
      ...(verdict ? { bundleId: verdict.bundleId, seq: verdict.seq } : {}),
    });
    return receipt;
  });
};
