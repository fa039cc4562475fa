import type { PartReading, Reading, Said } from '@sallyport/bundle-tools/controllers/reading';
import { AppError } from '../../../../platform/errors.ts';
import { readCapture } from '../../capture/read-capture.ts';
import { CaptureError } from '../../capture/types.ts';
import { fileText, part, said } from '../said.ts';
import type { FileReadings } from '../types.ts';
import { controlTraffic } from './control.ts';
import { type SeenDevice, type SeenDevices, type SeenValue, seenDevices } from './devices.ts';

const whole = (ms: number): number => Math.max(0, Math.trunc(ms));

const valueSaid = ({ field, value, raw, source, atMs, packet }: SeenValue): Said[] =>
  said(field, value, raw).map((item) => ({ ...item, source, atMs: whole(atMs), where: `packet ${packet}` }));

const protocolOf: Readonly<Record<string, string>> = {
  'tcp/102': 's7',
  'tcp/502': 'modbus',
  'tcp/44818': 'enip',
  'udp/44818': 'enip',
  'udp/47808': 'bacnet',
  'udp/161': 'snmp',
  'udp/34964': 'pnio-cm',
};

const serviceParts = (device: SeenDevice): PartReading[] =>
  [...device.services].map(([key, { atMs, packet }]) => {
    const [transport = '', port = ''] = key.split('/');
    const at = { atMs: whole(atMs), where: `packet ${packet}` };
    return part(
      'service',
      key,
      [...said('transport', transport), ...said('port', port), ...said('protocol', protocolOf[key])].map((item) => ({
        ...item,
        ...at,
      })),
    );
  });

const readingOf = (device: SeenDevice, seen: SeenDevices): Reading => {
  const mac = seen.macOf(device);
  const address = device.address ?? (device.mac === undefined ? undefined : seen.addressOf(device.mac));
  const values = [...device.values.values()].filter(({ field }) => field !== 'address');
  const stations = values.filter(({ field }) => field === 'stationName');
  const place = [...said('mac', mac), ...said('address', address)];
  const latest = values.reduce<SeenValue | undefined>(
    (best, one) => (best === undefined || one.atMs > best.atMs ? one : best),
    undefined,
  );
  return {
    observedAtMs: whole(device.lastMs),
    method: 'passive',
    source: 'capture',
    where: latest === undefined ? fileText(address ?? mac ?? '') : `packet ${latest.packet}`,
    said: [...values.flatMap(valueSaid), ...place],
    parts: [
      part('interface', mac ?? address ?? '', [...place, ...stations.flatMap(valueSaid)]),
      ...serviceParts(device),
    ],
  };
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
      readings: devices.map((device) => readingOf(device, seen)),
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
