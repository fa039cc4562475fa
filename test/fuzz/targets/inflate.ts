import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packGzip } from '@sallyport/bundle-tools/archive/gzip';
import { inflateInventory } from '@sallyport/bundle-tools/importer/inflate';
import { digestOf } from '../../../bundle-tools/test/kit.ts';
import { scratchFolder } from '../scratch.ts';
import { demand, type FuzzTarget } from '../target.ts';

const folder = scratchFolder();
const [packed, raw] = [join(folder, 'packed'), join(folder, 'raw')];
const text = Buffer.from('{"path":"a"}\n'.repeat(20));

export const target: FuzzTarget = {
  name: 'inflate',
  stretch: false,
  run: async (data) => {
    writeFileSync(packed, data);
    const digest = await inflateInventory(packed, raw, text.length);
    demand(/^[0-9a-f]{64}$/.test(digest), 'what inflates has a digest');
    if (data.equals(Buffer.from(packGzip(text)))) demand(digest === digestOf(text), 'it is that of the content');
  },
  seeds: () => [packGzip(text), packGzip(Buffer.alloc(100_000)), packGzip(text).subarray(0, 30)],
};
