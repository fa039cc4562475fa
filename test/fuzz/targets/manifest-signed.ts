import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { payloadTypeOf } from '@sallyport/bundle-tools/documents/envelope';
import { verifyBundle } from '@sallyport/bundle-tools/importer/verify-bundle';
import { entriesOf, joinTar } from '../../../bundle-tools/test/forge.ts';
import { build, createWorld, freshDir, readVolumeBytes, siteContext } from '../../../bundle-tools/test/kit.ts';
import { bodyOf, signedAs } from '../signed-document.ts';
import type { FuzzTarget } from '../target.ts';

// What a thief of the fulfil key could write: any manifest, well signed, before an honest bundle.

const world = createWorld(['first object', 'second object', 'third object']);
const entries = entriesOf(readVolumeBytes(await build(world)));
const staging = freshDir(world, 'staging');
mkdirSync(join(staging, 'objects'));
const medium = join(freshDir(world, 'medium'), 'x.tar');

export const target: FuzzTarget = {
  name: 'manifest-signed',
  maxBytes: 16_384,
  stretch: false,
  run: async (data) => {
    const body = signedAs(payloadTypeOf('bundle'), data, [world.keys.fulfil]);
    const volume = joinTar([{ name: 'bundle.dsse.json', body }, ...entries.slice(1)]);
    writeFileSync(medium, volume);
    await verifyBundle({ path: medium, context: siteContext(world, { discard: true }), stagingDir: staging });
  },
  seeds: () => [bodyOf(entries[0]?.body ?? Buffer.alloc(0))],
  words: ['"parts":[{"line":0,"part":1,"offset":0,"length":1}]', '"volumes"', '"include"', '"relies_on"', '"gzip"'],
};
