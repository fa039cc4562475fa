import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { verifyBundle } from '@sallyport/bundle-tools/importer/verify-bundle';
import { entriesOf } from '../../../bundle-tools/test/forge.ts';
import { build, createWorld, freshDir, readVolumeBytes, siteContext } from '../../../bundle-tools/test/kit.ts';
import type { FuzzTarget } from '../target.ts';

// An unpacked bundle: the first byte picks a file to be replaced by the rest, or a name for a file more.

const world = createWorld(['a', 'b']);
const entries = entriesOf(readVolumeBytes(await build(world)));
const staging = freshDir(world, 'staging');
mkdirSync(join(staging, 'objects'));
const folder = freshDir(world, 'unpacked');

const lay = (): void => {
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
  for (const part of ['tuf', 'o']) mkdirSync(join(folder, part));
  for (const { name, body } of entries) writeFileSync(join(folder, name), body);
};
lay();

const nameIn = (data: Buffer): string =>
  ['', 'o/', 'tuf/'][(data[1] ?? 0) % 3] +
  (data
    .subarray(2, 82)
    .toString('latin1')
    .replace(/[^0-9A-Za-z._-]/g, '') || 'x');

export const target: FuzzTarget = {
  name: 'folder-source',
  stretch: false,
  maxBytes: 16_384,
  run: async (data) => {
    const pick = (data[0] ?? 0) % (entries.length + 2);
    const entry = entries[pick];
    const extra = join(folder, nameIn(data));
    const isNew =
      entry === undefined &&
      !existsSync(extra) &&
      !entries.some(({ name }) => join(folder, name) === extra) &&
      !/\/\.{0,2}$/.test(extra);
    if (entry !== undefined) writeFileSync(join(folder, entry.name), data.subarray(1));
    else if (isNew) writeFileSync(extra, data.subarray(82));
    try {
      await verifyBundle({ path: folder, context: siteContext(world, { discard: true }), stagingDir: staging });
    } finally {
      if (entry !== undefined) writeFileSync(join(folder, entry.name), entry.body);
      else if (isNew) rmSync(extra, { force: true });
    }
  },
  seeds: () => entries.map(({ body }, index) => Buffer.concat([Buffer.of(index), body])),
  words: ['2.root.json', 'o/', '.p0001'],
};
