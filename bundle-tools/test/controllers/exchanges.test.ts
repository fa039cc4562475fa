import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../test/support/chance.ts';
import { placeOf } from '../../src/controllers/identification/guarded.ts';
import { allowedOf, identifyBy, planFor } from '../../src/controllers/protocols/identify-by.ts';
import {
  type Identification,
  type IdentifyOptions,
  PROTOCOLS,
  type Protocol,
  type Switches,
} from '../../src/controllers/protocols/types.ts';
import { readingSchema } from '../../src/controllers/reading.ts';
import { identityAnswer, lookupReply } from './messages.ts';
import { modbusServer } from './modbus-server.ts';
import { identityRecord, type Lists, modeRecord, protectionRecord, s7Controller, usualLists } from './s7-controller.ts';
import { type Bench, bench, type Device, type Reply } from './scripted.ts';

// What exchanges do with devices of every sort, by a clock of their own.

const everything: Switches = { identify: true, modules: true, details: true, mode: true };

const saidOf = ({ readings }: Identification): Record<string, string> =>
  Object.fromEntries(
    (readings[0]?.facts ?? []).map((said) => [
      said.field,
      'value' in said ? said.value : `! ${said.error} ${said.reason}`,
    ]),
  );

const identify = async (
  protocol: Protocol,
  on: Bench,
  more: Partial<IdentifyOptions> = {},
  switches = everything,
): Promise<Identification> => {
  const result = await identifyBy(protocol, switches, on.transport, { ...on.options, ...more });
  for (const reading of result.readings) readingSchema.parse(reading);
  expect(on.open()).toBe(0);
  return result;
};

const answering =
  (server: (request: Buffer) => Buffer[], afterMs = 5): Device =>
  (bytes) =>
    server(bytes).map((answer) => ({ bytes: answer, afterMs }));

const withList = (id: number, list: ReturnType<Lists['get']>): Lists => {
  const lists = new Map(usualLists());
  if (list === undefined) lists.delete(id);
  else lists.set(id, list);
  return lists;
};

describe('S7', () => {
  it('takes firmware from record 7, the boot loader from record 0x81, the order number from record 1', async () => {
    const on = bench(answering(s7Controller({ lists: usualLists })));
    const result = await identify('s7', on);
    expect(saidOf(result)).toEqual({
      mode: 'RUN',
      orderNumber: '6ES7 515-2AM02-0AB0',
      hwVersion: '3',
      firmwareObserved: 'V2.9.2',
      bootloader: 'V3.3.0',
      name: 'S71500',
      moduleName: 'Press 3',
      serial: 'S C-X4U421302009',
      model: 'CPU 1515-2 PN',
      protectionLevel: '3',
      protectionAssigned: '0',
      passwordSet: 'no',
      keySwitch: 'RUN',
      hardwareChecksum1: '0x1234',
      hardwareChecksum2: '0x5678',
      programChecksum1: '0x9abc',
      programChecksum2: '0xdef0',
    });
    expect(result.anomalies).toEqual([]);
  });

  it('reads lists in as many parts as they come', async () => {
    const whole = saidOf(await identify('s7', bench(answering(s7Controller({ lists: usualLists })))));
    const on = bench(answering(s7Controller({ lists: usualLists, partBytes: 33 })));
    const result = await identify('s7', on);
    expect(saidOf(result)).toEqual(whole);
    const keys = result.packets.filter(({ direction }) => direction === 'sent').map(({ meaning }) => meaning.key);
    expect(keys.filter((key) => key === 's7.rest').length).toBeGreaterThan(5);
  });

  it('reads the flat text of some S7-300, and only what is certain in it', async () => {
    const flat = { text: '6ES7 318-3EL00-0AB0  V 2.6.9 ' };
    const on = bench(answering(s7Controller({ lists: () => withList(0x0011, flat) })));
    expect(saidOf(await identify('s7', on))).toMatchObject({
      orderNumber: '6ES7 318-3EL00-0AB0',
      firmwareObserved: 'V2.6.9',
    });
    const nothing = bench(answering(s7Controller({ lists: () => withList(0x0011, { text: 'hello, world' }) })));
    expect(saidOf(await identify('s7', nothing))['orderNumber']).toMatch(/^! absent/);
  });

  it('takes the order number of record 7 where record 1 is not there', async () => {
    const records = [identityRecord(0x0007, '6ES7 151-8AB01-0AB0', [0x56, 3, 2, 6])];
    const on = bench(answering(s7Controller({ lists: () => withList(0x0011, { records }) })));
    expect(saidOf(await identify('s7', on))).toMatchObject({
      orderNumber: '6ES7 151-8AB01-0AB0',
      firmwareObserved: 'V3.2.6',
      hwVersion: '! absent s7.list',
    });
  });

  it('says why each field is not there', async () => {
    const on = bench(answering(s7Controller({ lists: () => withList(0x001c, { refused: 0xd401 }) })));
    expect(saidOf(await identify('s7', on))).toMatchObject({
      serial: '! denied-by-device s7-0xd401',
      orderNumber: '6ES7 515-2AM02-0AB0',
    });
  });

  it('keeps checksums to itself that the device does not vouch for', async () => {
    const records = [protectionRecord(1, 2, 0)];
    const on = bench(answering(s7Controller({ lists: () => withList(0x0232, { records }) })));
    const said = saidOf(await identify('s7', on));
    expect(said).toMatchObject({ keySwitch: 'RUN_P', protectionLevel: '1', hardwareChecksum1: '! absent s7.list' });
  });

  it('asks for the plain record where the other is refused', async () => {
    const lists = new Map(withList(0x0232, { refused: 0xd402 }));
    lists.set(0x0132, { records: [protectionRecord(2, 3, 0x5656)] });
    const on = bench(answering(s7Controller({ lists: () => lists })));
    expect(saidOf(await identify('s7', on))).toMatchObject({ keySwitch: 'STOP', protectionLevel: '2' });
  });

  it('stops at once when the mode leaves RUN meanwhile', async () => {
    let reads = 0;
    const lists = (): Lists => {
      reads += 1;
      return withList(0x0424, { records: [modeRecord(reads > 2 ? 4 : 8)] });
    };
    const on = bench(answering(s7Controller({ lists })));
    const result = await identify('s7', on);
    expect(result).toMatchObject({
      trouble: 'anomaly',
      anomalies: [{ kind: 'left-run', before: 'RUN', after: 'STOP' }],
    });
  });

  it('stops after the first answer when the mode has left RUN since the last job', async () => {
    const stopped = (): Lists => withList(0x0424, { records: [modeRecord(4)] });
    const on = bench(answering(s7Controller({ lists: stopped })));
    const result = await identify('s7', on, { modeBefore: 'RUN' });
    expect(result.anomalies.map(({ kind }) => kind)).toEqual(['left-run']);
    expect(on.arrived).toHaveLength(3);
    const known = bench(answering(s7Controller({ lists: stopped })));
    expect((await identify('s7', known, { modeBefore: 'STOP' })).anomalies).toEqual([]);
  });

  it.each(['connect', 'setup'] as const)('ends where %s is refused', async (refuses) => {
    const on = bench(answering(s7Controller({ lists: usualLists, refuses })));
    const result = await identify('s7', on);
    expect(saidOf(result)['orderNumber']).toMatch(/^! denied-by-device/);
    expect(on.arrived).toHaveLength(refuses === 'connect' ? 1 : 2);
  });
});

describe('Modbus', () => {
  const objects = [
    [0, 'Schneider Electric'],
    [1, 'BMX P34 2020'],
    [2, 'v2.6'],
    [5, 'M340'],
  ] as const;

  it.each([255, 1, 0])('finds unit %i, and asks no other', async (unit) => {
    const on = bench(answering(modbusServer({ objects, unit })));
    const said = saidOf(await identify('modbus', on));
    expect(said).toMatchObject({ vendorRaw: 'Schneider Electric', modbusUnit: String(unit), model: 'M340' });
    const asked = new Set(on.arrived.map(({ bytes }) => bytes.readUInt8(6)));
    expect([...asked]).toEqual([255, 1, 0].slice(0, [255, 1, 0].indexOf(unit) + 1));
  });

  it('gives up after three units', async () => {
    const on = bench(answering(modbusServer({ objects, unit: 7 })));
    expect(await identify('modbus', on)).toMatchObject({ readings: [], trouble: 'timeout', anomalies: [] });
    expect(on.arrived).toHaveLength(3);
  });

  it('goes on where more follows', async () => {
    const on = bench(answering(modbusServer({ objects, perAnswer: 1 })));
    expect(saidOf(await identify('modbus', on))).toMatchObject({
      productCode: 'BMX P34 2020',
      firmwareObserved: 'v2.6',
    });
  });

  it('asks object by object where lists are not known, and for the server id where nothing is', async () => {
    const single = bench(answering(modbusServer({ objects, codes: [4] })));
    expect(saidOf(await identify('modbus', single))).toMatchObject({ firmwareObserved: 'v2.6' });
    const old = bench(answering(modbusServer({ objects, codes: [], serverId: 'TWDLCAE40DRF' })));
    expect(saidOf(await identify('modbus', old))).toMatchObject({
      serverId: 'TWDLCAE40DRF',
      vendorRaw: '! denied-by-device modbus-exception-1',
    });
  });

  it('ends with a device that says for ever that more follows', async () => {
    const forever: Device = (bytes) => {
      const pdu = Buffer.from([43, 14, 1, 1, 0xff, (bytes.readUInt8(10) + 1) & 0xff, 0]);
      const head = Buffer.from(bytes.subarray(0, 7));
      head.writeUInt16BE(pdu.length + 1, 4);
      return [{ bytes: Buffer.concat([head, pdu]) }];
    };
    const on = bench(forever);
    await identify('modbus', on);
    expect(on.arrived.length).toBeLessThanOrEqual(24);
  });
});

describe('pace and limits', () => {
  const controller = (afterMs: (count: number) => number): Device => {
    const server = s7Controller({ lists: usualLists });
    return (bytes, _kind, count) => server(bytes).map((answer) => ({ bytes: answer, afterMs: afterMs(count) }));
  };

  it('leaves more than half a second before each packet, with one in flight', async () => {
    const on = bench(controller(() => 20));
    const result = await identify('s7', on);
    const times = on.arrived.map(({ atMs }) => atMs);
    for (const [index, time] of times.slice(1).entries())
      expect(time - (times[index] ?? 0)).toBeGreaterThanOrEqual(500);
    const directions = result.packets.map(({ direction }) => direction);
    expect(directions).toEqual(directions.map((_, index) => (index % 2 === 0 ? 'sent' : 'received')));
    expect(result.usualReplyMs).toBe(20);
  });

  it('waits again where a timer fires early', async () => {
    const on = bench(controller(() => 20));
    const { sleep } = on.options;
    await identify('s7', on, { sleep: (ms) => sleep(Math.ceil(ms / 3)) });
    const times = on.arrived.map(({ atMs }) => atMs);
    for (const [index, time] of times.slice(1).entries())
      expect(time - (times[index] ?? 0)).toBeGreaterThanOrEqual(500);
  });

  it('keeps what was said first', async () => {
    const objects = [
      [0, 'Acme'],
      [0, 'Other'],
    ] as const;
    expect(saidOf(await identify('modbus', bench(answering(modbusServer({ objects })))))).toMatchObject({
      vendorRaw: 'Acme',
    });
  });

  it('asks PNIO-CM for four entries at most', async () => {
    const handle = Buffer.alloc(20, 7);
    const on = bench((bytes) => [{ bytes: lookupReply(bytes, 'S7-1500', 'little', handle) }]);
    await identify('pnio-cm', on);
    expect(on.arrived).toHaveLength(4);
  });

  it.each([
    ['triples', (count: number) => (count > 4 ? 400 : 20), 5],
    ['does not triple', (count: number) => (count > 4 ? 290 : 20), 7],
    ['is slow from the beginning', () => 900, 7],
  ] as const)('sees a reply time that %s', async (_name, afterMs, packets) => {
    const on = bench(controller(afterMs));
    const result = await identify('s7', on);
    expect(result.anomalies.map(({ kind }) => kind)).toEqual(packets === 5 ? ['slow'] : []);
    expect(on.arrived).toHaveLength(packets);
  });

  it('knows from the last job what is slow', async () => {
    const on = bench(controller(() => 900));
    const result = await identify('s7', on, { usualReplyMs: 200 });
    expect(result.anomalies).toMatchObject([{ kind: 'slow', usualMs: 200, replyMs: 900 }]);
    expect(on.arrived).toHaveLength(1);
  });

  it('takes silence after an answer for the slowest of answers', async () => {
    const server = s7Controller({ lists: usualLists });
    const on = bench((bytes, _kind, count) => (count > 3 ? [] : server(bytes).map((answer) => ({ bytes: answer }))));
    expect((await identify('s7', on)).anomalies.map(({ kind }) => kind)).toEqual(['slow']);
    expect(on.arrived).toHaveLength(4);
  });

  it('stops at a reset', async () => {
    const on = bench((_bytes, _kind, count) => (count === 1 ? ['reset'] : []));
    expect(await identify('modbus', on)).toMatchObject({ trouble: 'anomaly', anomalies: [{ kind: 'reset' }] });
    expect(on.connects).toHaveLength(1);
  });

  it.each([
    ['refused', 1],
    ['denied', 1],
    ['timeout', 2],
    ['unreachable', 2],
  ] as const)('connects where it was %s %i times in all', async (trouble, times) => {
    const on = bench(
      () => [],
      () => trouble,
    );
    expect(await identify('s7', on)).toMatchObject({ readings: [], packets: [], trouble });
    expect(on.connects).toHaveLength(times);
    const gap = (on.connects[1]?.atMs ?? Number.POSITIVE_INFINITY) - (on.connects[0]?.atMs ?? 0);
    expect(gap).toBeGreaterThanOrEqual(500);
  });

  it('sends a datagram twice at most', async () => {
    const on = bench(() => []);
    expect(await identify('pnio-cm', on)).toMatchObject({ readings: [], trouble: 'timeout' });
    expect(on.arrived).toHaveLength(2);
  });

  it('ends between two packets when everything is switched off', async () => {
    let asked = 0;
    const on = bench(controller(() => 5));
    const result = await identify('s7', on, {
      isStopped: () => {
        asked += 1;
        return on.arrived.length >= 3;
      },
    });
    expect(result.trouble).toBe('stopped');
    expect(on.arrived).toHaveLength(3);
    expect(asked).toBeGreaterThan(3);
  });

  it('takes answers in any pieces', async () => {
    const whole = saidOf(await identify('s7', bench(controller(() => 1))));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 40 }), async (size) => {
        const server = s7Controller({ lists: usualLists });
        const on = bench((bytes) =>
          server(bytes).flatMap((answer): Reply[] =>
            Array.from({ length: Math.ceil(answer.length / size) }, (_, at) => ({
              bytes: answer.subarray(at * size, (at + 1) * size),
            })),
          ),
        );
        expect(saidOf(await identify('s7', on))).toEqual(whole);
      }),
      { numRuns: runs(12) },
    );
  });

  it('asks EtherNet/IP by TCP only where UDP stays silent', async () => {
    const on = bench((_bytes, kind) => (kind === 'udp' ? [] : [{ bytes: identityAnswer() }]));
    expect(saidOf(await identify('enip', on))).toMatchObject({ cipTuple: '1/14/166' });
    expect(on.arrived.map(({ kind }) => kind)).toEqual(['udp', 'tcp']);
  });
});

describe('whatever a device answers', () => {
  it('the exchange ends, closes, keeps its bounds and sends only what was planned', async () => {
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      fc.constantFrom('echo' as const, 'silence' as const, 'closed' as const, 'reset' as const),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...PROTOCOLS),
        fc.array(noise, { minLength: 1, maxLength: 12 }),
        async (protocol, script) => {
          const on = bench((bytes, _kind, count) => {
            const now = script[(count - 1) % script.length];
            if (now === 'silence' || now === undefined) return [];
            if (now === 'closed' || now === 'reset') return [now];
            return [{ bytes: now === 'echo' ? bytes : now }];
          });
          const credentials = { snmp: { user: { name: 'u' }, community: 'c' } };
          const result = await identify(protocol, on, { credentials });
          expect(on.arrived.length).toBeLessThanOrEqual(24);
          expect(on.connects.length).toBeLessThanOrEqual(2);
          const planned = new Set(
            planFor(protocol, everything, { credentials, host: '192.0.2.7' }).map(({ meaning }) => meaning.key),
          );
          const sent = result.packets.filter(({ direction }) => direction === 'sent');
          expect(sent).toHaveLength(on.arrived.length);
          for (const { meaning } of sent) expect(planned).toContain(meaning.key);
          // Whatever the device says: every packet is one of the plan but for its open fields, in the plan's order.
          const packets = planFor(protocol, everything, { credentials, host: '192.0.2.7' });
          let place: number | undefined = 0;
          for (const { kind, bytes } of on.arrived) {
            place = placeOf(packets, kind, bytes, place ?? 0, { community: 'c' });
            expect(place).toBeDefined();
          }
        },
      ),
      { numRuns: runs(150) },
    );
  });
});

describe('a plan', () => {
  it.each(PROTOCOLS)('of %s names what is allowed, and nothing with all switches off', (protocol) => {
    const credentials = { snmp: { user: { name: 'u' }, community: 'c' } };
    const plan = planFor(protocol, everything, { credentials });
    const { requests, kinds, port } = allowedOf(protocol);
    expect([...new Set(plan.map(({ meaning }) => meaning.key))].sort()).toEqual(requests.map(({ key }) => key).sort());
    for (const packet of plan) {
      expect(packet.hex).toMatch(/^(?:[0-9a-f]{2})+$/);
      expect(kinds).toContain(packet.kind);
      expect(packet.port).toBe(port);
    }
    expect(planFor(protocol, { identify: false, modules: false, details: false, mode: false })).toEqual([]);
  });

  it('shows the very bytes where nothing is left open', async () => {
    const on = bench(() => [{ bytes: identityAnswer() }]);
    await identify('enip', on);
    expect(planFor('enip', everything).map(({ hex }) => hex)).toContain(on.arrived[0]?.bytes.toString('hex'));
  });

  it('keeps secrets to itself', () => {
    const snmp = {
      user: {
        name: 'u',
        auth: { by: 'sha256' as const, password: 'correct horse' },
        privacy: { password: 'battery st' },
      },
      community: 'secret-community',
    };
    const text = JSON.stringify(planFor('snmp', everything, { credentials: { snmp } }));
    for (const secret of ['secret-community', 'correct horse', 'battery st'])
      for (const form of [secret, Buffer.from(secret).toString('hex')]) expect(text).not.toContain(form);
  });
});
