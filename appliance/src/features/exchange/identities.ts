import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { InventoryService } from '../../engine/inventory/service.ts';
import type { FieldValue, InventoryRow } from '../../engine/inventory/types.ts';
import type { ObjectService } from '../../engine/objects/service.ts';
import { wholeSite } from '../../platform/scope.ts';
import type { ControllersForExchange } from '../controllers/types.ts';
import type { Device } from '../devices/types.ts';
import type { IdentityValue } from './leak-scan.ts';
import type { IdentityKind } from './types.ts';

// Everything that names a device or a person of the site, for the leak scan. Accounts that the operating system and
// its packages make (uid below 1000, and 65534) are the same on every computer and identify no person.

const FIELDS: Readonly<Record<string, Readonly<Record<string, IdentityKind>>>> = {
  identity: {
    name: 'host',
    dnsName: 'host',
    windowsName: 'host',
    dnsDomain: 'domain',
    windowsDomain: 'domain',
    networkLocation: 'domain',
    ipv4: 'address',
    ipv6: 'address',
    macs: 'mac',
  },
  platform: { managingServer: 'host' },
  hardware: { serial: 'serial', mac: 'mac' },
  sessions: { account: 'account', remoteAddress: 'address' },
  discovery: { names: 'host', addresses: 'address', macs: 'mac' },
  'directory-domain': { name: 'domain' },
  'directory-user': { name: 'account', fullName: 'person', email: 'person', phone: 'person' },
};

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '127.0.1.1', '0.0.0.0', '::1', '::', '255.255.255.255']);

/** Numbers of parts that makers never filled in, or that are too short to be anyone's. */
const isSerial = (value: string): boolean => {
  const joined = value.toLowerCase().replace(/[^a-z0-9]/g, '');
  return joined.length >= 6 && /\d/.test(joined) && !/^(.)\1*$/.test(joined) && !/^0?123456789/.test(joined);
};

const isWorth = (kind: IdentityKind, value: string): boolean => {
  if (value.trim() === '') return false;
  if (kind === 'address') return !LOOPBACK.has(value);
  if (kind === 'mac') return !/^[0:.-]*$/.test(value) && !/^[fF:.-]*$/.test(value);
  return kind !== 'serial' || isSerial(value);
};

const textsOf = (value: FieldValue | undefined): string[] =>
  typeof value === 'string' ? [value] : Array.isArray(value) ? value : [];

const isSystemAccount = (row: InventoryRow): boolean => {
  const uid = row['uid'];
  return typeof uid === 'number' && (uid < 1000 || uid === 65_534);
};

type Sources = {
  readonly inventory: Pick<InventoryService, 'ofAnyCollection' | 'collections'>;
  readonly objects: Pick<ObjectService, 'ofAnyKind'>;
  readonly devices: () => Iterable<Device>;
  /** The record of controllers. */
  readonly controllers: Pick<ControllersForExchange, 'identities'> | undefined;
};

const rowsOf = function* ({ inventory }: Sources, collection: string): Generator<InventoryRow> {
  let after: string | undefined;
  do {
    const page = inventory.ofAnyCollection.list({
      scope: wholeSite('job'),
      collection,
      limit: 10_000,
      personal: true,
      ...defined({ after }),
    });
    yield* page.rows;
    after = page.next;
  } while (after !== undefined);
};

const deviceValues = function* (devices: Iterable<Device>): Generator<IdentityValue> {
  for (const device of devices) {
    const value = (kind: IdentityKind, text: string | null): IdentityValue[] =>
      text !== null && isWorth(kind, text) ? [{ kind, value: text, device: device.id }] : [];
    yield* value('host', device.hostname);
    yield* value('serial', device.serial);
    yield* value('machine', device.uuid);
    yield* value('machine', device.publicId);
    yield* value('address', device.from);
    for (const mac of device.macs) yield* value('mac', mac);
  }
};

const objectValues = function* ({ objects }: Sources): Generator<IdentityValue> {
  const kinds: Readonly<Record<string, Readonly<Record<string, IdentityKind>>>> = {
    'device-decision': { displayName: 'host' },
    account: { name: 'account', fullName: 'person', email: 'person', phone: 'person' },
  };
  for (const [kind, fields] of Object.entries(kinds)) {
    let after: string | undefined;
    do {
      const page = objects.ofAnyKind.list({ kind, limit: 1000, ...defined({ after }) });
      for (const { body } of page.rows)
        for (const [field, what] of Object.entries(fields)) {
          const value = body[field];
          if (typeof value === 'string' && isWorth(what, value)) yield { kind: what, value, device: 0 };
        }
      after = page.next;
    } while (after !== undefined);
  }
};

/** Every value of the site that must not leave, with the device that has it (0: the site itself). */
export const siteIdentities = function* (sources: Sources): Generator<IdentityValue> {
  const system = new Set<string>();
  for (const row of rowsOf(sources, 'accounts')) {
    const name = textsOf(row['name'])[0] ?? '';
    const device = Number(row['_device'] ?? 0);
    if (isSystemAccount(row)) {
      system.add(name);
      continue;
    }
    if (isWorth('account', name)) yield { kind: 'account', value: name, device };
    for (const text of textsOf(row['fullName']))
      if (isWorth('person', text)) yield { kind: 'person', value: text, device };
    for (const text of textsOf(row['domain']))
      if (isWorth('domain', text)) yield { kind: 'domain', value: text, device };
  }
  for (const [collection, fields] of Object.entries(FIELDS))
    for (const row of rowsOf(sources, collection))
      for (const [field, kind] of Object.entries(fields))
        for (const value of textsOf(row[field]))
          if (isWorth(kind, value) && !(kind === 'account' && system.has(value)))
            yield { kind, value, device: Number(row['_device'] ?? 0) };
  // Records of controllers have numbers of their own: below zero, so that none is taken for a device.
  for (const { kind, value, controller } of sources.controllers?.identities() ?? [])
    if (isWorth(kind, value)) yield { kind, value, device: -controller };
  yield* deviceValues(sources.devices());
  yield* objectValues(sources);
};
