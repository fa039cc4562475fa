import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { EnrolRequest } from '@sallyport/bundle-tools/protocol/enrol';
import type { Changed } from '../../engine/changes/types.ts';
import type { EventService } from '../../engine/events/service.ts';
import type { InventoryService, SectionRowOf } from '../../engine/inventory/service.ts';
import type { InventorySource, InventoryTransfer } from '../../engine/inventory/types.ts';
import type { FurtherRule, ObjectService } from '../../engine/objects/service.ts';
import { type Actor, actorRef, requireRight, systemActor } from '../../engine/objects/types.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import { firstIn } from '../../platform/rate-limit.ts';
import type { Scope } from '../../platform/scope.ts';
import type { CertificateRequest } from '../ca/types.ts';
import { admission } from './admission.ts';
import { arrivalQueries } from './arrival-queries.ts';
import { certificateBinding } from './binding.ts';
import { callNotes, type NoteBatch } from './call-notes.ts';
import { certificateStore } from './certificate-store.ts';
import { discovery, recognition } from './discover.ts';
import { duplicateFinder } from './duplicate-store.ts';
import { enrolment } from './enrolment.ts';
import { deviceForgetting } from './forget.ts';
import { groupStore } from './group-store.ts';
import { hintStore } from './hint-store.ts';
import { identityReports } from './identity-report.ts';
import { type Introduction, introduction } from './introduce.ts';
import { type DeviceMerges, deviceMerges } from './merge.ts';
import { assertReached } from './reach-queries.ts';
import { refusals } from './refusals.ts';
import { reportingDevice } from './reporting-queries.ts';
import { returning } from './returning.ts';
import { sourceStore } from './source-store.ts';
import { deviceStore } from './store.ts';
import { findEnrolmentToken } from './tokens.ts';
import {
  type Arrival,
  type AskingClient,
  type Caller,
  type ClientOutcome,
  type DerivedOfDevice,
  type Device,
  type DeviceCertificate,
  type DeviceMerge,
  type DevicePage,
  type DeviceQuery,
  type DeviceSource,
  type DeviceState,
  type Discovery,
  type DuplicatePair,
  type EnrolCall,
  type EnrolmentToken,
  type EnrolOutcome,
  type IssuedCertificate,
  type LostCertificates,
  type MergeReport,
  maxGroups,
  type NewCertificate,
  type SourceCaller,
  type TokenPurpose,
} from './types.ts';

/** Levels of the tree. */
const maxDepth = 16;

/** A group's name is the only one of its kind below the same group; the tree has an end downwards and in number. */
function groupRule(store: ReturnType<typeof groupStore>): FurtherRule {
  return (id, body) => {
    const parent = typeof body['parent'] === 'string' ? body['parent'] : null;
    const own = Math.max(1, store.height(id));
    const isNew = store.depth(id) === 0;
    const faults = {
      ...(store.isNameTaken(id, String(body['name'] ?? ''), parent) ? { name: { key: 'validation.taken' } } : {}),
      ...((parent === null ? 0 : store.depth(parent)) + own > maxDepth
        ? { parent: { key: 'validation.depth', params: { max: maxDepth } } }
        : {}),
      ...(isNew && store.count() >= maxGroups ? { '': { key: 'validation.tooMany', params: { max: maxGroups } } } : {}),
    };
    return { faults, body };
  };
}

const eachPage = 10_000;

export type DeviceService = {
  /**
   * Decides about a request to enrol. `certificate`: the fingerprint of one whose key the caller proved, also one that ended.
   * TOKEN, DEVICE_REVOKED, POSSIBLE_CLONE, RATE_LIMITED.
   */
  enrol(call: { request: EnrolRequest; csr: CertificateRequest; from: string; certificate?: string }): EnrolOutcome;
  /** The same for any source; a newcomer that is held is an outcome, not an error. TOKEN, RATE_LIMITED. */
  enrolClient(call: EnrolCall): ClientOutcome;
  /** The token with this secret; undefined for a wrong, foreign or deleted one. */
  enrolmentToken(purpose: TokenPurpose, secret: string): EnrolmentToken | undefined;
  /** The client with this key; undefined when it is surely unknown. */
  callerByKey(source: InventorySource, keyDigest: string): SourceCaller | undefined;
  /** Addresses of approved devices, those heard last at the end. */
  knownAddresses(limit: number): string[];
  /** The client that came with this token under this name before. */
  /** Clients that came with a token, the newest first. */
  broughtBy(token: string, limit: number): Arrival[];
  callerByClient(source: InventorySource, tokenId: string, clientId: string): SourceCaller | undefined;
  /** A client spoke: noted for the next flush. */
  heardClient(caller: SourceCaller, call: { agent: string; from: string }): void;
  /** A client's report of everything was kept, or dropped because it is not approved. */
  fullReport(caller: SourceCaller, isKept: boolean): void;
  /** The clients of a device: those in use first. */
  sourcesOf(device: number): DeviceSource[];
  /** The sources of every device: of its clients in use and of its sections. */
  sources(): Map<number, InventorySource[]>;
  /** What others see of a device: finds it or makes a record; undefined when there are too many records. */
  discover(seen: Discovery): { device: Device; created: boolean } | undefined;
  /** A record that never spoke was seen again by something that knows it. */
  seenAgain(device: number, at: number): void;
  /** The device that is meant, if it is known; changes nothing. */
  recognise(seen: Discovery): Device | undefined;
  /** Brings a machine that cannot speak before the administrators: it waits for approval. FORBIDDEN. */
  introduce(actor: Actor, seen: Introduction): { device: Device; created: boolean } | undefined;
  /** Keeps a certificate that was just made; only then may it be handed out. */
  recordCertificate(device: number, certificate: NewCertificate, renewed?: Caller): void;
  /**
   * The device that a client's report belongs to by now: its record may have become part of another one since it was
   * looked up. Within the transaction that writes it. OVERLOADED where no device takes it any more: the client repeats it.
   */
  reporting(device: number, source: InventorySource): number;
  /**
   * Binds a request to its device; CERTIFICATE when there is none or it may not speak, CERTIFICATE_ENDED. `untimely`: the fingerprint
   * of one that only the clock of this computer speaks against; `issued`: what the certificate says, for one that is not known.
   */
  authenticate(
    fingerprint: string | undefined,
    from: string,
    more?: { untimely?: string | undefined; issued?: () => IssuedCertificate | undefined },
  ): Caller;
  /** A check-in: notes it for the next flush. POSSIBLE_CLONE when two boots take turns with one key. */
  heard(caller: Caller, call: { bootId: string; seq: number; version: string }): void;
  /** Writes what was noted; one transaction. */
  flush(): void;
  /** The same, unless another connection writes: for pages, which do not wait for it. */
  flushIfFree(): void;
  /** What was noted, for the thread that writes: undefined where there is nothing, or it has some. `notesWritten` follows. */
  takeNotes(): NoteBatch | undefined;
  /** What was taken is written, or waits again. */
  notesWritten(isWritten: boolean): void;
  /** Writes what another thread noted, in the caller's transaction. */
  writeNotes(batch: NoteBatch): void;
  /** False when this device sent an event with this id before. Within the caller's transaction. */
  isNewEvent(device: number, eventId: string): boolean;
  /** Notes in the journal, not too often, that a device sent a section that was refused. */
  sectionRejected(device: number, collection: string, code: string): void;
  /**
   * Lets a device in, or lets on one that asks again. Who asks for a device that was let in before is let on only by the name of the
   * client that a person compared (`asking`): COMPARE_KEY without it, CONFLICT for one that does not ask any more.
   */
  approve(actor: Actor, id: number, client?: string): Device;
  /** Which clients of a device wait for a person; first one that proved the key of its certificate. */
  asking(id: number): AskingClient[];
  revoke(actor: Actor, id: number): Device;
  /** Makes two records one; the other one is gone. CONFLICT for what cannot be merged. Returns the merge's number. */
  merge(actor: Actor, keep: number, other: number): number;
  /** What a merge would do; changes nothing. */
  previewMerge(actor: Actor, keep: number, other: number): MergeReport;
  /** A device's number and those of the records that became part of it: the journal keeps them. */
  records(device: number): number[];
  /** The device that a record with this public id became part of. */
  keptAs(publicId: string): string | undefined;
  /** Makes them two again; CONFLICT unless it is the newest merge of its device. */
  undoMerge(actor: Actor, merge: number): { keep: number; other: number };
  /** Merges that are in force and can be undone, the newest first; of one device, or of all in reach. */
  merges(of: number | Scope): DeviceMerge[];
  list(query: DeviceQuery): DevicePage;
  /** Every device, a page at a time. */
  each(): Iterable<Device>;
  /** Throws NOT_FOUND. */
  /** What is wrong with a body of a kind, beside what its declaration says. */
  bodyRules: Readonly<Record<string, FurtherRule>>;
  byId(id: number): Device;
  find(id: number): Device | undefined;
  /** Throws NOT_FOUND. */
  byPublicId(publicId: string): Device;
  certificates(id: number): DeviceCertificate[];
  counts(): Record<DeviceState, number>;
  /** Whether some device in reach is managed. */
  hasManaged(scope: Scope): boolean;
  /** How many devices in reach are managed, and of how many something was heard since then (ms). Without directories. */
  heardSince(ms: number, scope: Scope): { heard: number; managed: number };
  /** How many wait for a person. */
  waiting(): number;
  /** How often a token let a new device in. */
  tokenUses(token: string): number;
  /** Pairs of records that may be one device, the likeliest first. */
  duplicates(scope: Scope): DuplicatePair[];
  /** Possible copies in reach that wait for a person. */
  held(scope: Scope, limit: number): Device[];
  /** Two records are two devices, whatever they share. */
  setDistinct(actor: Actor, one: number, two: number): void;
  /** Removes a record that may not come in: revoked, waiting or only discovered; CONFLICT for another one. */
  forget(actor: Actor, id: number): void;
  /** The identity section of a device changed: what it is found by follows. In the caller's transaction. */
  identityChanged(device: number, section: Partial<SectionRowOf<'identity'>> | undefined): void;
  /** Drops certificates and event ids whose time is over, and records that expire. */
  /** How many living certificates of devices end after one time and not after another, in ms. */
  certificatesEnding(afterMs: number, upToMs: number): number;
  trim(): { expired: number };
};

type DeviceParts = {
  db: Database;
  objects: ObjectService;
  events: EventService;
  changed: Changed;
  clock?: () => number;
  /** Certificates of a time that the database lost. */
  lost?: LostCertificates;
  /** Needed to merge records. */
  inventory?: InventoryTransfer & Pick<InventoryService, 'forget'>;
  /** What is kept and put back with a merge. */
  derived?: readonly DerivedOfDevice[];
  limits?: { enrolPerMinute: number; refusalsPerMinute: number };
};

const dayMs = 24 * 3600 * 1000;

/** Devices: enrolment, binding of requests, approval and revocation. */
export const deviceService = (parts: DeviceParts): DeviceService => {
  const { db, objects, events, changed } = parts;
  const clock = parts.clock ?? nowMs;
  const limits = parts.limits ?? { enrolPerMinute: 600, refusalsPerMinute: 60 };
  const store = deviceStore(db, changed);
  const sources = sourceStore(db, changed);
  const certificates = certificateStore(db, changed);
  const hints = hintStore(db, changed);
  const duplicates = duplicateFinder(db);
  const notes = callNotes({ db, store, sources, certificates, events });
  const reporting = reportingDevice(db);
  const quiet = firstIn({ ms: 10 * 60_000, clock });
  const refused = refusals({ events: notes, clock, perMinute: limits.refusalsPerMinute });

  const found = (device: Device | undefined): Device => {
    if (device === undefined) throw new AppError('NOT_FOUND', 'no such device');
    return device;
  };

  const { approve, revoke, asking } = admission({
    db,
    store,
    sources,
    certificates,
    duplicates,
    objects,
    events,
    clock,
  });

  const discover = discovery({ db, store, hints, events });
  const introduce = introduction({ db, store, sources, discover });

  const forgetting = deviceForgetting({
    db,
    store,
    objects,
    events,
    changed,
    forgetInventory: (device) => parts.inventory?.forget(device),
    derived: parts.derived ?? [],
    clock,
    idleDays: () => objects.setting('devices.idle-record-days'),
  });
  const identityChanged = identityReports({ store, hints, events, clock });
  // Moving sections says nothing new about the hardware: the merge decides what the device is found by.
  const merging = { isUnderWay: false };
  const withoutIdentity = <T>(work: () => T): T => {
    merging.isUnderWay = true;
    try {
      return work();
    } finally {
      merging.isUnderWay = false;
    }
  };
  const merges =
    parts.inventory &&
    deviceMerges({
      db,
      objects,
      events,
      changed,
      inventory: parts.inventory,
      derived: parts.derived ?? [],
      clock,
      flush: notes.flush,
      withoutIdentity,
    });
  const merger = (): DeviceMerges => {
    if (merges === undefined) throw new AppError('INTERNAL', 'records cannot be merged without their inventory');
    return merges;
  };

  const enrolling = enrolment({
    db,
    store,
    sources,
    hints,
    objects,
    events,
    clock,
    refused,
    perMinute: limits.enrolPerMinute,
    approve,
    notes,
  });

  const takeReturning = returning({
    db,
    store,
    sources,
    certificates,
    events,
    clock,
    letIn: (id, client) => void approve(systemActor, id, client),
    lost: parts.lost ?? (() => undefined),
  });

  const { knownCertificate, ...binding } = certificateBinding({
    db,
    store,
    sources,
    certificates,
    events,
    refused,
    notes,
    clock,
    reporting,
    returning: takeReturning,
  });

  const enrol: DeviceService['enrol'] = ({ request, csr, from, certificate }) => {
    const { device, token, agentVersion } = request;
    const call = {
      source: 'native',
      clientId: csr.keyDigest,
      keyDigest: csr.keyDigest,
      facts: { ...device, agentVersion },
      from,
    } as const;
    const shown = certificate === undefined ? undefined : knownCertificate(certificate);
    // One that another certificate of the device has replaced may lie on a disk that was thrown away.
    const own =
      shown === undefined || shown.sourceId === null || shown.certificateState === 'superseded'
        ? undefined
        : { device: shown.id, sourceId: shown.sourceId };
    if (own === undefined && token === undefined)
      throw refused.refuse('TOKEN', shown === undefined ? 'unknown-certificate' : 'superseded', from, shown?.id);
    const { state, device: found } =
      own === undefined
        ? enrolling.withToken({ ...call, token: token ?? '' })
        : enrolling.withCertificate({ ...call, ...own });
    if (state === 'held') {
      throw new AppError(
        'POSSIBLE_CLONE',
        'this device looks like one that is known already; an administrator decides',
      );
    }
    return { state, device: found };
  };

  const list = (query: DeviceQuery): DevicePage => {
    notes.flushIfFree();
    return store.list(query);
  };

  return {
    enrol,
    enrolClient: enrolling.withToken,
    asking,
    enrolmentToken: (purpose, secret) => findEnrolmentToken(objects, purpose, secret),
    knownAddresses: (limit) => sources.addresses(limit).reverse(),
    callerByKey: (source, keyDigest) => sources.callerByKey(source, keyDigest),
    broughtBy: arrivalQueries(db),
    callerByClient: (source, tokenId, clientId) => sources.callerByClient(source, tokenId, clientId),
    heardClient: ({ id, source, sourceId }, { agent, from }) =>
      notes.noteSource(source, { sourceId, device: id, at: clock(), agent, from }),
    fullReport: ({ sourceId, hasFull }, isKept) => {
      if (hasFull !== isKept) sources.setFull(sourceId, isKept ? clock() : null);
    },
    sourcesOf: (device) => {
      notes.flushIfFree();
      return sources.ofDevice(device);
    },
    sources: () => sources.sources(),
    seenAgain: (id, at) => {
      if (store.byId(id)?.state === 'discovered') store.seenAt(id, at);
    },
    discover,
    reporting,
    recognise: recognition({ db, store, hints }),
    introduce: (actor, seen) => {
      requireRight(actor, 'devices:write');
      return introduce(seen);
    },
    ...binding,
    flush: notes.flush,
    flushIfFree: notes.flushIfFree,
    takeNotes: notes.take,
    notesWritten: notes.written,
    writeNotes: notes.write,
    isNewEvent: (device, eventId) => store.addEvent(device, eventId, clock()),
    sectionRejected: (device, collection, code) => {
      if (!quiet.first(`${device} ${collection} ${code}`)) return;
      notes.record('section-rejected', { device, params: { collection, code } });
    },
    approve,
    revoke,
    merge: (actor, keep, other) => merger().merge(actor, keep, other),
    previewMerge: (actor, keep, other) => merger().preview(actor, keep, other),
    undoMerge: (actor, merge) => merger().undo(actor, merge),
    merges: (of) => merger().list(of),
    records: (device) => merges?.records(device) ?? [device],
    keptAs: (publicId) => {
      const keep = merges?.keptAs(publicId);
      return keep === undefined ? undefined : store.byId(keep)?.publicId;
    },
    held: (scope, limit) => store.held(scope, limit),
    duplicates: (scope) => duplicates.pairs(scope),
    setDistinct: (actor, one, two) => {
      assertReached(db, actor, [one, two]);
      if (one === two) throw new AppError('CONFLICT', 'a device is no other than itself', { reason: 'itself' });
      immediate(db, () => {
        const [a, b] = [found(store.byId(one)), found(store.byId(two))];
        duplicates.setDistinct(one, two, clock(), actorRef(actor));
        events.record('devices-distinct', {
          device: one,
          actor: actorRef(actor),
          params: { device: a.publicId, other: b.publicId },
        });
      });
    },
    forget: forgetting.forget,
    identityChanged: (id, section) => {
      if (!merging.isUnderWay) identityChanged(id, section);
    },
    list,
    each: function* () {
      let after: number | undefined;
      do {
        const page = list({ limit: eachPage, ...defined({ after }) });
        yield* page.rows;
        after = page.next;
      } while (after !== undefined);
    },
    bodyRules: { group: groupRule(groupStore(db)) },
    byId: (id) => found(store.byId(id)),
    find: (id) => store.byId(id),
    byPublicId: (publicId) => found(store.byPublicId(publicId)),
    certificates: (id) => certificates.certificates(id),
    certificatesEnding: certificates.endingBetween,
    counts: () => store.counts(),
    hasManaged: (scope) => store.hasManaged(scope),
    heardSince: (ms, scope) => store.heardSince(ms, scope),
    waiting: () => store.waiting(),
    tokenUses: (token) => store.tokenUses(token),
    trim: () => {
      certificates.dropCertificates(clock() - 400 * dayMs);
      store.dropEvents(clock() - 90 * dayMs);
      hints.trim(clock() - 30 * dayMs);
      const expired = forgetting.expire();
      duplicates.trim();
      return { expired };
    },
  };
};
