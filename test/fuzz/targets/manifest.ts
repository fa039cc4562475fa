import { parseManifest } from '@sallyport/bundle-tools/documents/manifest';
import { entriesOf } from '../../../bundle-tools/test/forge.ts';
import { build, createWorld, readVolumeBytes } from '../../../bundle-tools/test/kit.ts';
import { bodyOf } from '../signed-document.ts';
import type { FuzzTarget } from '../target.ts';

export const target: FuzzTarget = {
  name: 'manifest',
  maxBytes: 16_384,
  run: (data) => parseManifest(data),
  seeds: async () => {
    const world = createWorld(['first', 'second']);
    try {
      const [head] = entriesOf(readVolumeBytes(await build(world)));
      return [bodyOf(head?.body ?? Buffer.alloc(0))];
    } finally {
      world.remove();
    }
  },
  words: [
    '"parts":[{"line":0,"part":1,"offset":0,"length":1}]',
    '"volumes"',
    '"include"',
    '"relies_on"',
    '"gzip"',
    '"NO_SOURCE"',
  ],
};
