import { gzipSync } from 'node:zlib';
import { toRecord } from '@sallyport/bundle-tools/advisories/digest';
import { encodePart, partHeader, readPart } from '@sallyport/bundle-tools/advisories/part';
import { advisory } from '../../../appliance/test/support/catalog.ts';
import type { FuzzTarget } from '../target.ts';

const once = async function* (bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
};
const limits = { maxBytes: 1 << 20, maxLineBytes: 64 * 1024, maxAdvisories: 1_000 };

// The first byte says whether the rest is packed as it is or still to be packed.
export const target: FuzzTarget = {
  name: 'advisory-part',
  run: async (data) => {
    const rest = data.subarray(1);
    for await (const _item of readPart(once((data[0] ?? 0) < 128 ? gzipSync(rest, { level: 1 }) : rest), limits));
  },
  seeds: async () => {
    const records = ['A-1', 'A-2'].map((id) => toRecord(advisory(id, 'openssl', '3.5.1-1')));
    const header = partHeader({ feed: 'f', from: '', digest: 'ab'.repeat(32), newest: '2026-05-01T00:00:00Z' });
    const packed = await encodePart(header, records);
    const lines = [JSON.stringify(header), ...records.map(({ line }) => line)].join('\n');
    return [Buffer.concat([Buffer.of(200), packed]), `\u0001${lines}\n`];
  },
  words: ['"affected"', '"ranges"', '"severity":"critical"', '"withdrawn"', '"aliases"', '"lo"', '"hi"', '"codec"'],
};
