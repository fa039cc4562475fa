import type { PartReading, Reading, Said } from '@sallyport/bundle-tools/controllers/reading';
import { AppError } from '../../../../platform/errors.ts';
import { readCapture } from '../../capture/read-capture.ts';
import { CaptureError, type CaptureProtocol } from '../../capture/types.ts';
import { part, said } from '../said.ts';
import type { FileReadings } from '../types.ts';
import { controlTraffic } from './control.ts';
import { type SeenDevice, type SeenDevices, type SeenValue, seenDevices } from './devices.ts';

const whole = (ms: number): number => Math.max(0, Math.trunc(ms));

const protocolOf: Readonly<Record<string, CaptureProtocol>> = {
  'tcp/102': 's7',
  'tcp/502': 'modbus',
  'tcp/44818': 'enip',
  'udp/44818': 'enip',
  'udp/47808': 'bacnet',
  'udp/161': 'snmp',
  'udp/34964': 'pnio-cm',
};
/** What an answer on a port shows, where nothing was said there. */
const presence = 'capture';
const maxPlaces = 12;

const valueSaid = ({ field, value, raw }: SeenValue): Said[] => said(field, value, raw);

const servicePart = (key: string): PartReading => {
  const [transport = '', port = ''] = key.split('/');
  return part('service', key, [
    ...said('transport', transport),
    ...said('port', port),
    ...said('protocol', protocolOf[key]),
  ]);
};

const placesOf = (packets: readonly number[]): string => {
  const sorted = [...new Set(packets)].sort((a, b) => a - b);
  const shown = sorted.slice(0, maxPlaces).join(', ');
  return `${sorted.length === 1 ? 'packet' : 'packets'} ${shown}${sorted.length > maxPlaces ? ', …' : ''}`;
};

/** What each protocol says of a device is a reading of its own; address and MAC address in each hold them together. */
const readingsOf = (device: SeenDevice, seen: SeenDevices): Reading[] => {
  const mac = seen.macOf(device);
  const address = device.address ?? (device.mac === undefined ? undefined : seen.addressOf(device.mac));
  const place = [...said('mac', mac), ...said('address', address)];
  const values = Map.groupBy(
    [...device.values.values()].filter(({ field }) => field !== 'address'),
    ({ source }) => source,
  );
  const services = Map.groupBy([...device.services], ([key]) => {
    const protocol = protocolOf[key];
    return protocol !== undefined && values.has(protocol) ? protocol : presence;
  });
  const sources: (CaptureProtocol | typeof presence)[] = [...values.keys()];
  if (services.has(presence)) sources.push(presence);
  return sources.map((source): Reading => {
    const own = source === presence ? [] : (values.get(source) ?? []);
    const shown = services.get(source) ?? [];
    const times = [...own.map(({ atMs }) => atMs), ...shown.map(([, { atMs }]) => atMs)];
    return {
      observedAtMs: whole(Math.max(...times)),
      method: 'passive',
      source,
      where: placesOf([...own.map(({ packet }) => packet), ...shown.map(([, { packet }]) => packet)]),
      said: [...own.flatMap(valueSaid), ...place],
      parts: [
        part('interface', mac ?? address ?? '', [
          ...place,
          ...own.filter(({ field }) => field === 'stationName').flatMap(valueSaid),
        ]),
        ...shown.map(([key]) => servicePart(key)),
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
  try {
    const counts = await readCapture(chunks, (sighting, packet) => {
      seen.add(sighting, packet);
      control.add(sighting);
      if (packet % 4_096 === 0) onPacket(packet);
    });
    const devices = seen.devices().filter(({ isController }) => isController);
    return {
      form: 'capture',
      readings: devices.flatMap((device) => readingsOf(device, seen)),
      refused: seen.left() === 0 ? [] : [{ where: 'capture', code: 'too-many-parts', detail: String(seen.left()) }],
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
