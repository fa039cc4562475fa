import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { verifyBundle } from '@sallyport/bundle-tools/importer/verify-bundle';
import { entriesOf, replace, resign } from '../../../bundle-tools/test/forge.ts';
import {
  build,
  createWorld,
  digestOf,
  freshDir,
  publish,
  readVolumeBytes,
  siteContext,
} from '../../../bundle-tools/test/kit.ts';
import type { FuzzTarget } from '../target.ts';

// An inventory of any content whose hashes and signatures fit, as a curator could sign it by mistake.

const world = createWorld(['first object', 'second object']);
const entries = entriesOf(readVolumeBytes(await build(world)));
const staging = freshDir(world, 'staging');
mkdirSync(join(staging, 'objects'));
const medium = join(freshDir(world, 'medium'), 'x.tar');

export const target: FuzzTarget = {
  name: 'inventory-signed',
  stretch: false,
  run: async (data) => {
    const tuf = publish(world.keys, { version: 1, catalog: 1, inventory: data, policy: world.policy });
    const bodies = {
      'tuf/timestamp.json': tuf.timestamp,
      'tuf/1.snapshot.json': tuf.snapshot,
      'tuf/1.targets.json': tuf.targets,
      'inventory.jsonl': data,
    };
    const lines = data.reduce((count, byte) => count + (byte === 0x0a ? 1 : 0), 0);
    const volume = resign(replace(entries, bodies), [world.keys.fulfil], (manifest) => ({
      ...manifest,
      inventory: { ...manifest.inventory, size: data.length, packed_size: data.length, sha256: digestOf(data), lines },
    }));
    writeFileSync(medium, volume);
    await verifyBundle({ path: medium, context: siteContext(world, { discard: true }), stagingDir: staging });
  },
  seeds: () => [world.inventory],
  words: ['"path"', '"chunks"', '"approval"', '"size":0', '"size":9000000'],
};
