import type { EventService } from '../../engine/events/service.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { cleanAddress } from '../../platform/network.ts';
import { cleanNames, type HintStore } from './hint-store.ts';
import { sameUuid, toIdentity } from './identity.ts';
import { contradictsOwnKey } from './match.ts';
import { newPublicId } from './public-id.ts';
import type { DeviceStore } from './store.ts';
import type { Device, Discovery, Identity } from './types.ts';

// What others see: a directory, a scan, an agent's neighbours. It finds the device that is meant or makes a record of one
// that never spoke; it never changes what a device says about itself.

type Parts = { db: Database; store: DeviceStore; hints: HintStore; events: EventService };

/** Records never approved; past it a scan of a large network would fill the table. */
const maxDiscovered = 100_000;

/** Finds by UUID, serial, MAC, then full DNS name, then address and name together; the oldest that fits. */
const find = (
  parts: Omit<Parts, 'events'>,
  identity: Identity,
  names: readonly string[],
  addresses: readonly string[],
) => {
  const { store, hints } = parts;
  const fits = (device: Device | undefined): device is Device =>
    device !== undefined &&
    device.state !== 'revoked' &&
    device.kind !== 'directory' &&
    !contradictsOwnKey(device, identity);
  const alike = store.resembling(identity).filter(fits);
  const byUuid = alike.find((device) => sameUuid(device.uuid, identity.uuid));
  const bySerial = alike.find((device) => identity.serial !== null && device.serial === identity.serial);
  const hardware = byUuid ?? bySerial ?? alike.find((device) => device.macs.some((mac) => identity.macs.includes(mac)));
  if (hardware !== undefined) return hardware;
  const { dns, labels } = cleanNames(names);
  const byDns = hints
    .devicesWith('dns', dns)
    .map((id) => store.byId(id))
    .find(fits);
  if (byDns !== undefined) return byDns;
  const named = new Set(hints.devicesWith('name', labels));
  return hints
    .devicesWith('address', addresses)
    .filter((id) => named.has(id))
    .map((id) => store.byId(id))
    .find(fits);
};

/** What a device is found by. */
const cleaned = (seen: Discovery) => ({
  identity: toIdentity({
    uuid: seen.facts.uuid ?? undefined,
    serial: seen.facts.serial ?? undefined,
    macs: [...(seen.facts.macs ?? [])],
  }),
  names: [...new Set([...(seen.names ?? []), seen.facts.hostname ?? ''])].filter((name) => name !== ''),
  addresses: [...new Set((seen.addresses ?? []).map(cleanAddress))].filter((one) => one !== 'unknown'),
});

/** The device that is meant, if it is known; changes nothing. */
export const recognition =
  (parts: Omit<Parts, 'events'>) =>
  (seen: Discovery): Device | undefined => {
    const { identity, names, addresses } = cleaned(seen);
    return find(parts, identity, names, addresses);
  };

/** Takes what others see of devices. */
export const discovery = (parts: Parts) => {
  const { db, store, hints, events } = parts;
  return (seen: Discovery): { device: Device; created: boolean } | undefined => {
    const { identity, names, addresses } = cleaned(seen);
    return immediate(db, () => {
      const known = find(parts, identity, names, addresses);
      if (known === undefined && store.counts().discovered >= maxDiscovered) return undefined;
      const claim = {
        ...identity,
        hostname: seen.facts.hostname ?? names[0] ?? addresses[0] ?? '',
        os: seen.facts.os ?? '',
        arch: seen.facts.arch ?? '',
        agentVersion: '',
        kind: seen.facts.kind ?? 'computer',
        from: null,
      };
      const id =
        known?.id ??
        store.insert(
          {
            ...claim,
            publicId: newPublicId(),
            state: 'discovered',
            token: null,
            group: null,
            heldReason: null,
            resembles: null,
          },
          seen.at,
        );
      // Who saw no more than an address must not make a computer of a switch.
      if (known?.state === 'discovered') store.addFacts(id, { ...claim, kind: seen.facts.kind ?? known.kind });
      if (known === undefined || known.state === 'discovered') store.seenAt(id, seen.at);
      hints.put(id, { names, addresses }, seen.at);
      const device = store.byId(id);
      if (device === undefined) return undefined;
      if (known === undefined)
        events.record('device-discovered', {
          device: id,
          params: { device: device.publicId, method: seen.method },
        });
      return { device, created: known === undefined };
    });
  };
};
