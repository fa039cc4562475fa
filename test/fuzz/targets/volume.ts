import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { verifyBundle } from '@sallyport/bundle-tools/importer/verify-bundle';
import { entriesOf, joinTar } from '../../../bundle-tools/test/forge.ts';
import { build, createWorld, freshDir, readVolumeBytes, siteContext } from '../../../bundle-tools/test/kit.ts';
import { demand, type FuzzTarget } from '../target.ts';

// A whole volume as it lies on a medium: archive, metadata, manifest, inventory, objects, end.

const world = createWorld(['a', 'b']);
const whole = readVolumeBytes(await build(world));
const staging = freshDir(world, 'staging');
mkdirSync(join(staging, 'objects'));
const medium = join(freshDir(world, 'medium'), 'x.tar');

export const target: FuzzTarget = {
  name: 'volume',
  maxBytes: 32_768,
  stretch: false,
  run: async (data) => {
    writeFileSync(medium, data);
    await verifyBundle({ path: medium, context: siteContext(world, { discard: true }), stagingDir: staging });
    demand(data.equals(whole), 'only the bundle as it was signed is taken');
  },
  seeds: () => [
    whole,
    whole.subarray(0, 2_048),
    joinTar(entriesOf(whole).slice(0, 4)),
    joinTar(entriesOf(whole).slice(0, -1)),
  ],
};
