import { sameUuid } from './identity.ts';
import type { HeldReason, Identity } from './types.ts';

// Which known device a newcomer is (AGENT-PROTOCOLS 1): hardware UUID, then serial, then the set of MACs. Pure: the store
// brings the candidates, the service acts on the verdict.

export type Candidate = Identity & { id: number; live: boolean };

type Verdict =
  | { kind: 'new' }
  | { kind: 'same'; device: number }
  | { kind: 'clone'; device: number; reason: HeldReason };

const shares = (a: readonly string[], b: readonly string[]): boolean => a.some((mac) => b.includes(mac));
const equalSets = (a: readonly string[], b: readonly string[]): boolean =>
  a.length > 0 && a.length === b.length && a.every((mac) => b.includes(mac));
/** MACs speak against being the same device only where both sides have some. */
const macsContradict = (a: Identity, b: Identity): boolean =>
  a.macs.length > 0 && b.macs.length > 0 && !shares(a.macs, b.macs);

/** Decides about a newcomer with a new key. Candidates are devices that are not revoked, in order of their age. */
export const matchNewcomer = (newcomer: Identity, candidates: readonly Candidate[]): Verdict => {
  const byUuid = candidates.filter((device) => sameUuid(device.uuid, newcomer.uuid));
  if (byUuid.length > 0) {
    const same = byUuid.find((device) => !macsContradict(device, newcomer));
    const device = same ?? byUuid[0];
    if (device === undefined) return { kind: 'new' };
    if (same === undefined) return { kind: 'clone', device: device.id, reason: 'same-uuid-other-macs' };
    return same.live ? { kind: 'clone', device: same.id, reason: 'same-uuid-live' } : { kind: 'same', device: same.id };
  }
  // Two different UUIDs are two devices, whatever the sticker says.
  const comparable = candidates.filter((device) => device.uuid === null || newcomer.uuid === null);
  const bySerial = comparable.find(
    (device) => newcomer.serial !== null && device.serial === newcomer.serial && !macsContradict(device, newcomer),
  );
  const byMacs = comparable.find((device) => equalSets(device.macs, newcomer.macs));
  const found = bySerial ?? byMacs;
  if (found === undefined) return { kind: 'new' };
  return found.live
    ? { kind: 'clone', device: found.id, reason: 'same-uuid-live' }
    : { kind: 'same', device: found.id };
};

/** The same key from other hardware: a copied disk. Missing facts contradict nothing. */
export const contradictsOwnKey = (known: Identity, claim: Identity): boolean =>
  (known.uuid !== null && claim.uuid !== null && !sameUuid(known.uuid, claim.uuid)) || macsContradict(known, claim);
