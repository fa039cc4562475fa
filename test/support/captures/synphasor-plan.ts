import { be16, be32, counted, hex, padded } from './bytes.ts';
import type { Plan } from './plan.ts';

// Synchrophasors (IEEE C37.118.2-2011): header, content, checksum.

/** CRC-CCITT by the bit, as annex B of the standard draws it. */
const checksum = (bytes: Buffer): number => {
  let sum = 0xffff;
  for (const byte of bytes)
    for (let bit = 7; bit >= 0; bit -= 1) {
      const isOne = ((sum >> 15) ^ ((byte >> bit) & 1)) === 1;
      sum = ((sum << 1) & 0xffff) ^ (isOne ? 0x1021 : 0);
    }
  return sum;
};

/** A frame of a kind (0 data, 1 header, 2 and 3 configuration, 4 command, 5 configuration 3), with its checksum. */
export const synphasorFrame = (kind: number, stream: number, content: Buffer): Buffer => {
  const head = Buffer.concat([Buffer.of(0xaa, (kind << 4) | 2), be16(16 + content.length), be16(stream)]);
  const bytes = Buffer.concat([head, be32(1_700_000_000), be32(0), content]);
  return Buffer.concat([bytes, be16(checksum(bytes))]);
};

const rate = be16(50);
const second = be32(1_000_000);

/** One phasor, one digital word. */
const unit = (name: string, id: number): Buffer =>
  Buffer.concat([
    padded(name, 16),
    be16(id),
    be16(0),
    be16(1),
    be16(0),
    be16(1),
    ...Array.from({ length: 17 }, (_, n) => padded(`channel ${n}`, 16)),
    be32(100),
    be32(0x0000ffff),
    be16(1),
    be16(3),
  ]);

/** The stations of a concentrator, or one of its own. */
export const configuration = (stream: number, units: readonly (readonly [name: string, id: number])[]): Buffer =>
  synphasorFrame(
    3,
    stream,
    Buffer.concat([second, be16(units.length), ...units.map(([name, id]) => unit(name, id)), rate]),
  );

const namedUnit = (name: string, id: number): Buffer =>
  Buffer.concat([
    Buffer.of(Buffer.byteLength(name)),
    Buffer.from(name, 'utf8'),
    be16(id),
    Buffer.alloc(16),
    be16(0),
    be16(1),
    be16(0),
    be16(0),
    counted('VA'),
    Buffer.alloc(12),
    // Place, class, window, delay; frequency, changes.
    Buffer.alloc(12),
    Buffer.from('M'),
    Buffer.alloc(8),
    be16(0),
    be16(1),
  ]);
const newConfiguration = (stream: number, name: string): Buffer =>
  synphasorFrame(5, stream, Buffer.concat([be16(0), second, be16(1), namedUnit(name, stream), rate]));

const ask = (stream: number, what: number): Buffer => synphasorFrame(4, stream, be16(what));
const measured = (stream: number, units: number): Buffer =>
  synphasorFrame(0, stream, Buffer.concat(Array.from({ length: units }, () => hex('0000 2710 0000 0000 0000 0001'))));

const concentrator: Plan = {
  name: 'synphasor-tcp',
  transport: 'tcp',
  port: 4_712,
  spoken: [
    { by: 'client', bytes: ask(7, 5) },
    {
      by: 'server',
      bytes: configuration(7, [
        ['ALMATY 500', 11],
        ['BALKHASH', 12],
      ]),
    },
    { by: 'client', bytes: ask(7, 2) },
    { by: 'server', bytes: measured(7, 2) },
    { by: 'client', bytes: ask(7, 1) },
  ],
  judge: [
    'synphasor.frtype == 3 && synphasor.idcode_stream_source == 7 && synphasor.conf.numpmu == 2',
    'synphasor.idcode_data_source == 12 && synphasor.checksum.status == "Good"',
    'synphasor.frtype == 0 && synphasor.checksum.status == "Good"',
    'synphasor.frtype == 4 && synphasor.command == 5',
  ],
  record: { description: 'IDCODE 7' },
  behind: {
    'C37.118 192.0.2.20, stream 7, IDCODE 11': { name: 'ALMATY 500', description: 'IDCODE 11' },
    'C37.118 192.0.2.20, stream 7, IDCODE 12': { name: 'BALKHASH', description: 'IDCODE 12' },
  },
  control: [],
};

/** Configuration 3, of a unit that measures itself; it answers the port that asks on that of data. */
const unitOverUdp: Plan = {
  name: 'synphasor-udp',
  transport: 'udp',
  port: 4_713,
  clientPort: 4_712,
  spoken: [
    { by: 'client', bytes: ask(21, 6) },
    { by: 'server', bytes: newConfiguration(21, 'Подстанция 21') },
    { by: 'server', bytes: synphasorFrame(1, 21, Buffer.from('A header is free text.')) },
  ],
  judge: [
    'synphasor.frtype == 5 && synphasor.station_name_len == 23 && synphasor.checksum.status == "Good"',
    'synphasor.frtype == 1',
  ],
  record: { name: 'Подстанция 21', description: 'IDCODE 21' },
  control: [],
};

export const synphasorPlans: readonly Plan[] = [concentrator, unitOverUdp];
