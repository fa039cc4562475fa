import type { PartReading, Reading, Said } from '@sallyport/bundle-tools/controllers/reading';
import { AppError } from '../../../platform/errors.ts';
import { fact, part } from '../facts.ts';
import { readCapture } from '../pcap/read-capture.ts';
import { CaptureError, type CaptureProtocol } from '../pcap/types.ts';
import type { FileReadings } from '../types.ts';
import { controlTraffic } from './control.ts';
import { type SeenDevice, type SeenDevices, type SeenService, type SeenValue, seenDevices } from './devices.ts';

const whole = (ms: number): number => Math.max(0, Math.trunc(ms));

/** What an answer on a port shows, where nothing was said there. */
const presence = 'capture';
const maxPlaces = 12;

const seenFacts = ({ field, value, raw }: SeenValue): Said[] => fact(field, value, raw);

const servicePart = (key: string, { protocol, facts }: SeenService): PartReading => {
  const [transport = '', port = ''] = key.split('/');
  return part('service', key, [
    ...fact('transport', transport),
    ...fact('port', port),
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
  const place = [...fact('mac', mac), ...fact('address', address)];
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
  if (services.has(presence)) sources.push(presence);
  return sources.map((source): Reading => {
    const own = source === presence ? [] : (values.get(source) ?? []);
    const shown = services.get(source) ?? [];
    const behind = modules.flatMap((one) => {
      const of = one.values.filter((value) => value.source === source);
      return of.length === 0 ? [] : [{ slot: one.slot, values: of }];
    });
    const places = [...own, ...behind.flatMap((one) => one.values), ...shown.map(([, place]) => place)];
    return {
      observedAtMs: whole(Math.max(...places.map(({ atMs }) => atMs))),
      method: 'passive',
      source,
      where: placesOf(places.map(({ packet }) => packet)),
      said: [...own.flatMap(seenFacts), ...place],
      parts: [
        part('interface', mac ?? address ?? '', [
          ...place,
          ...own.filter(({ field }) => field === 'stationName').flatMap(seenFacts),
        ]),
        ...behind.map(({ slot, values: of }) => modulePart(slot, of)),
        ...shown.map(([key, service]) => servicePart(key, service)),
      ],
    };
  });
};

/** Devices of a capture, with times and places of packets; nothing is held but what is known of each device. */
export const readCaptureFile = async (
  chunks: AsyncIterable<Uint8Array>,
  onPacket: (packets: number) => void = () => undefined,
): Promise<FileReadings> => {
  const seen = seenDevices();
  const control = controlTraffic();
  let nobodys: ReadonlySet<string> = new Set();
  try {
    const counts = await readCapture(
      chunks,
      (sighting, packet) => {
        seen.add(sighting, packet);
        control.add(sighting);
        if (packet % 4_096 === 0) onPacket(packet);
      },
      (everyones) => {
        nobodys = everyones;
      },
    );
    const devices = seen.devices().filter(({ isController, address }) => isController && !nobodys.has(address ?? ''));
    const refused: FileReadings['refused'] = [];
    if (seen.left() > 0) refused.push({ where: 'capture', code: 'too-many-parts', detail: String(seen.left()) });
    if (counts.cutAt !== undefined)
      refused.push({ where: `packet ${counts.packets}`, code: 'cut-short', detail: String(counts.cutAt) });
    return {
      form: 'capture',
      readings: devices.flatMap((device) => readingsOf(device, seen)),
      refused,
      control: control.list(),
      looked: counts.packets,
      unread: counts.unread,
    };
  } catch (cause) {
    if (cause instanceof CaptureError)
      throw new AppError('MALFORMED', `no capture: ${cause.message}`, { offset: cause.offset }, { cause });
    throw cause;
  }
};
