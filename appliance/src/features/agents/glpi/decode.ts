import { hash } from 'node:crypto';
import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import type {
  DecodedReport,
  DecodedSection,
  DecoderHints,
  Item,
  ReportFacts,
} from '../../../engine/inventory/types.ts';
import { AppError } from '../../../platform/errors.ts';
import { freeBytes } from '../../../platform/free-bytes.ts';
import { cleanMacs, cleanUuid } from '../../../platform/hardware-identity.ts';
import { unpackBody } from '../../../platform/http/body.ts';
import { applianceRelease } from '../../../platform/release.ts';
import type { Seen } from '../../discovery/types.ts';
import { cutPackages } from './cut-packages.ts';
import { deviceMessages, isOfOthers } from './device-message.ts';
import { addressesOf, line, lines, offsetMinutes, rowsIn } from './fields.ts';
import { dnsNameOf } from './map-network.ts';
import { macsOf, serialOf, uuidOf } from './map-platform.ts';
import type { MapContext, SectionMapping } from './map-types.ts';
import { hostIn, type ItemType, type Message, type Row, readMessage } from './message.ts';
import { segmentHosts } from './ocs-network.ts';
import { portNeighbours } from './port-neighbours.ts';
import { readElsewhere, sectionTable } from './section-table.ts';
import { systemOf } from './system.ts';

// Nine tenths of a report are packages, and mostly they are as they were. Their bytes are cut out, and where their
// digest is the one that the stored section was read from, they are not read again. The digest is only ever kept for bytes
// that were read whole once, when cutting them out was seen to leave everything else as it was.

/** Another version may read the same bytes otherwise. */
const { version: readerVersion } = applianceRelease();

/** The collections that are made of the packages of a report. */
const packageCollections: readonly string[] = ['software', 'os-update'];
/** Further sections that the same collections are made of. */
const besides = ['databases_services', 'remote_mgmt'];

/** What a message says besides its packages. */
const withoutPackages = ({ sections, ...head }: Message): string =>
  JSON.stringify([head, ...[...sections].filter(([name]) => name !== 'softwares')]);

/** Whether a report names no packages but those that were cut out. */
const isWithout = ({ sections }: Message): boolean => (sections.get('softwares') ?? []).length === 0;

/** Whether a report says the same without its packages, apart from them. */
const isCutExact = (whole: Message, rest: Message): boolean =>
  whole.sections.has('softwares') && isWithout(rest) && withoutPackages(whole) === withoutPackages(rest);

/** The digest of everything that the collections of packages are made of, 32 bytes. */
const packagesDigest = (part: Buffer, { system, isOcs, offsetMinutes, rows }: MapContext): Uint8Array => {
  const context = [readerVersion, system, isOcs, offsetMinutes, besides.map(rows)];
  return hash('sha256', `${JSON.stringify(context)}\n${hash('sha256', part)}`, 'buffer');
};

const contextOf = (message: Message, isOcs: boolean): MapContext => {
  const rows = (section: string): readonly Row[] => message.sections.get(section) ?? [];
  const os = rows('operatingsystem')[0] ?? {};
  return {
    message,
    isOcs,
    system: systemOf(os, rows('hardware')[0] ?? {}),
    offsetMinutes: offsetMinutes(line(rowsIn(os, 'timezone')[0] ?? {}, 'offset')),
    rows,
  };
};

const kinds: Readonly<Record<ItemType, ReportFacts['kind']>> = {
  Computer: 'computer',
  NetworkEquipment: 'network',
  Printer: 'printer',
  Phone: 'phone',
  Unmanaged: 'computer',
};

/** What a message says of the machine that it is about. */
const factsOf = (message: Message, isOcs: boolean): ReportFacts => {
  const { rows, system } = contextOf(message, isOcs);
  const hardware = rows('hardware')[0] ?? {};
  const device = rows('network_device')[0] ?? {};
  const hostname = line(hardware, 'name', 255) ?? line(device, 'name', 255) ?? hostIn(message.deviceId);
  return {
    uuid: uuidOf(hardware),
    serial: serialOf(rows('bios')[0] ?? {}) ?? serialOf({ ssn: device['serial'] }),
    macs: macsOf([...rows('networks'), { mac: device['mac'] }]),
    hostname,
    os: [system.vendor, system.release].filter((word) => word !== '').join(' '),
    arch: line(rows('operatingsystem')[0] ?? {}, 'arch', 50) ?? line(rows('cpus')[0] ?? {}, 'arch', 50) ?? '',
    agentVersion: line(rows('versionclient')[0] ?? {}, 'value', 100) ?? '',
    kind: kinds[message.itemType],
    ...(isOfOthers(message) ? { found: foundBy(message, hostname, device) } : {}),
  };
};

/** What identifies a machine that another one's agent read. */
const foundBy = ({ itemType }: Message, hostname: string, device: Row): NonNullable<ReportFacts['found']> => {
  const names = [hostname, dnsNameOf(device) ?? '', line(device, 'netbiosname', 255) ?? ''];
  return {
    ...(itemType === 'Unmanaged' ? {} : { kind: kinds[itemType] }),
    addresses: [...new Set([...addressesOf(device, 'ips', 4), ...addressesOf(device, 'ips', 6)])],
    names: [...new Set(names)].filter((name) => name !== ''),
  };
};

const covers: ReadonlySet<string> = new Set(sectionTable.map(({ collection }) => collection));

type Found = { mapping: SectionMapping; items: Item[] };

/** Agents list the same things in another order each time; sorted, they have the same hash. */
const sorted = (items: readonly Item[]): Item[] =>
  items.length < 2
    ? [...items]
    : items
        .map((item) => ({ item, key: Object.values(item).join('\u0000') }))
        .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
        .map(({ item }) => item);

const isSingle = (found: readonly Found[]): boolean => found.some(({ mapping }) => mapping.fields !== undefined);

/** One item of what all sections say of it. */
const merged = (items: readonly Item[]): Item[] => {
  const one: Item = Object.assign({}, ...items);
  return Object.keys(one).length === 0 ? [] : [one];
};

const joined = (found: readonly Found[]): Item[] => {
  const items = found.flatMap((one) => one.items);
  return isSingle(found) ? merged(items) : sorted(items);
};

/** What a partial report makes of the items that are held: what its sections own is replaced, the rest stays. */
const onto =
  (found: readonly Found[], context: MapContext) =>
  (held: readonly Item[]): Item[] => {
    if (isSingle(found)) {
      const owned = new Set(found.flatMap(({ mapping }) => mapping.fields ?? []));
      const kept = Object.fromEntries(Object.entries(held[0] ?? {}).filter(([field]) => !owned.has(field)));
      return merged([kept, ...found.flatMap(({ items }) => items)]);
    }
    const kept = held.filter((item) => !found.some(({ mapping }) => mapping.owns?.(item) ?? true));
    const items = found.flatMap(({ mapping, items: own }) => mapping.complete?.(own, held, context) ?? own);
    return sorted([...kept, ...items]);
  };

/** A search says less of a device than SNMP does: what it does not say stays. */
const laidOver =
  (found: readonly Found[]) =>
  (held: readonly Item[]): Item[] => {
    const items = joined(found);
    if (isSingle(found)) return merged([held[0] ?? {}, ...items]);
    const own = new Set(items.map((one) => one['type']));
    const before = (type: unknown): Item | undefined => held.find((one) => one['type'] === type);
    return sorted([
      ...held.filter((one) => !own.has(one['type'])),
      ...items.map((one) => ({ ...before(one['type']), ...one })),
    ]);
  };

type MapOptions = { isOcs: boolean; now: number; packages?: { sent: Uint8Array; isSame: boolean } | undefined };

/** The sections of our collections that an inventory message holds; without its packages where they are the same. */
export const mapMessage = (message: Message, { isOcs, now, packages }: MapOptions): DecodedReport => {
  const context = contextOf(message, isOcs);
  const isSame = (collection: string): boolean => packages?.isSame === true && packageCollections.includes(collection);
  const byCollection = new Map<string, Found[]>();
  const read = new Set(readElsewhere);
  for (const mapping of sectionTable) {
    for (const section of mapping.sections) read.add(section);
    if (isSame(mapping.collection)) continue;
    const isThere = message.partial
      ? message.sections.has(mapping.sections[0])
      : mapping.sections.some((section) => message.sections.has(section));
    if (!isThere) continue;
    const items = mapping.items(context.rows(mapping.sections[0]), context);
    byCollection.set(mapping.collection, [...(byCollection.get(mapping.collection) ?? []), { mapping, items }]);
  }
  const isSearch = message.action === 'netdiscovery';
  const dropped: Record<string, number> = {};
  for (const [section, rows] of message.sections) if (!read.has(section)) dropped[section] = rows.length;
  const sections: DecodedSection[] = [...byCollection].map(([collection, found]) => ({
    collection,
    collectedAt: toTime(now),
    items: joined(found),
    ...(isSearch ? { onto: laidOver(found) } : message.partial ? { onto: onto(found, context) } : {}),
    ...(packages !== undefined && packageCollections.includes(collection) ? { sent: packages.sent } : {}),
  }));
  if (packages?.isSame) {
    const { sent } = packages;
    for (const collection of packageCollections)
      sections.push({ collection, collectedAt: toTime(now), items: [], sent, isSame: true });
  }
  return {
    sections,
    full: !message.partial && !isSearch,
    covers,
    dropped,
    facts: factsOf(message, isOcs),
    sender: message.deviceId,
    ...(message.tag === undefined ? {} : { tag: message.tag }),
  };
};

/** Machines that the sender is the host of, so far as they can be told from others. */
export const virtualMachines = (message: Message, now: number): Seen[] =>
  (message.sections.get('virtualmachines') ?? []).flatMap((row) => {
    const uuid = cleanUuid(line(row, 'uuid', 64));
    const macs = cleanMacs(lines(row, 'mac', 200).flatMap((text) => text.split(/[\s,/]+/)));
    const names = lines(row, 'name', 255).slice(0, 1);
    if (names.length === 0 || (uuid === null && macs.length === 0)) return [];
    const addresses = [...addressesOf(row, 'ipaddress', 4), ...addressesOf(row, 'ipaddress', 6)];
    const visible = /^(?:running|blocked|idle)$/i.test(line(row, 'status', 30) ?? '');
    return [
      { method: 'agent', at: now, by: message.deviceId, kind: 'computer', uuid, macs, addresses, names, visible },
    ];
  });

/** A message, and the state of its packages: the same as they are held, or others with a digest to keep. */
const readPackages = (
  plain: Buffer,
  isOcs: boolean,
  isHeld: (collection: string, sent: Uint8Array) => boolean,
): { message: Message; packages: MapOptions['packages'] } => {
  const cut = cutPackages(plain);
  const rest = cut === undefined ? undefined : readRest(cut.rest);
  // A partial report replaces some of what is held, whatever it was made of.
  if (cut === undefined || rest === undefined || rest.partial || !isWithout(rest))
    return { message: readMessage(plain), packages: undefined };
  const sent = packagesDigest(cut.part, contextOf(rest, isOcs));
  if (packageCollections.every((collection) => isHeld(collection, sent)))
    return { message: rest, packages: { sent, isSame: true } };
  const message = readMessage(plain);
  return { message, packages: isCutExact(message, rest) ? { sent, isSame: false } : undefined };
};

/** Undefined for what cannot be read alone: the whole then says what is wrong with it. */
const readRest = (rest: Buffer): Message | undefined => {
  try {
    return readMessage(rest);
  } catch {
    return undefined;
  }
};

/** What a message says of its machine and of others. */
export const reportOf = (message: Message, options: MapOptions): DecodedReport => {
  const ports = { network_ports: message.sections.get('network_ports') ?? [] };
  const neighbours = portNeighbours(ports, { at: options.now, by: message.deviceId });
  const beside = [...virtualMachines(message, options.now), ...segmentHosts(message, options.now)];
  return { ...mapMessage(message, options), found: [...neighbours, ...beside] };
};

const decodePlain = (plain: Buffer, { source, now, isSame }: DecoderHints): DecodedReport => {
  const isOcs = source === 'ocs';
  const { message, packages } =
    isSame === undefined ? { message: readMessage(plain), packages: undefined } : readPackages(plain, isOcs, isSame);
  if (!isOfOthers(message)) return reportOf(message, { isOcs, now, packages });
  const [device] = deviceMessages(message);
  if (device === undefined) throw new AppError('MALFORMED', 'the message is about no device');
  return reportOf(device, { isOcs, now });
};

/** Reads an inventory message of a GLPI, FusionInventory or OCS agent, packed or plain. */
export const decodeGlpi = async (wire: Uint8Array, hints: DecoderHints): Promise<DecodedReport> => {
  const plain = await unpackBody(Buffer.from(wire.buffer, wire.byteOffset, wire.byteLength));
  try {
    return decodePlain(plain, hints);
  } finally {
    if (plain.buffer !== wire.buffer) freeBytes(plain);
  }
};
