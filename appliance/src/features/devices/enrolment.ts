import type { EnrolRequest } from '@sallyport/bundle-tools/protocol/enrol';
import { type Database, immediate } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import type { CertificateRequest } from '../ca/types.ts';
import type { EventService } from '../events/service.ts';
import type { ObjectService } from '../objects/service.ts';
import { type Actor, systemActor } from '../objects/types.ts';
import { toIdentity } from './identity.ts';
import type { LastSeen } from './last-seen.ts';
import { contradictsOwnKey, matchNewcomer } from './match.ts';
import { newPublicId } from './public-id.ts';
import { rateLimit } from './rate-limit.ts';
import type { Refusals } from './refusals.ts';
import type { Claim, DeviceStore } from './store.ts';
import { type EnrolmentToken, findEnrolmentToken } from './tokens.ts';
import type { Device, EnrolOutcome, HeldReason } from './types.ts';

// The decision about one request to enrol. Everything is one transaction; refusals are returned from it and thrown after
// it, so that what they leave behind (a held newcomer, an event) stays.

export type EnrolmentParts = {
  db: Database;
  store: DeviceStore;
  objects: ObjectService;
  events: EventService;
  clock: () => number;
  refused: Refusals;
  perMinute: number;
  approve: (actor: Actor, id: number) => Device;
  seen: LastSeen;
};

export type EnrolCall = { request: EnrolRequest; csr: CertificateRequest; from: string };

type Decision = EnrolOutcome | { state: 'refused'; reason: string; device?: number } | { state: 'held' };

/** A device that was heard within this time is alive: a newcomer with its UUID is a second one. */
const liveMs = 3 * 60_000;
/** Newcomers that wait for a person; past it a leaked token could fill the table. */
const maxWaiting = 20_000;

export const enrolment = (parts: EnrolmentParts): ((call: EnrolCall) => EnrolOutcome) => {
  const { db, store, objects, events, clock, refused } = parts;
  const limit = rateLimit({ perMinute: parts.perMinute, clock });

  const isLive = (device: Device): boolean => {
    const at = Math.max(parts.seen.pending(device.id) ?? 0, device.lastSeenAt ?? 0);
    return device.state === 'managed' && clock() - at < liveMs;
  };

  const cloneEvent = (device: Device, resembles: Device, reason: HeldReason): void =>
    void events.record('device-possible-clone', {
      device: device.id,
      params: { device: device.publicId, resembles: resembles.publicId, reason },
    });

  /** The same key again: a lost reply, a repeated poll, or a copied disk. */
  const knownKey = (device: Device, claim: Claim): Decision => {
    if (device.state === 'revoked') return { state: 'refused', reason: 'device-revoked', device: device.id };
    if (contradictsOwnKey(device, claim)) {
      cloneEvent(device, device, 'key-with-other-hardware');
      return { state: 'held' };
    }
    if (device.state === 'held') return { state: 'held' };
    if (device.state === 'pending') return { state: 'pending', device };
    store.setClaim(device.id, claim);
    return { state: 'approved', device };
  };

  const admit = (
    call: EnrolCall,
    claim: Claim,
    token: EnrolmentToken,
    state: 'pending' | 'held',
    resembles: number | null,
    reason: HeldReason | null,
  ): Device => {
    const id = store.insert(
      {
        ...claim,
        publicId: newPublicId(),
        state,
        keyDigest: call.csr.keyDigest,
        token: token.id,
        group: token.group,
        heldReason: reason,
        resembles,
      },
      clock(),
    );
    store.useToken(token.id);
    const device = store.byId(id);
    if (device === undefined) throw new AppError('INTERNAL', 'the new device is gone');
    return device;
  };

  /** A known device with a new key: it was installed again. */
  const reinstalled = (device: Device, call: EnrolCall, claim: Claim, token: EnrolmentToken): Decision => {
    events.record('device-reinstalled', { device: device.id, params: { device: device.publicId, address: call.from } });
    if (device.state === 'held') {
      store.setKey(device.id, call.csr.keyDigest);
      return { state: 'held' };
    }
    if (device.state === 'managed' && token.approve === 'manual') {
      store.setNextKey(device.id, call.csr.keyDigest);
      return { state: 'pending', device };
    }
    store.setKey(device.id, call.csr.keyDigest);
    store.setClaim(device.id, claim);
    if (device.state === 'managed') return { state: 'approved', device };
    return token.approve === 'auto'
      ? { state: 'approved', device: parts.approve(systemActor, device.id) }
      : { state: 'pending', device };
  };

  const newcomer = (call: EnrolCall, claim: Claim, token: EnrolmentToken): Decision => {
    if (token.expiresAt !== null && token.expiresAt <= clock()) return { state: 'refused', reason: 'token-expired' };
    const candidates = store.resembling(claim).map((device) => ({ ...device, live: isLive(device) }));
    const verdict = matchNewcomer(claim, candidates);
    const known = verdict.kind === 'new' ? undefined : store.byId(verdict.device);
    // A new key needs a use of the token even where the hardware is known: hardware is only a claim, and a token that
    // was left behind on one device must not open the identity of another.
    if (token.maxUses !== null && store.tokenUses(token.id) >= token.maxUses)
      return { state: 'refused', reason: 'token-used-up' };
    if (verdict.kind === 'same' && known !== undefined) {
      store.useToken(token.id);
      return reinstalled(known, call, claim, token);
    }
    if (store.waiting() >= maxWaiting) return { state: 'refused', reason: 'too-many-waiting' };
    if (verdict.kind === 'clone' && known !== undefined) {
      cloneEvent(admit(call, claim, token, 'held', known.id, verdict.reason), known, verdict.reason);
      return { state: 'held' };
    }
    const device = admit(call, claim, token, 'pending', null, null);
    if (token.approve === 'auto') return { state: 'approved', device: parts.approve(systemActor, device.id) };
    events.record('device-pending', { device: device.id, params: { device: device.publicId, address: call.from } });
    return { state: 'pending', device };
  };

  const decide = (call: EnrolCall, token: EnrolmentToken): Decision => {
    const { device, agentVersion } = call.request;
    const claim: Claim = {
      ...toIdentity(device),
      hostname: device.hostname,
      os: device.os,
      arch: device.arch,
      agentVersion,
      from: call.from,
    };
    const known = store.byKey(call.csr.keyDigest);
    if (known !== undefined) return knownKey(known, claim);
    const waiting = store.byNextKey(call.csr.keyDigest);
    if (waiting !== undefined) return { state: 'pending', device: waiting };
    return newcomer(call, claim, token);
  };

  return (call) => {
    if (!limit.take(call.from) || !refused.allows(call.from)) {
      throw new AppError('RATE_LIMITED', 'too many requests to enrol', { retryAfterSeconds: 60 });
    }
    const token = findEnrolmentToken(objects, call.request.token);
    if (token === undefined) throw refused.refuse('TOKEN', 'unknown-token', call.from);
    const decision = immediate(db, () => decide(call, token));
    if (decision.state === 'refused') throw refused.refuse('TOKEN', decision.reason, call.from, decision.device);
    if (decision.state === 'held') {
      throw new AppError(
        'POSSIBLE_CLONE',
        'this device looks like one that is known already; an administrator decides',
      );
    }
    return decision;
  };
};
