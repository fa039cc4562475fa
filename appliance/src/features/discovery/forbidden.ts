import { type AddressSet, addressSet } from '@sallyport/bundle-tools/platform/address-set';
import { controllersInPolicy } from '@sallyport/bundle-tools/protocol/policy';
import type { ObjectService } from '../../engine/objects/service.ts';
import type { Forbidden, ForbiddenBecause } from '../../platform/connect.ts';
import { changeStamp, type Database } from '../../platform/database.ts';
import type { AddressRange } from '../../platform/ipv4-range.ts';
import { networksIn, zoneKind } from './protected-keeper.ts';
import { protectedStore } from './protected-store.ts';
import { allOf, rangeKind } from './targets.ts';

// Where controllers are: every address in the record of controllers and of their modules and interfaces, configured or
// observed; the networks of their zones; the ranges that people marked. Nothing but identification connects there, and
// agents are told no address of it to search. What left the records is still of the set until two persons release it
// (protected-service.ts).

/** What of the record of controllers says where they are. */
type ControllerAddresses = { addresses(): string[] };

export type ForbiddenAddresses = Forbidden & {
  /** The same as rising ranges of IPv4, for plans. */
  ipv4(): readonly AddressRange[];
  /** Whether the records of now have all of an address, network or range, whatever left them. */
  isRecorded(written: string): boolean;
  /** Addresses of controllers themselves, in the same network as another address; may be a minute old. */
  near(address: string): string[];
};

type Held = {
  stamp: string;
  sets: readonly (readonly [ForbiddenBecause, AddressSet])[];
  /** Each worked out when it is asked for: most questions are about one address. */
  ipv4(): readonly AddressRange[];
  recorded(): AddressSet;
};

const once = <T>(make: () => T): (() => T) => {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};

const nearMs = 60_000;

/** The network that a neighbour of this address is in, as most networks are cut. */
const networkOf = (address: string): string | undefined =>
  /^\d+\.\d+\.\d+\.\d+$/.test(address)
    ? `${address}/24`
    : address.includes(':')
      ? `${address.split('%')[0]}/64`
      : undefined;

/** Reads the record as it is at each question; works it out again only when the database has changed. */
export function forbiddenAddresses(parts: {
  db: Database;
  objects: Pick<ObjectService, 'exportKind'>;
  controllers: ControllerAddresses;
  clock: () => number;
}): ForbiddenAddresses {
  const { db, objects, controllers, clock } = parts;
  const stampNow = changeStamp(db);
  const store = protectedStore(db);
  const networks = (kind: keyof typeof networksIn): string[] =>
    allOf(objects, kind).flatMap(({ body }) => networksIn[kind](body));
  let held: Held | undefined;
  let listed: { at: number; addresses: readonly string[] } | undefined;

  const current = (): Held => {
    const stamp = stampNow();
    if (held?.stamp === stamp) return held;
    const recorded: [ForbiddenBecause, string[]][] = [
      ['controller', controllers.addresses()],
      ['zone', networks(zoneKind)],
      ['range', networks(rangeKind)],
    ];
    const entries = [...recorded, ['protected', store.addresses()] as const];
    held = {
      stamp,
      sets: entries.map(([because, all]) => [because, addressSet(all)] as const),
      ipv4: once(() => addressSet(entries.flatMap(([, all]) => all)).ipv4()),
      recorded: once(() => addressSet(recorded.flatMap(([, all]) => all))),
    };
    return held;
  };

  return {
    because: (address) => current().sets.find(([, set]) => set.has(address))?.[0],
    ipv4: () => current().ipv4(),
    isRecorded: (written) => current().recorded().covers(written),
    near: (address) => {
      const network = networkOf(address);
      if (network === undefined) return [];
      if (listed === undefined || clock() - listed.at >= nearMs)
        listed = { at: clock(), addresses: [...controllers.addresses(), ...store.addresses()] };
      if (listed.addresses.length === 0) return [];
      const near = addressSet([network]);
      return listed.addresses.filter((one) => near.has(one)).slice(0, controllersInPolicy);
    },
  };
}
