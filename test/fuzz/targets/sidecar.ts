import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesSource } from '@sallyport/bundle-tools/updates/sources/files';
import { digestOf } from '../../../bundle-tools/test/kit.ts';
import { scratchFolder } from '../scratch.ts';
import type { FuzzTarget } from '../target.ts';

const folder = join(scratchFolder(), 'files');
mkdirSync(folder);
writeFileSync(join(folder, 'a.bin'), 'x');

export const target: FuzzTarget = {
  name: 'sidecar',
  stretch: false,
  run: (data) => {
    writeFileSync(join(folder, 'a.bin.sallyport.json'), data);
    filesSource({ folder }).scan();
  },
  seeds: () => [
    JSON.stringify({
      product: 'p',
      version: '1',
      sha256: digestOf('x'),
      appliesTo: { purl: 'pkg:generic/p' },
      title: 't',
      licence: 'l',
    }),
    JSON.stringify({ product: 'p', version: '1', sha256: digestOf('x'), appliesTo: { vendor: 'v', release: '1' } }),
  ],
  words: ['"appliesTo"', '"purl"', 'pkg:', '"licence"'],
};
