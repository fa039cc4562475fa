import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../test/support/chance.ts';
import { bacnetFacts, iAmInstance } from '../../src/controllers/protocols/bacnet/answers.ts';
import { descriptionFacts } from '../../src/controllers/protocols/description.ts';
import type { DeviceFact } from '../../src/controllers/protocols/device-fact.ts';
import { enipFacts, enipLength } from '../../src/controllers/protocols/enip/answers.ts';
import { dcpReading } from '../../src/controllers/protocols/layer2/dcp.ts';
import { lldpReading } from '../../src/controllers/protocols/layer2/lldp.ts';
import { modbusFacts, modbusLength } from '../../src/controllers/protocols/modbus/answers.ts';
import { opcuaLength } from '../../src/controllers/protocols/opcua/answers.ts';
import { reader, text, uint32 } from '../../src/controllers/protocols/opcua/binary.ts';
import { pnioFacts } from '../../src/controllers/protocols/pnio-cm/answers.ts';
import { lookup, noHandle } from '../../src/controllers/protocols/pnio-cm/client.ts';
import { s7Reader } from '../../src/controllers/protocols/s7/answers.ts';
import { tpktLength } from '../../src/controllers/protocols/s7/client.ts';
import { readList, s7Of } from '../../src/controllers/protocols/s7/requests.ts';
import { secureMessage, snmpFacts } from '../../src/controllers/protocols/snmp/answers.ts';
import { isProven, localKey, opened, secured } from '../../src/controllers/protocols/snmp/usm.ts';
import { cleanText } from '../../src/controllers/protocols/text.ts';
import { element, elementAt, integer, numberOf, octets } from '../../src/platform/ber.ts';
import { annotationOf, iAm, identityAnswer, lookupReply, propertyReply } from './messages.ts';
import { modbusServer } from './modbus-server.ts';
import { s7Controller, usualLists } from './s7-controller.ts';

// What every reader of bytes from a device keeps: it says something short and clean, or nothing, or that the bytes are cut.

const facts: ReadonlyMap<string, (bytes: Buffer) => readonly DeviceFact[]> = new Map([
  ['modbus', modbusFacts],
  ['s7', (bytes: Buffer) => s7Reader()(s7Of(bytes) ?? Buffer.alloc(0)).facts],
  ['enip', enipFacts],
  ['pnio-cm', pnioFacts],
  ['bacnet', bacnetFacts],
  ['snmp', snmpFacts],
  ['dcp', (bytes: Buffer) => dcpReading(bytes).facts],
  ['lldp', (bytes: Buffer) => lldpReading(bytes).facts],
  ['description', (bytes: Buffer) => descriptionFacts(cleanText(bytes))],
]);

const list = Buffer.from([0, 1, 0, 0, 0, 5, 255, 43, 14, 1, 0]);
const question = lookup(Buffer.alloc(16, 3), 1, noHandle).bytes;
const annotation = annotationOf('S7-1500', '6ES7 672-5DC01-0YA0', '0', 'V', [2, 1, 7]);
const oid = (hex: string): Buffer => element(0x06, Buffer.from(hex, 'hex'));
const sysDescr = element(
  0x30,
  oid('2b06010201010100'),
  octets('Siemens, SIMATIC S7, CPU, 6ES7 315-2EH14-0AB0, 1, V.3.2'),
);
const pdu = element(0xa2, integer(1), integer(0), integer(0), element(0x30, sysDescr));

const samples: ReadonlyMap<string, Buffer> = new Map([
  ['modbus', modbusServer({ objects: [[0, 'Acme']] })(list)[0] ?? Buffer.alloc(0)],
  ['s7', s7Controller({ lists: usualLists })(readList(1, 'identification').bytes)[0] ?? Buffer.alloc(0)],
  ['enip', identityAnswer()],
  ['pnio-cm', lookupReply(question, annotation, 'big', noHandle)],
  [
    'bacnet',
    propertyReply(Buffer.from('810a001101040005010c0c0200000019 46'.replace(' ', ''), 'hex'), 7, {
      text: 'NAE',
      set: 'ucs2',
    }),
  ],
  ['snmp', element(0x30, integer(1), octets('c'), pdu)],
  ['dcp', Buffer.from('feff050100000001000000100203000600000002a010100000'.padEnd(80, '0'), 'hex')],
  ['lldp', Buffer.from('0a0353776300', 'hex')],
  ['description', Buffer.from('Siemens, SIMATIC NET, SCALANCE X208, 6GK5 208-0BA10-2AA3, HW: 5, FW: V4.5.0', 'latin1')],
]);

const changed = (sample: Buffer): fc.Arbitrary<Buffer> =>
  fc
    .tuple(fc.array(fc.tuple(fc.nat(sample.length - 1), fc.nat(255)), { maxLength: 6 }), fc.nat(sample.length))
    .map(([changes, length]) => {
      const bytes = Buffer.from(sample);
      for (const [at, byte] of changes) bytes[at] = byte;
      return length % 4 === 0 ? bytes.subarray(0, length) : bytes;
    });

/** What it says, or nothing where it is cut; any other error is a defect. */
const unlessCut = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
};

describe.each([...facts])('answers of %s', (name, read) => {
  const sample = samples.get(name) ?? Buffer.alloc(0);

  it('say something where they are whole', () => {
    expect(read(sample).length).toBeGreaterThan(0);
  });

  it('give short, clean texts or nothing', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
          changed(sample),
        ),
        (bytes) => {
          for (const { field, value, raw } of unlessCut(() => read(bytes)) ?? []) {
            expect(field).toMatch(/^[a-z][A-Za-z0-9]{0,63}$/);
            expect(value.length).toBeLessThanOrEqual(512);
            expect(raw.length).toBeLessThanOrEqual(1_024);
            expect(value).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
          }
        },
      ),
      { numRuns: runs(150) },
    );
  });
});

describe('lengths of messages', () => {
  it.each([
    ['modbus', modbusLength],
    ['enip', enipLength],
    ['s7', tpktLength],
    ['opcua', opcuaLength],
  ] as const)('of %s do not change when more bytes come', (_name, lengthOf) => {
    const bytes = fc.uint8Array({ maxLength: 64 }).map((one) => Buffer.from(one));
    fc.assert(
      fc.property(bytes, bytes, (first, more) => {
        const length = lengthOf(first);
        if (length !== undefined) expect(lengthOf(Buffer.concat([first, more]))).toBe(length);
      }),
      { numRuns: runs(200) },
    );
  });
});

describe('what we write, we read', () => {
  it('numbers and texts of BER', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), fc.uint8Array({ maxLength: 300 }), (number, bytes) => {
        expect(numberOf(elementAt(integer(number), 0))).toBe(number);
        expect(elementAt(octets(bytes), 0).body.equals(Buffer.from(bytes))).toBe(true);
      }),
    );
  });

  it('texts of OPC UA', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), fc.nat(), (said, number) => {
        const from = reader(Buffer.concat([text(said), uint32(number), text()]));
        expect(from.bytes().toString('utf8')).toBe(Buffer.from(said, 'utf8').toString('utf8'));
        expect(from.u32()).toBe(number);
        expect(from.bytes()).toHaveLength(0);
      }),
    );
  });

  it('no list of OPC UA that is longer than any has', () => {
    const list = (count: number) => reader(Buffer.concat([uint32(count), Buffer.alloc(1_000)]));
    expect(list(256).list(() => 1)).toHaveLength(256);
    expect(() => list(257).list(() => 1)).toThrow(RangeError);
    expect(list(0xffff_ffff).list(() => 1)).toEqual([]);
  });

  it('who BACnet is', () => {
    fc.assert(
      fc.property(fc.nat(0x3ffffe), (instance) => {
        expect(iAmInstance(iAm(instance, 5))).toBe(instance);
      }),
    );
  });
});

describe('the user-based security of SNMP', () => {
  const engine = { id: Buffer.from('000000000000000000000002', 'hex'), boots: 3, time: 700 };

  it('makes the keys of the standard', () => {
    // RFC 3414, A.3.2.
    expect(localKey('sha1', 'maplesyrup', engine.id).toString('hex')).toBe('6695febc9288e36282235fc7151f128497b38f3f');
  });

  it('takes a message only as it was proven and hidden', () => {
    const keyOf = (by: 'sha1' | 'sha256') => ({ by, key: Buffer.alloc(by === 'sha1' ? 20 : 32, 5) });
    fc.assert(
      fc.property(
        fc.constantFrom('sha1' as const, 'sha256' as const),
        fc.boolean(),
        fc.nat(1_000),
        fc.integer({ min: 1, max: 255 }),
        (by, isHidden, place, change) => {
          const keys = { auth: keyOf(by), ...(isHidden ? { privacy: Buffer.alloc(16, 7) } : {}) };
          const sent = secured(5, [pdu], 'u', engine, keys, Buffer.alloc(8, 9)).bytes;
          const message = secureMessage(sent);
          if (message === undefined) throw new Error('no message of version 3');
          expect(isProven(sent, message, keys.auth)).toBe(true);
          expect(opened(sent, message, keys)).toMatchObject({ pdu: { tag: 0xa2 } });
          const other = Buffer.from(sent);
          other[place % other.length] = (other[place % other.length] ?? 0) ^ change;
          const forged = unlessCut(() => secureMessage(other));
          if (forged !== undefined) expect(opened(other, forged, keys)).toHaveProperty('fault');
        },
      ),
      { numRuns: runs(60) },
    );
  });

  it('takes no plain answer to a question with secrets', () => {
    const plain = secured(5, [pdu], 'u', engine, {}, Buffer.alloc(8)).bytes;
    const message = secureMessage(plain);
    if (message === undefined) throw new Error('no message of version 3');
    const auth = { by: 'sha1' as const, key: Buffer.alloc(20) };
    expect(opened(plain, message, { auth })).toEqual({ fault: 'snmp-unsigned' });
    expect(opened(plain, message, {})).toHaveProperty('pdu');
  });
});
