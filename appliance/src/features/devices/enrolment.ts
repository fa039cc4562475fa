import type { EventService } from '../../engine/events/service.ts';
import type { ObjectService } from '../../engine/objects/service.ts';
import { type Actor, systemActor } from '../../engine/objects/types.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import { firstIn, rateLimit } from '../../platform/rate-limit.ts';
import type { CallNotes } from './call-notes.ts';
import { cleanNames, type HintStore } from './hint-store.ts';
import { toIdentity } from './identity.ts';
import { contradictsOwnKey, matchNewcomer } from './match.ts';
import { newPublicId } from './public-id.ts';
import type { Refusals } from './refusals.ts';
import type { SourceStore } from './source-store.ts';
import type { Claim, DeviceStore } from './store.ts';
import { findEnrolmentToken, purposeOf } from './tokens.ts';
import type {
  ClientClaim,
  ClientOutcome,
  Device,
  DeviceSource,
  EnrolCall,
  EnrolmentToken,
  HeldReason,
  Identity,
} from './types.ts';

// A newcomer may be a device that was only seen so far. Such a record may do nothing and holds nothing secret, so a
// weaker likeness than between two clients is enough; where more than one fits, none is taken.

type Newcomer = Identity & { hostname: string };
type Stores = { store: DeviceStore; hints: HintStore };

/** The one discovered record that a newcomer is, if there is exactly one. */
const onlyDiscovered = (newcomer: Newcomer, { store, hints }: Stores): Device | undefined => {
  const isSeen = (device: Device | undefined): device is Device =>
    device?.state === 'discovered' && device.kind !== 'directory' && !contradictsOwnKey(device, newcomer);
  const byHardware = store.resembling(newcomer).filter(isSeen);
  if (byHardware.length > 0) return byHardware.length === 1 ? byHardware[0] : undefined;
  const { dns, labels } = cleanNames([newcomer.hostname]);
  const byName = hints
    .devicesWith(dns.length > 0 ? 'dns' : 'name', dns.length > 0 ? dns : labels)
    .map((id) => store.byId(id))
    .filter(isSeen);
  return byName.length === 1 ? byName[0] : undefined;
};

// The decision about one request to enrol, through any source. Everything is one transaction; refusals are returned from it
// and thrown after it, so that what they leave behind (a held newcomer, an event) stays.

type EnrolmentParts = {
  db: Database;
  store: DeviceStore;
  sources: SourceStore;
  hints: HintStore;
  objects: ObjectService;
  events: EventService;
  clock: () => number;
  refused: Refusals;
  perMinute: number;
  approve: (actor: Actor, id: number) => Device;
  notes: CallNotes;
};

/** `device`, `sourceId`: whom the certificate was made for. */
type CertificateCall = Omit<EnrolCall, 'token'> & { device: number; sourceId: number };

/** A device and, unless it is a copy that has none, the row of the client. */
type Known = { state: ClientOutcome['state']; device: Device; sourceId: number };
type Decision = Known | { state: 'refused'; reason: string; device?: number };

/** A device that was heard within this time is alive: a newcomer with its UUID is a second one. */
const liveMs = 3 * 60_000;
/** Newcomers that wait for a person; past it a leaked token could fill the table. */
const maxWaiting = 20_000;

/** What a person sees of a client that waits, beside what is known of the device. */
const claimText = ({ facts }: Pick<EnrolCall, 'facts'>): string => {
  // As the device's own are kept, or the same would look different.
  const { serial, macs } = toIdentity({ serial: facts.serial, macs: [...(facts.macs ?? [])] });
  return JSON.stringify({ hostname: facts.hostname, serial: serial ?? '', macs: [...macs] } satisfies ClientClaim);
};

const isWaiting = (row: DeviceSource): boolean => row.state === 'pending' || row.state === 'held';

type Enrolment = {
  /** A request with a token. */
  withToken(call: EnrolCall): ClientOutcome;
  /** A request of our own agent with a certificate of this device, whose key it proved; it may have ended. */
  withCertificate(call: CertificateCall): ClientOutcome;
};

export const enrolment = (parts: EnrolmentParts): Enrolment => {
  const { db, store, sources, hints, objects, events, clock, refused } = parts;
  const limit = rateLimit({ perMinute: parts.perMinute, clock });
  const quiet = firstIn({ ms: 10 * 60_000, clock });

  const deviceOf = (id: number): Device => {
    const device = store.byId(id);
    if (device === undefined) throw new AppError('INTERNAL', 'the device of a source is gone');
    return device;
  };

  const isLive = (device: Device, call: EnrolCall): boolean => {
    // A client without a key calls itself anew whenever its folder is lost, however soon, and on the same host. If there are
    // two of them, the one that was replaced comes again, and is held then.
    const isSameHost = device.hostname.toLowerCase() === call.facts.hostname.toLowerCase();
    if (call.keyDigest === null && isSameHost && call.facts.hostname !== '') return false;
    const at = Math.max(
      parts.notes.pending(device.id, call.source) ?? 0,
      sources.lastSeenAt(device.id, call.source) ?? 0,
    );
    return device.state === 'managed' && clock() - at < liveMs;
  };

  const cloneEvent = (device: Device, resembles: Device, reason: HeldReason): void =>
    void events.record('device-possible-clone', {
      device: device.id,
      params: { device: device.publicId, resembles: resembles.publicId, reason },
    });

  /** `token` null: the certificate of the device speaks for it. */
  const addSource = (
    device: number,
    call: Omit<EnrolCall, 'token'>,
    token: EnrolmentToken | null,
    state: 'pending' | 'held',
  ): number =>
    sources.insert(
      {
        device,
        source: call.source,
        clientId: call.clientId,
        keyDigest: call.keyDigest,
        token: token?.id ?? null,
        state,
        agent: call.facts.agentVersion ?? '',
        from: call.from,
        claim: claimText(call),
      },
      clock(),
    );

  const setClaim = (device: Device, claim: Claim): void => {
    store.setClaim(device.id, claim);
    hints.put(device.id, { names: [claim.hostname], addresses: [] }, clock());
  };

  /** A client that was here before: a lost reply, a repeated poll, or a copied disk. */
  const knownClient = (
    row: DeviceSource,
    call: Omit<EnrolCall, 'token'>,
    claim: Claim,
    token: EnrolmentToken | null,
  ): Decision => {
    const device = deviceOf(row.device);
    const known = { device, sourceId: row.id };
    if (device.state === 'revoked' || row.state === 'revoked')
      return { state: 'refused', reason: 'device-revoked', device: device.id };
    if (contradictsOwnKey(device, claim)) {
      // A copy asks again every minute.
      if (quiet.first(String(device.id))) cloneEvent(device, device, 'key-with-other-hardware');
      return { state: 'held', ...known };
    }
    if (isWaiting(row)) sources.setClaim(row.id, claimText(call));
    if (call.keyDigest !== null && isWaiting(row)) sources.setKey(row.id, call.keyDigest);
    // Tokens are rolled over by adding one and deleting the other: who is known may come with the new one.
    if (token !== null && row.token !== token.id) sources.setToken(row.id, token.id);
    // It waits for a person and is there: such a record is not idle.
    if (isWaiting(row))
      parts.notes.noteSource(call.source, {
        sourceId: row.id,
        device: device.id,
        at: clock(),
        agent: row.agent,
        from: call.from,
      });
    if (device.state === 'held' || row.state === 'held') return { state: 'held', ...known };
    if (device.state !== 'managed' || row.state === 'pending') return { state: 'pending', ...known };
    setClaim(device, claim);
    return { state: 'approved', ...known };
  };

  const admit = (
    call: EnrolCall,
    claim: Claim,
    token: EnrolmentToken,
    how: {
      state: 'pending' | 'held';
      resembles: number | null;
      reason: HeldReason | null;
      adopted?: Device | undefined;
    },
  ): Known => {
    const { state, resembles, reason: heldReason, adopted } = how;
    const made = {
      ...claim,
      publicId: adopted?.publicId ?? newPublicId(),
      state,
      token: token.id,
      group: token.group,
      heldReason,
      resembles,
    };
    const id = adopted?.id ?? store.insert(made, clock());
    if (adopted !== undefined) store.adopt(id, made);
    hints.put(id, { names: [claim.hostname], addresses: [] }, clock());
    const sourceId = addSource(id, call, token, state);
    store.useToken(token.id);
    return { state, device: deviceOf(id), sourceId };
  };

  /** Why a token lets no new device in any more. */
  const spent = (token: EnrolmentToken): string | undefined => {
    if (token.expiresAt !== null && token.expiresAt <= clock()) return 'token-expired';
    return token.maxUses !== null && store.tokenUses(token.id) >= token.maxUses ? 'token-used-up' : undefined;
  };

  /**
   * A known device with a new client through the same source: it was installed again. Uses and the end of a token are about new
   * devices, so it may come with a spent one. A managed one waits for a person, whatever the token says: hardware is only a
   * claim, and a token that was left behind on one device must not open the identity of another that is silent.
   */
  const reinstalled = (device: Device, call: EnrolCall, claim: Claim, token: EnrolmentToken): Decision => {
    events.record('device-reinstalled', { device: device.id, params: { device: device.publicId, address: call.from } });
    const state = device.state === 'held' ? 'held' : 'pending';
    const sourceId = addSource(device.id, call, token, state);
    sources.waitInstead({ id: sourceId, device: device.id, source: call.source });
    if (device.state === 'pending') {
      setClaim(device, claim);
      if (device.resembles === null && spent(token) === undefined && token.approves(call.from))
        return { state: 'approved', device: parts.approve(systemActor, device.id), sourceId };
    }
    return { state, device: deviceOf(device.id), sourceId };
  };

  const newcomer = (
    call: EnrolCall,
    claim: Claim,
    token: EnrolmentToken,
    sameId: { fitting?: DeviceSource | undefined; other?: DeviceSource | undefined },
  ): Decision => {
    const reason = spent(token);
    const hold = (known: Device, heldReason: HeldReason): Decision => {
      if (reason !== undefined) return { state: 'refused', reason };
      if (store.waiting() >= maxWaiting) return { state: 'refused', reason: 'too-many-waiting' };
      const held = admit(call, claim, token, { state: 'held', resembles: known.id, reason: heldReason });
      cloneEvent(held.device, known, heldReason);
      return held;
    };
    if (sameId.fitting !== undefined) {
      const device = deviceOf(sameId.fitting.device);
      // A client without a key of its own that was replaced: two of them take turns.
      if (sameId.fitting.state === 'replaced') return hold(device, 'replaced-client-again');
      if (isLive(device, call)) return hold(device, 'same-uuid-live');
      return reinstalled(device, call, claim, token);
    }
    if (sameId.other !== undefined) return hold(deviceOf(sameId.other.device), 'same-id-other-hardware');

    const alike = store.resembling(claim).filter((device) => device.state !== 'discovered');
    const throughSource = store.withSource(
      alike.map(({ id }) => id),
      call.source,
    );
    const own = alike.filter(({ id }) => throughSource.has(id));
    const verdict = matchNewcomer(
      claim,
      own.map((device) => ({ ...device, live: isLive(device, call) })),
    );
    if (verdict.kind === 'same') return reinstalled(deviceOf(verdict.device), call, claim, token);
    if (verdict.kind === 'clone') return hold(deviceOf(verdict.device), verdict.reason);
    if (reason !== undefined) return { state: 'refused', reason };
    if (store.waiting() >= maxWaiting) return { state: 'refused', reason: 'too-many-waiting' };

    // Through another source the same hardware is no clone, and what was revoked does not come back by itself: both wait.
    const others = [...alike.filter(({ id }) => !throughSource.has(id)), ...store.revokedLike(claim)];
    const perhaps = matchNewcomer(
      claim,
      others.map((device) => ({ ...device, live: false })),
    );
    const resembles = perhaps.kind === 'new' ? null : perhaps.device;
    const adopted = onlyDiscovered(claim, { store, hints });
    const admitted = admit(call, claim, token, { state: 'pending', resembles, reason: null, adopted });
    const { device, sourceId } = admitted;
    if (token.approves(call.from) && resembles === null)
      return { state: 'approved', device: parts.approve(systemActor, device.id), sourceId };
    events.record('device-pending', { device: device.id, params: { device: device.publicId, address: call.from } });
    return admitted;
  };

  const claimOf = ({ facts, from }: Pick<EnrolCall, 'facts' | 'from'>): Claim => ({
    ...toIdentity({
      uuid: facts.uuid ?? undefined,
      serial: facts.serial ?? undefined,
      macs: [...(facts.macs ?? [])],
    }),
    hostname: facts.hostname,
    os: facts.os ?? '',
    arch: facts.arch ?? '',
    agentVersion: facts.agentVersion ?? '',
    kind: facts.kind ?? 'computer',
    from,
  });

  /**
   * A device that its certificate names asks for another one, with a new key. That it has the key of the certificate tells a person
   * whom the request comes from and keeps its place beside requests of others; it opens nothing.
   */
  const again = (call: CertificateCall): Decision => {
    const device = deviceOf(call.device);
    const claim = claimOf(call);
    const known = call.keyDigest === null ? undefined : sources.byKey(call.source, call.keyDigest);
    if (known !== undefined && known.state !== 'replaced')
      return known.device === device.id
        ? knownClient(known, call, claim, null)
        : { state: 'refused', reason: 'key-of-another', device: device.id };
    if (contradictsOwnKey(device, claim)) {
      if (quiet.first(String(device.id))) cloneEvent(device, device, 'key-with-other-hardware');
      return { state: 'held', device, sourceId: call.sourceId };
    }
    events.record('device-reinstalled', { device: device.id, params: { device: device.publicId, address: call.from } });
    const state = device.state === 'held' ? 'held' : 'pending';
    const sourceId = addSource(device.id, call, null, state);
    sources.waitInstead({ id: sourceId, device: device.id, source: call.source });
    return { state, device: deviceOf(device.id), sourceId };
  };

  const decide = (call: EnrolCall, token: EnrolmentToken): Decision => {
    const claim = claimOf(call);
    const byKey = call.keyDigest === null ? undefined : sources.byKey(call.source, call.keyDigest);
    if (byKey !== undefined && byKey.state !== 'replaced') return knownClient(byKey, call, claim, token);
    const sameId = sources.byClient(call.source, call.clientId);
    const fitting = sameId.filter((row) => !contradictsOwnKey(deviceOf(row.device), claim));
    const waiting = fitting.find((row) => isWaiting(row) || deviceOf(row.device).state === 'pending');
    if (waiting !== undefined) return knownClient(waiting, call, claim, token);
    const [first] = fitting.filter((row) => row.state !== 'replaced');
    // Known, and proves nothing of its own; or revoked, whatever the key.
    if (first !== undefined && (call.keyDigest === null || first.state === 'revoked'))
      return knownClient(first, call, claim, token);
    return newcomer(call, claim, token, {
      fitting: first ?? (call.keyDigest === null ? fitting[0] : undefined),
      other: fitting.length === 0 ? sameId[0] : undefined,
    });
  };

  const takeShare = (from: string): void => {
    if (!limit.take(from) || !refused.allows(from))
      throw new AppError('RATE_LIMITED', 'too many requests to enrol', { retryAfterSeconds: 60 });
  };

  const outcomeOf = (call: Omit<EnrolCall, 'token'>, decision: Decision): ClientOutcome => {
    if (decision.state === 'refused') throw refused.refuse('TOKEN', decision.reason, call.from, decision.device);
    const { state, device, sourceId } = decision;
    const standing = ({ approved: 'managed', pending: 'pending', held: 'held' } as const)[state];
    const hasFull = sources.callerById(call.source, sourceId)?.hasFull ?? false;
    return {
      state,
      device,
      caller: { id: device.id, publicId: device.publicId, source: call.source, state: standing, sourceId, hasFull },
    };
  };

  return {
    withToken: (call) => {
      takeShare(call.from);
      const purpose = purposeOf[call.source];
      const held = (): AppError => refused.tell('TOKEN_HELD', call.from);
      const token = purpose === undefined ? undefined : findEnrolmentToken(objects, purpose, call.token, held);
      if (token === undefined) throw refused.refuse('TOKEN', 'unknown-token', call.from);
      return outcomeOf(
        call,
        immediate(db, () => decide(call, token)),
      );
    },
    withCertificate: (call) => {
      takeShare(call.from);
      if (deviceOf(call.device).state === 'revoked') throw refused.tell('DEVICE_REVOKED', call.from, call.device);
      return outcomeOf(
        call,
        immediate(db, () => again(call)),
      );
    },
  };
};
