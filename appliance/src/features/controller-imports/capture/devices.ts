import type { DeviceFact } from '@sallyport/bundle-tools/controllers/protocols/device-fact';
import type { CaptureProtocol, Sighting } from '../pcap/types.ts';

// What the readers of packets name, in the names of the record. What has no place there is left out.

const renamed: Readonly<Record<string, string | undefined>> = {
  firmwareObserved: 'firmware',
  productCode: 'orderNumber',
  productName: 'model',
  objectId: 'deviceType',
  vendorUrl: undefined,
  moduleName: undefined,
  plantId: undefined,
};

const kept: ReadonlySet<string> = new Set([
  'vendorRaw',
  'vendorId',
  'model',
  'orderNumber',
  'cipTuple',
  'deviceId',
  'deviceType',
  'hwVersion',
  'firmware',
  'softwareVersion',
  'bootloader',
  'serial',
  'serverId',
  'bacnetInstance',
  'memoryCardSerial',
  'stationName',
  'address',
  'name',
  'description',
  'projectName',
  'mode',
  'keySwitch',
  'protectionLevel',
]);

/** The field of a fact and its value; undefined for what the record does not have. */
const captureField = (
  protocol: CaptureProtocol,
  { field, value }: DeviceFact,
): { field: string; value: string } | undefined => {
  // The same word stands for two things: the user's program, and the software of the device.
  if (field === 'application') return { field: protocol === 'modbus' ? 'projectName' : 'softwareVersion', value };
  // PROFINET says its vendors by number; those without a name here stay numbers.
  if (field === 'vendorRaw' && protocol === 'dcp' && value.startsWith('0x')) return { field: 'vendorId', value };
  const name = field in renamed ? renamed[field] : field;
  return name === undefined || !kept.has(name) ? undefined : { field: name, value };
};

// What a capture shows, by device, in bounded memory: one entry per address (or per MAC address where there is no address),
// in it the newest value of each field by each protocol.

export type SeenValue = {
  field: string;
  value: string;
  raw: string;
  source: CaptureProtocol;
  atMs: number;
  packet: number;
};

export type SeenService = {
  protocol: CaptureProtocol;
  atMs: number;
  packet: number;
  /** Its latest facts. */
  facts: readonly DeviceFact[];
};

export type SeenDevice = {
  address?: string;
  /** One without an address of its own, and the address that passes its messages on. */
  station?: { key: string; place: string; behind: string };
  mac?: string;
  /** The network that it was last seen on, where frames name one. */
  vlan?: number;
  firstMs: number;
  lastMs: number;
  /** The latest packet that it was read from. */
  lastPacket: number;
  /** By field and protocol. */
  values: Map<string, SeenValue>;
  services: Map<string, SeenService>;
  /** What modules of its chassis say, by slot, then by field. */
  modules: Map<number, Map<string, SeenValue>>;
  /** What devices that speak through the address say, by protocol and unit, then by field. */
  units: Map<string, Map<string, SeenValue>>;
  /** Frames' senders, which may be routers. */
  via: Set<string>;
  /** A protocol that only controllers and what hangs on them speak. */
  isController: boolean;
};

const maxDevices = 8_192;
const maxStations = 16_384;
const maxValues = 96;
const maxServices = 32;
const maxVia = 4;
const maxModules = 64;
const maxUnits = 8;
/** The Modbus units that a device calls itself by; any other may be a serial device behind a gateway. */
const ownUnits = ['modbus 255', 'modbus 0'];
/** A MAC address in front of more addresses than this is a router's or a proxy's. */
const maxAddressesOfMac = 4;

const ofControllers: ReadonlySet<CaptureProtocol> = new Set([
  's7',
  'enip',
  'modbus',
  'bacnet',
  'mms',
  'dcp',
  'pnio-cm',
  'fins',
  'fox',
  'hart-ip',
  'dnp3',
  'ads',
  'iec104',
  'melsec',
  'goose',
  'synphasor',
]);
/** What a neighbour or a management station is told shows a controller only where it names an industrial product. */
const shows = ({ protocol, facts }: Sighting): boolean =>
  ofControllers.has(protocol) || facts.some(({ field }) => field === 'vendorRaw' || field === 'orderNumber');

export const seenDevices = () => {
  const devices = new Map<string, SeenDevice>();
  /** What ARP, DCP and LLDP say of their own address. */
  const macOfAddress = new Map<string, string>();
  const addressesOfMac = new Map<string, Set<string>>();
  let left = 0;

  const noteMac = (mac: string, address: string): void => {
    const known = addressesOfMac.get(mac);
    if (known !== undefined) {
      if (known.size <= maxAddressesOfMac) known.add(address);
    } else if (addressesOfMac.size < maxStations) addressesOfMac.set(mac, new Set([address]));
  };

  const deviceOf = (key: string, atMs: number): SeenDevice | undefined => {
    const known = devices.get(key);
    if (known !== undefined) return known;
    if (devices.size >= maxDevices) {
      left += 1;
      return undefined;
    }
    const device: SeenDevice = {
      firstMs: atMs,
      lastMs: atMs,
      lastPacket: 0,
      values: new Map(),
      services: new Map(),
      modules: new Map(),
      units: new Map(),
      via: new Set(),
      isController: false,
    };
    devices.set(key, device);
    return device;
  };

  /** A chassis has fewer slots than this; one that claims more is not believed further. */
  const moduleOf = (device: SeenDevice, slot: number): Map<string, SeenValue> => {
    const known = device.modules.get(slot) ?? new Map<string, SeenValue>();
    if (device.modules.size < maxModules) device.modules.set(slot, known);
    return known;
  };

  const unitOf = (device: SeenDevice, unit: string): Map<string, SeenValue> => {
    const known = device.units.get(unit) ?? new Map<string, SeenValue>();
    if (device.units.size < maxUnits || ownUnits.includes(unit)) device.units.set(unit, known);
    return known;
  };

  /** Of several units the device's own counts; where none is, what all say alike: which of them has the address is not known. */
  const foldUnits = (device: SeenDevice): void => {
    const own = ownUnits.map((unit) => device.units.get(unit)).find((values) => values !== undefined);
    for (const [protocol, all] of Map.groupBy(device.units, ([unit]) => unit.split(' ')[0])) {
      const told = protocol === 'modbus' && own !== undefined ? [own] : all.map(([, values]) => values);
      for (const [key, value] of told.flatMap((values) => [...values]))
        if (told.every((values) => values.get(key)?.value === value.value)) device.values.set(key, value);
    }
  };

  const add = (sighting: Sighting, packet: number): void => {
    const { address, mac, via, atMs, protocol, service, station } = sighting;
    if (mac !== undefined && address !== undefined) {
      noteMac(mac, address);
      if (macOfAddress.size < maxStations || macOfAddress.has(address)) macOfAddress.set(address, mac);
    }
    if (via !== undefined && address !== undefined) noteMac(via, address);
    if (protocol === 'arp' || sighting.control !== undefined || sighting.asks !== undefined) return;
    const device = deviceOf(station?.key ?? address ?? `mac ${mac ?? ''}`, atMs);
    if (device === undefined) return;
    if (station !== undefined) device.station = { ...station, behind: address ?? '' };
    else if (address !== undefined) device.address = address;
    if (mac !== undefined) device.mac = mac;
    if (sighting.vlan !== undefined) device.vlan = sighting.vlan;
    if (via !== undefined && device.via.size < maxVia) device.via.add(via);
    device.firstMs = Math.min(device.firstMs, atMs);
    device.lastMs = Math.max(device.lastMs, atMs);
    device.lastPacket = Math.max(device.lastPacket, packet);
    device.isController ||= shows(sighting);
    if (service !== undefined && (device.services.has(service) || device.services.size < maxServices))
      device.services.set(service, {
        protocol,
        atMs,
        packet,
        facts: sighting.serviceFacts ?? device.services.get(service)?.facts ?? [],
      });
    const values =
      sighting.unit !== undefined
        ? unitOf(device, `${protocol} ${sighting.unit}`)
        : sighting.slot === undefined
          ? device.values
          : moduleOf(device, sighting.slot);
    for (const fact of sighting.facts) {
      const named = captureField(protocol, fact);
      if (named === undefined) continue;
      const key = `${named.field} ${protocol}`;
      const before = values.get(key);
      // A stream in disorder is read later than it was sent.
      if (before === undefined ? values.size < maxValues : before.atMs <= atMs)
        values.set(key, { ...named, raw: fact.raw, source: protocol, atMs, packet });
    }
  };

  const addressOf = (mac: string): string | undefined => {
    const addresses = addressesOfMac.get(mac);
    return addresses?.size === 1 ? [...addresses][0] : undefined;
  };

  /** What was known by a MAC address only joins the entry of the one address behind it. */
  const joined = (): SeenDevice[] => {
    for (const device of devices.values()) foldUnits(device);
    return [...devices.values()].filter((device) => {
      if (device.address !== undefined || device.mac === undefined) return true;
      const other = devices.get(addressOf(device.mac) ?? '');
      if (other === undefined) return true;
      other.mac ??= device.mac;
      if (device.vlan !== undefined) other.vlan ??= device.vlan;
      other.firstMs = Math.min(other.firstMs, device.firstMs);
      other.lastMs = Math.max(other.lastMs, device.lastMs);
      other.lastPacket = Math.max(other.lastPacket, device.lastPacket);
      other.isController ||= device.isController;
      for (const [key, value] of device.values) if (!other.values.has(key)) other.values.set(key, value);
      for (const [key, service] of device.services)
        if (!other.services.has(key) && other.services.size < maxServices) other.services.set(key, service);
      return false;
    });
  };

  return {
    add,
    /** Once, when all packets were added. */
    devices: joined,
    /** Sightings of devices for which there was no room. */
    left: (): number => left,
    /** The address's own MAC: claimed by itself, or the only one that ever sent for it, and for nothing else. */
    macOf: (device: SeenDevice): string | undefined => {
      const mac = device.mac ?? (device.address === undefined ? undefined : macOfAddress.get(device.address));
      if (mac !== undefined) return (addressesOfMac.get(mac)?.size ?? 0) > maxAddressesOfMac ? undefined : mac;
      const [only, ...others] = device.via;
      return only !== undefined && others.length === 0 && addressesOfMac.get(only)?.size === 1 ? only : undefined;
    },
    /** Entries by MAC address that turned out to have an address. */
    addressOf,
  };
};

export type SeenDevices = ReturnType<typeof seenDevices>;
