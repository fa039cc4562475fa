import { type AddressSet, addressSet } from '@sallyport/bundle-tools/platform/address-set';
import { controllersInPolicy } from '@sallyport/bundle-tools/protocol/policy';
import type { ObjectService } from '../../engine/objects/service.ts';
import type { Forbidden, ForbiddenBecause } from '../../platform/connect.ts';
import { changeStamp, type Database } from '../../platform/database.ts';
import type { AddressRange } from '../../platform/ipv4-range.ts';
import { allOf, rangeKind } from './targets.ts';

// Where controllers are: every address in the record of controllers and of their modules and interfaces, configured or
// observed; the networks of their zones; the ranges that people marked. Nothing but identification connects there, and
// agents are told no address of it to search.

/** What of the record of controllers says where they are. */
type ControllerAddresses = { addresses(): string[] };

export type ForbiddenAddresses = Forbidden & {
  /** The same as rising ranges of IPv4, for plans. */
  ipv4(): readonly AddressRange[];
  /** Addresses of controllers themselves, in the same network as another address; may be a minute old. */
  near(address: string): string[];
};

type Held = { stamp: string; sets: [ForbiddenBecause, AddressSet][]; ipv4: readonly AddressRange[] };

const zoneKind = 'controller-zone';
const nearMs = 60_000;

/** The network that a neighbour of this address is in, as most networks are cut. */
const networkOf = (address: string): string | undefined =>
  /^\d+\.\d+\.\d+\.\d+$/.test(address)
    ? `${address}/24`
    : address.includes(':')
      ? `${address.split('%')[0]}/64`
      : undefined;

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : [];

/** Reads the record as it is at each question; works it out again only when the database has changed. */
export function forbiddenAddresses(parts: {
  db: Database;
  objects: Pick<ObjectService, 'exportKind'>;
  controllers: ControllerAddresses;
  clock: () => number;
}): ForbiddenAddresses {
  const { db, objects, controllers, clock } = parts;
  const stampNow = changeStamp(db);
  let held: Held | undefined;
  let listed: { at: number; addresses: readonly string[] } | undefined;

  const current = (): Held => {
    const stamp = stampNow();
    if (held?.stamp === stamp) return held;
    const entries: [ForbiddenBecause, string[]][] = [
      ['controller', controllers.addresses()],
      ['zone', allOf(objects, zoneKind).flatMap(({ body }) => texts(body['prefixes']))],
      [
        'range',
        allOf(objects, rangeKind)
          .filter(({ body }) => body['controllers'] === true)
          .map(({ body }) => String(body['network'])),
      ],
    ];
    held = {
      stamp,
      sets: entries.map(([because, all]) => [because, addressSet(all)]),
      ipv4: addressSet(entries.flatMap(([, all]) => all)).ipv4(),
    };
    return held;
  };

  return {
    because: (address) => current().sets.find(([, set]) => set.has(address))?.[0],
    ipv4: () => current().ipv4,
    near: (address) => {
      const network = networkOf(address);
      if (network === undefined) return [];
      if (listed === undefined || clock() - listed.at >= nearMs)
        listed = { at: clock(), addresses: controllers.addresses() };
      if (listed.addresses.length === 0) return [];
      const near = addressSet([network]);
      return listed.addresses.filter((one) => near.has(one)).slice(0, controllersInPolicy);
    },
  };
}
