import { setImmediate as yieldTurn } from 'node:timers/promises';
import { isControllerPort } from '@sallyport/bundle-tools/controllers/controller-ports';
import type { InventoryService } from '../../../engine/inventory/service.ts';
import type { ObjectService } from '../../../engine/objects/service.ts';
import type { Obj } from '../../../engine/objects/types.ts';
import { type Database, immediate } from '../../../platform/database.ts';
import { addressesOf, addressText, rangeOf } from '../../../platform/ipv4-range.ts';
import type { DeviceService } from '../../devices/service.ts';
import type { DiscoveryService } from '../../discovery/service.ts';
import type { Node } from './answers.ts';
import { reportOf } from './decode.ts';
import { deviceMessages } from './device-message.ts';
import { line, rowsIn } from './fields.ts';
import { keepFoundDevice } from './found-device.ts';
import type { Message, Row } from './message.ts';
import { snmpDevices, snmpOrder } from './ocs-network.ts';

// Searches of the network by agents of others: one device's agent, a confirmed range, one address after the
// other. What an agent says of an address that it was not asked about is dropped.

const kind = 'agent-scan';
const maxScans = 10;
const maxBlocks = 500;
const maxQueried = 1_000;
const maxSearchers = 1_000;
/** An OCS agent waits some seconds for each address that does not answer, one after the other. */
const maxAsked = 256;
/** It cannot be told another one. */
const ocsPort = '161';
const dayMs = 86_400_000;

const numberOf = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

type Scan = { pid: string; body: Obj['body']; community: string | undefined; addresses: string[] };

/** Addresses as blocks of neighbours. */
const blocksOf = (addresses: readonly string[]): { first: string; last: string }[] => {
  const blocks: { first: string; last: string }[] = [];
  for (const address of addresses) {
    const block = blocks.at(-1);
    if (block !== undefined && numberOf(block.last) + 1 === numberOf(address)) block.last = address;
    else blocks.push({ first: address, last: address });
  }
  return blocks.slice(0, maxBlocks);
};

const element = (name: string, attributes: Record<string, string>): Node => ({ name, attributes });
const option = (name: string, content: readonly Node[]): Node => ({
  name: 'OPTION',
  content: [{ name: 'NAME', content: name }, ...content],
});

/** Numbers a search in the agent's words: a whole number. */
const pidOf = (id: string): string => String(Number.parseInt(id.replace(/[^0-9a-f]/g, '').slice(0, 7), 16) + 1);

type NetworkSearches = {
  /** What an agent is asked to do now, for the answer to its first question. */
  options(publicId: string): Node[];
  /** The same for an OCS agent, which knows one order at a time: ranges take turns by the day, large ones come in parts. */
  ocsOptions(publicId: string, now: number): Node[];
  /** Takes what an agent found. */
  take(device: { publicId: string }, message: Message, at: number): Promise<void>;
};

type Parts = {
  db: Database;
  objects: ObjectService;
  devices: Pick<DeviceService, 'find' | 'byPublicId'>;
  discovery: Pick<DiscoveryService, 'hindrance' | 'keepFound' | 'keptFrom'>;
  inventory: Pick<InventoryService, 'putReport'>;
};

export const networkSearches = (parts: Parts): NetworkSearches => {
  const { objects, devices, discovery } = parts;
  /** Addresses that answered over SNMP, by the device whose agent asked; they are read in full the next time. */
  const answered = new Map<string, Map<string, string>>();

  const scansOf = (publicId: string): Scan[] =>
    objects
      .list({ kind, where: { device: publicId }, limit: maxScans })
      .rows.filter(
        ({ body }) =>
          body['disabled'] !== true &&
          // One that was written before such ports were refused.
          !isControllerPort(Number(body['port'])) &&
          discovery.hindrance(String(body['range'])) === undefined,
      )
      .map(({ id, body }) => {
        const range = objects.get('address-range', String(body['range']));
        const community = objects.get(kind, id, { secrets: true }).body['community'];
        return {
          pid: pidOf(id),
          body,
          community: typeof community === 'string' && community !== '' ? community : undefined,
          addresses: addressesOf(rangeOf(String(range.body['network'])), discovery.keptFrom()),
        };
      });

  const authentication = (scan: Scan): Node[] =>
    scan.community === undefined
      ? []
      : [element('AUTHENTICATION', { ID: '1', VERSION: '2c', COMMUNITY: scan.community })];
  const port = (scan: Scan): string => String(scan.body['port'] ?? 161);

  const discover = (scan: Scan): Node =>
    option('NETDISCOVERY', [
      element('PARAM', { PID: scan.pid, THREADS_DISCOVERY: '1', TIMEOUT: '1' }),
      ...blocksOf(scan.addresses).map(({ first, last }, at) =>
        element('RANGEIP', { ID: String(at + 1), ENTITY: '0', IPSTART: first, IPEND: last, PORT: port(scan) }),
      ),
      ...authentication(scan),
    ]);

  const query = (scan: Scan, publicId: string): Node[] => {
    const known = [...(answered.get(publicId) ?? [])].filter(([address]) => scan.addresses.includes(address));
    if (known.length === 0 || scan.community === undefined) return [];
    return [
      option('SNMPQUERY', [
        element('PARAM', { PID: scan.pid, THREADS_QUERY: '1', TIMEOUT: '15' }),
        ...known.map(([address, type]) =>
          element('DEVICE', {
            ID: String(numberOf(address)),
            IP: address,
            PORT: port(scan),
            TYPE: type,
            AUTHSNMP_ID: '1',
          }),
        ),
        ...authentication(scan),
      ]),
    ];
  };

  const remember = (publicId: string, address: string, row: Row): void => {
    if (line(row, 'authsnmp') === undefined) return;
    const held = answered.get(publicId) ?? new Map<string, string>();
    if (held.size < maxQueried) held.set(address, (line(row, 'type', 30) ?? 'NETWORKING').toUpperCase());
    answered.delete(publicId);
    answered.set(publicId, held);
    const oldest = answered.keys().next();
    if (answered.size > maxSearchers && !oldest.done) answered.delete(oldest.value);
  };

  /** The address that a row is about: its own address, or the one of the number that we gave. */
  const addressOf = (row: Row): string | undefined => {
    const given = line(row, 'ip', 45);
    if (given !== undefined) return given;
    const [info = {}] = rowsIn(row, 'info');
    const number = Number(line(info, 'id', 20) ?? Number.NaN);
    return Number.isSafeInteger(number) && number >= 0 && number < 2 ** 32 ? addressText(number) : undefined;
  };

  type Answer = { address: string; row: Row };

  /** What an answer says of addresses that were asked about. */
  const answers = (publicId: string, message: Message): Answer[] => {
    const scans = scansOf(publicId);
    if (message.action === 'snmp') {
      const asked = new Set(scans.filter(({ community }) => community !== undefined).flatMap((scan) => scan.addresses));
      return snmpDevices(message, (address) => asked.has(address)).map((row) => ({ address: String(row['ip']), row }));
    }
    const given = line(message.sections.get('processnumber')?.[0] ?? {}, 'value', 20);
    const asked = new Set(scans.find(({ pid }) => pid === given)?.addresses);
    return (message.sections.get('device') ?? []).flatMap((row) => {
      const address = addressOf(row);
      return address === undefined || !asked.has(address) ? [] : [{ address, row }];
    });
  };

  return {
    options: (publicId) => scansOf(publicId).flatMap((scan) => [discover(scan), ...query(scan, publicId)]),
    ocsOptions: (publicId, now) => {
      const scans = scansOf(publicId).filter((scan) => scan.community !== undefined && port(scan) === ocsPort);
      const day = Math.trunc(now / dayMs);
      const scan = scans[day % scans.length];
      if (scan?.community === undefined || scan.addresses.length === 0) return [];
      const parts = Math.ceil(scan.addresses.length / maxAsked);
      const from = (Math.trunc(day / scans.length) % parts) * maxAsked;
      return [snmpOrder(scan.addresses.slice(from, from + maxAsked), scan.community)];
    },
    take: async ({ publicId }, message, at) => {
      const by = devices.byPublicId(publicId).hostname;
      for (const { address, row } of answers(publicId, message)) {
        remember(publicId, address, row);
        const [device] = deviceMessages({ ...message, sections: new Map([['device', [{ ip: address, ...row }]]]) });
        if (device === undefined) continue;
        const report = reportOf(device, { isOcs: false, now: at });
        immediate(parts.db, () => keepFoundDevice(parts, report, { at, by }));
        // Others are served between two devices.
        await yieldTurn();
      }
    },
  };
};
