import type { Method, Reading } from '@sallyport/bundle-tools/controllers/reading';
import { codeKey } from './normalise.ts';
import type { NewFact } from './reading-facts.ts';
import { serialKey } from './serials.ts';

// What tells which controller a reading is about (OT 2.3). Serial number, and order number with MAC address, are certain;
// a station name in its subnet and an address are only ever proposed. Beside them stand keys by which a source recognises
// what it reported itself: the same row of a list, the same device in the same place of one capture or one stream. Those join
// readings, never two devices that have different serial numbers.

export type KeyKind = 'serial' | 'mac' | 'row' | 'seen' | 'here' | 'number' | 'station' | 'ip';

/** 0: certain; 1: one source about its own words; 2: proposed; 3: proposed, weakly. */
export const strengthOf: Readonly<Record<KeyKind, number>> = {
  serial: 0,
  mac: 0,
  row: 1,
  seen: 1,
  here: 1,
  /** A serial number without its vendor. */
  number: 2,
  station: 2,
  ip: 3,
};

export type Key = { kind: KeyKind; value: string };

export type ReadingKeys = {
  keys: Key[];
  /** The serial number as it is compared, where there is one that identifies. */
  serial: string | undefined;
  addresses: string[];
};

type Fact = Pick<NewFact, 'type' | 'key' | 'field' | 'value' | 'side'>;
type Source = Pick<Reading, 'method' | 'source'>;

const configured: ReadonlySet<Method> = new Set(['project', 'nameplate', 'csv']);

/** Addresses that many devices have: they identify none. */
const isAnyones = (address: string): boolean => /^(?:0\.0\.0\.0|127\.|169\.254\.|255\.|::1?$)/.test(address);

const octets = (address: string): number[] => address.split('.').map(Number);

/** The network of an address by its mask, else by what most networks of controllers have. */
const subnetOf = (address: string | undefined, mask: string | undefined): string => {
  if (address === undefined || !/^\d+\.\d+\.\d+\.\d+$/.test(address)) return '';
  const bits = octets(mask !== undefined && /^\d+\.\d+\.\d+\.\d+$/.test(mask) ? mask : '255.255.255.0');
  return octets(address)
    .map((part, at) => part & (bits[at] ?? 0))
    .join('.');
};

/** The keys of one reading; `batch` is what brought it. */
export const keysOf = (batch: number, reading: Source, facts: readonly Fact[]): ReadingKeys => {
  const first = (type: string, field: string): string | undefined =>
    facts.find((fact) => fact.type === type && fact.field === field && fact.value !== null)?.value ?? undefined;
  const all = (field: string): string[] => [
    ...new Set(
      facts
        .filter((fact) => (fact.type === 'controller' || fact.type === 'interface') && fact.field === field)
        .flatMap(({ value }) => (value === null ? [] : [value])),
    ),
  ];
  const vendor = (first('controller', 'vendor') ?? '').toLowerCase();
  const order = codeKey(first('controller', 'orderNumber') ?? '');
  const serial = serialKey(first('controller', 'serial') ?? '');
  const macs = all('mac').filter((mac) => !/^(?:00:){5}00$|^(?:ff:){5}ff$/.test(mac));
  const addresses = all('address').filter((address) => !isAnyones(address));
  const stations = all('stationName').map((name) => name.toLowerCase());
  const mask = first('interface', 'mask');
  const keys: Key[] = [];
  const add = (kind: KeyKind, value: string): void => {
    keys.push({ kind, value: value.slice(0, 600) });
  };
  if (serial !== '' && vendor !== '') add('serial', `${vendor}|${serial}`);
  if (serial !== '') add('number', serial);
  if (vendor !== '' && order !== '') for (const mac of macs) add('mac', `${vendor}|${order}|${mac}`);
  for (const station of stations) add('station', `${station}|${subnetOf(addresses[0], mask)}`);
  for (const address of addresses) add('ip', address);
  if (configured.has(reading.method)) {
    const tag = first('controller', 'assetTag');
    const name = first('controller', 'name') ?? first('controller', 'stationName');
    const place = addresses[0] ?? first('controller', 'projectName') ?? first('controller', 'projectFile') ?? order;
    if (tag !== undefined) add('row', `${reading.source}|tag|${tag.toLowerCase()}`);
    else if (name !== undefined) add('row', `${reading.source}|name|${name.toLowerCase()}|${place.toLowerCase()}`);
  } else if (reading.method !== 'manual') {
    const shown = [vendor, order, first('controller', 'model') ?? '', stations[0] ?? ''].join('|').toLowerCase();
    for (const address of addresses.slice(0, 1)) {
      add('here', `${batch}|${address}`);
      add('seen', `${reading.source}|${address}|${macs[0] ?? ''}|${shown}`);
    }
    if (addresses.length === 0)
      for (const mac of macs.slice(0, 1)) {
        add('here', `${batch}|${mac}`);
        add('seen', `${reading.source}||${mac}|${shown}`);
      }
    // A station behind a gateway is told by its place there, which nothing else in the site has.
    const reached = first('controller', 'connectionString');
    if (addresses.length === 0 && macs.length === 0 && reached !== undefined) {
      add('here', `${batch}|${reached}`);
      add('seen', `${reading.source}||${reached}`);
    }
  }
  return { keys, serial: serial === '' ? undefined : serial, addresses };
};
