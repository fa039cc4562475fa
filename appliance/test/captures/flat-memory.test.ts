import { Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { readCapture } from '../../src/features/controller-imports/pcap/read-capture.ts';

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const arp = Buffer.from('ffffffffffff00112233445508060001080006040001001122334455c0a80001000000000000c0a80002', 'hex');
const head = Buffer.concat([u32(0xa1b2c3d4), Buffer.from([2, 0, 4, 0]), u32(0), u32(0), u32(65_535), u32(1)]);
const record = Buffer.concat([u32(1_700_000_000), u32(500_000), u32(arp.length), u32(arp.length), arp]);

it('keeps its memory flat over a long capture', async () => {
  const chunk = Buffer.concat(Array.from({ length: 2_000 }, () => record));
  const chunks = function* (): Generator<Buffer> {
    yield head;
    for (let n = 0; n < 60; n += 1) yield chunk;
  };
  // What is still held, not what the collector has not come to yet: that depends on what else the machine does.
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const held = (): number => {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  let seen = 0;
  const before = held();
  let most = 0;
  await readCapture(Readable.from(chunks()), () => {
    seen += 1;
    if (seen % 20_000 === 0) most = Math.max(most, held());
  });
  expect(seen).toBe(120_000);
  // All packets together are twelve.
  expect(most - before).toBeLessThan(6 * 1_048_576);
});
