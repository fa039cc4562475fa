import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../../../test/support/chance.ts';
import { gooseReading } from './goose.ts';

// Frames after IEC 61850-8-1, annex A (the message) and C (the head), written here.

const tlv = (tag: number, value: Buffer): Buffer =>
  value.length < 0x80
    ? Buffer.concat([Buffer.of(tag, value.length), value])
    : Buffer.concat([Buffer.of(tag, 0x82, value.length >> 8, value.length & 0xff), value]);
const text = (tag: number, value: string): Buffer => tlv(tag, Buffer.from(value, 'latin1'));
const framed = (message: Buffer, { appId = 0x3001, reserved = 0, length = 8 + message.length } = {}): Buffer =>
  Buffer.concat([Buffer.of(appId >> 8, appId & 0xff, length >> 8, length & 0xff, reserved >> 8, 0, 0, 0), message]);
const message = (...fields: Buffer[]): Buffer => tlv(0x61, Buffer.concat(fields));
const whole = [
  text(0x80, 'IED1LD0/LLN0$GO$gcb1'),
  tlv(0x81, Buffer.of(0x07, 0xd0)),
  text(0x82, 'IED1LD0/LLN0$DS1'),
  text(0x83, 'Interlocking'),
  tlv(0x84, Buffer.alloc(8)),
  tlv(0x85, Buffer.of(1)),
  tlv(0x86, Buffer.of(2)),
  tlv(0x87, Buffer.of(0)),
  tlv(0x88, Buffer.of(0, 0x80, 1)),
  tlv(0x89, Buffer.of(0)),
  tlv(0x8a, Buffer.of(1)),
  tlv(0xab, tlv(0x83, Buffer.of(1))),
];
const read = {
  block: 'IED1LD0/LLN0$GO$gcb1',
  appId: 0x3001,
  isSimulated: false,
  id: 'Interlocking',
  dataSet: 'IED1LD0/LLN0$DS1',
  revision: 0x8001,
};

describe('a frame of GOOSE', () => {
  it('names the control block of its publisher, also behind padding', () => {
    expect(gooseReading(framed(message(...whole)))).toEqual(read);
    expect(gooseReading(Buffer.concat([framed(message(...whole)), Buffer.alloc(20, 0x55)]))).toEqual(read);
  });

  it('of a simulation says so, in the head or in the message', () => {
    const test = whole.with(7, tlv(0x87, Buffer.of(0xff)));
    expect(gooseReading(framed(message(...whole), { reserved: 0x8000 }))).toEqual({ ...read, isSimulated: true });
    expect(gooseReading(framed(message(...test)))).toEqual({ ...read, isSimulated: true });
  });

  it('without a name of its own has none invented', () => {
    expect(gooseReading(framed(message(...whole.toSpliced(3, 1))))).not.toHaveProperty('id');
  });

  it.each([
    ['of management', framed(tlv(0x60, Buffer.concat(whole)))],
    ['without its block', framed(message(...whole.slice(1)))],
    ['whose block is longer than one can be', framed(message(text(0x80, 'x'.repeat(130)), ...whole.slice(1)))],
    ['whose block is empty', framed(message(text(0x80, ' '), ...whole.slice(1)))],
    ['of a length that has no end', framed(Buffer.concat([Buffer.of(0x61, 0x80), ...whole, Buffer.of(0, 0)]))],
    ['shorter than its head', framed(message(...whole), { length: 7 })],
    ['of nothing', Buffer.alloc(0)],
  ])('%s is no publication', (_, bytes) => expect(gooseReading(bytes)).toBeUndefined());

  it('cut anywhere says what stood whole before, and nothing else', () => {
    const bytes = framed(message(...whole));
    for (let end = 0; end < bytes.length; end += 1) {
      const found = gooseReading(bytes.subarray(0, end));
      if (found !== undefined) expect(read).toMatchObject(found);
    }
  });

  it('of any bytes is read or is none, and its texts are short', () => {
    const some = framed(message(...whole));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat({ max: some.length - 1 }), fc.nat({ max: 255 })), { maxLength: 12 }),
        fc.nat({ max: some.length }),
        (edits, end) => {
          const bytes = Buffer.from(some);
          for (const [at, byte] of edits) bytes.writeUInt8(byte, at);
          const found = gooseReading(bytes.subarray(0, end));
          for (const value of [found?.block, found?.id, found?.dataSet])
            expect((value ?? '').length).toBeLessThanOrEqual(129);
        },
      ),
      { numRuns: runs(1_000) },
    );
  });
});
