import type { PartReading, Reading, ReadingFact } from '@sallyport/bundle-tools/controllers/reading';
import { AppError } from '../../../platform/errors.ts';
import { fact, part } from '../facts.ts';
import { readCapture } from '../pcap/read-capture.ts';
import { CaptureError, type CaptureProtocol, type Sighting } from '../pcap/types.ts';
import type { ControlTraffic, FileReadings } from '../types.ts';
import { type SeenDevice, type SeenDevices, type SeenService, type SeenValue, seenDevices } from './devices.ts';
import { makerOfMac } from './makers.ts';
import { type StationQuestions, stationQuestions } from './station-questions.ts';

const maxKinds = 1_024;
const maxDetails = 12;
const maxDetailText = 400;

/** Gathers the traffic that changes controllers, by what was done, by whom and to whom. */
const controlTraffic = () => {
  const found = new Map<string, { traffic: Omit<ControlTraffic, 'detail'>; details: Set<string> }>();
  return {
    add: ({ control, address, mac, from = '', behind, detail, atMs }: Sighting, packet: number): void => {
      if (control === undefined) return;
      const to = [address ?? mac ?? '', behind].filter(Boolean).join(', ');
      const key = `${control} ${from} ${to}`;
      const known = found.get(key);
      const details = known?.details ?? new Set();
      // One more than is shown tells that there are more.
      if (detail !== undefined && detail !== '' && details.size <= maxDetails) details.add(detail);
      if (known !== undefined) {
        const { traffic } = known;
        traffic.count += 1;
        traffic.firstMs = Math.min(traffic.firstMs, atMs);
        traffic.lastMs = Math.max(traffic.lastMs, atMs);
        traffic.packet = Math.min(traffic.packet, packet);
      } else if (found.size < maxKinds)
        found.set(key, {
          traffic: { what: control, to, from, firstMs: atMs, lastMs: atMs, packet, count: 1 },
          details,
        });
    },
    list: (): ControlTraffic[] =>
      [...found.values()]
        .sort((a, b) => a.traffic.packet - b.traffic.packet)
        .map(({ traffic, details }) => {
          const shown = [...details].slice(0, maxDetails).join('; ');
          return { ...traffic, detail: (details.size > maxDetails ? `${shown}; …` : shown).slice(0, maxDetailText) };
        }),
  };
};

const whole = (ms: number): number => Math.max(0, Math.trunc(ms));

/** What an answer on a port shows, where nothing was sent there. */
const presence = 'capture';
const maxPlaces = 12;
const makerConfidence = 0.3;
const askedConfidence = 0.3;

const seenFacts = ({ field, value, raw }: SeenValue): ReadingFact[] => fact(field, value, raw);

const servicePart = (key: string, { protocol, facts }: SeenService): PartReading => {
  const [transport = '', port = ''] = key.split('/');
  return part('service', key, [
    ...fact('transport', transport),
    // Ethernet has none.
    ...(transport === 'ethernet' ? [] : fact('port', port)),
    ...fact('protocol', protocol),
    ...facts.flatMap(({ field, value, raw }) => fact(field, value, raw)),
  ]);
};

/** A module that answered through the chassis, which has one rack. */
const modulePart = (slot: number, values: readonly SeenValue[]): PartReading =>
  part('module', `0/${slot}`, [...fact('rack', '0'), ...fact('slot', String(slot)), ...values.flatMap(seenFacts)]);

const placesOf = (packets: readonly number[]): string => {
  const sorted = [...new Set(packets)].sort((a, b) => a - b);
  const shown = sorted.slice(0, maxPlaces).join(', ');
  return `${sorted.length === 1 ? 'packet' : 'packets'} ${shown}${sorted.length > maxPlaces ? ', …' : ''}`;
};

/** What each protocol says of a device is a reading of its own; address and MAC address in each hold them together. */
const readingsOf = (device: SeenDevice, seen: SeenDevices): Reading[] => {
  const mac = seen.macOf(device);
  const address = device.address ?? (device.mac === undefined ? undefined : seen.addressOf(device.mac));
  const { station } = device;
  const place = [...fact('mac', mac), ...fact('address', address), ...fact('connectionString', station?.place)];
  const values = Map.groupBy(
    [...device.values.values()].filter(({ field }) => field !== 'address'),
    ({ source }) => source,
  );
  const modules = [...device.modules].map(([slot, of]) => ({ slot, values: [...of.values()] }));
  const speakers = new Set([...values.keys(), ...modules.flatMap((one) => one.values.map(({ source }) => source))]);
  const services = Map.groupBy([...device.services], ([, { protocol }]) =>
    speakers.has(protocol) ? protocol : presence,
  );
  const sources: (CaptureProtocol | typeof presence)[] = [...speakers];
  // A station behind a gateway has no service of its own: that it spoke is all that may be known.
  if (services.has(presence) || (sources.length === 0 && station !== undefined)) sources.push(presence);
  return sources.map((source): Reading => {
    const own = source === presence ? [] : (values.get(source) ?? []);
    const shown = services.get(source) ?? [];
    const behind = modules.flatMap((one) => {
      const of = one.values.filter((value) => value.source === source);
      return of.length === 0 ? [] : [{ slot: one.slot, values: of }];
    });
    const read = [...own, ...behind.flatMap((one) => one.values), ...shown.map(([, place]) => place)];
    const places = read.length > 0 ? read : [{ atMs: device.lastMs, packet: device.lastPacket }];
    return {
      observedAtMs: whole(Math.max(...places.map(({ atMs }) => atMs))),
      method: 'passive',
      source,
      where: placesOf(places.map(({ packet }) => packet)),
      facts: [...own.flatMap(seenFacts), ...place],
      parts: [
        part('interface', mac ?? address ?? station?.key ?? '', [
          ...(station === undefined ? place : fact('gateway', station.behind)),
          ...fact('vlan', device.vlan === undefined ? undefined : String(device.vlan)),
          ...own.filter(({ field }) => field === 'stationName').flatMap(seenFacts),
        ]),
        ...behind.map(({ slot, values: of }) => modulePart(slot, of)),
        ...shown.map(([key, service]) => servicePart(key, service)),
      ],
    };
  });
};

/** What tells who made a device. A number of a vendor may have no name here; where it has one, its rank is higher. */
const tellsMaker: ReadonlySet<string> = new Set(['vendorRaw', 'orderNumber']);

/** Where nothing else tells who made a device, its MAC address does: weak evidence, since it names who made the network part. */
const makerReading = (device: SeenDevice, seen: SeenDevices): Reading[] => {
  const mac = seen.macOf(device);
  const maker = mac === undefined ? undefined : makerOfMac(mac);
  if (mac === undefined || maker === undefined) return [];
  if ([...device.values.values()].some(({ field }) => tellsMaker.has(field))) return [];
  const address = device.address ?? seen.addressOf(mac);
  const place = [...fact('mac', mac), ...fact('address', address)];
  return [
    {
      observedAtMs: whole(device.lastMs),
      method: 'inferred',
      source: 'oui',
      confidence: makerConfidence,
      where: `MAC ${mac.slice(0, 8)}`,
      facts: [...fact('vendorRaw', maker, mac.slice(0, 8)), ...place],
      parts: [part('interface', mac, place)],
    },
  ];
};

/**
 * A station asks for its own name when it starts, and gets no answer where no other has it; a controller asks for those of its
 * devices, which answer. Who asks for one name alone, of which no other is seen, has it: weak evidence, since an answer may have
 * passed where the capture was not made.
 */
const askedReadings = (asked: StationQuestions, seen: SeenDevices, devices: readonly SeenDevice[]): Reading[] => {
  const names = devices.flatMap((device) =>
    [...device.values.values()]
      .filter(({ field, source }) => field === 'stationName' && source === 'dcp')
      .map(({ value }) => ({ mac: device.mac, name: value.toLowerCase() })),
  );
  const holders = Map.groupBy(names, ({ name }) => name);
  const named = new Set(names.map(({ mac }) => mac));
  return asked.own().flatMap(({ mac, fact: { field, value, raw }, atMs, packets }): Reading[] => {
    if (named.has(mac) || holders.has(value.toLowerCase())) return [];
    const place = [...fact('mac', mac), ...fact('address', seen.addressOf(mac))];
    const name = fact(field, value, raw);
    return [
      {
        observedAtMs: whole(atMs),
        method: 'inferred',
        source: 'dcp',
        confidence: askedConfidence,
        where: placesOf(packets),
        facts: [...name, ...fact('vendorRaw', makerOfMac(mac), mac.slice(0, 8)), ...place],
        parts: [part('interface', mac, [...place, ...name])],
      },
    ];
  });
};

/** Devices of a capture, with times and places of packets; only the data of each device is held. */
export const readCaptureFile = async (
  chunks: AsyncIterable<Uint8Array>,
  onPacket: (packets: number) => void = () => undefined,
): Promise<FileReadings> => {
  const seen = seenDevices();
  const control = controlTraffic();
  const asked = stationQuestions();
  try {
    const { packets, unread, cutAt, gaps, everyones } = await readCapture(chunks, (sighting, packet) => {
      seen.add(sighting, packet);
      control.add(sighting, packet);
      asked.add(sighting, packet);
      if (packet % 4_096 === 0) onPacket(packet);
    });
    const all = seen.devices();
    const devices = all.filter(({ isController, address }) => isController && !everyones.has(address ?? ''));
    const refused: FileReadings['refused'] = gaps.byFlow
      .toSorted((a, b) => a.packet - b.packet)
      .map(({ packet, flow, count, bytes }) => ({
        where: `packet ${packet}`,
        code: 'stream-gap',
        detail: `${flow}: ${count}, ${bytes} B`,
      }));
    const told = gaps.byFlow.reduce((sum, { count }) => sum + count, 0);
    if (gaps.count > told) refused.push({ where: 'capture', code: 'stream-gap', detail: String(gaps.count - told) });
    if (seen.left() > 0) refused.push({ where: 'capture', code: 'too-many-parts', detail: String(seen.left()) });
    if (cutAt !== undefined) refused.push({ where: `packet ${packets}`, code: 'cut-short', detail: String(cutAt) });
    return {
      form: 'capture',
      readings: [
        ...devices.flatMap((device) => [...readingsOf(device, seen), ...makerReading(device, seen)]),
        ...askedReadings(asked, seen, all),
      ],
      refused,
      control: control.list(),
      looked: packets,
      unread,
    };
  } catch (cause) {
    if (cause instanceof CaptureError)
      throw new AppError('MALFORMED', `no capture: ${cause.message}`, { offset: cause.offset }, { cause });
    throw cause;
  }
};
