import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BundleError } from '../../src/errors.ts';
import { getBelow } from './http-source.ts';
import { download, refresh, type Session, type Shelf } from './session.ts';

// The command that the public TUF conformance suite drives: its arguments over the core that the importer has, with the
// demands that only the exchange makes left out. It is no part of the product.

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'metadata-dir': { type: 'string' },
    'metadata-url': { type: 'string' },
    'target-name': { type: 'string', multiple: true },
    'target-dir': { type: 'string' },
    'target-base-url': { type: 'string' },
  },
});

const needed = (name: 'metadata-dir' | 'metadata-url' | 'target-dir' | 'target-base-url'): string => {
  const value = values[name];
  if (value === undefined) throw new BundleError('USAGE', `--${name} is missing`);
  return value;
};

const shelf = (folder: string, ending: string): Shelf => {
  const pathOf = (name: string) => join(folder, `${encodeURIComponent(name)}${ending}`);
  return {
    read: (name) => (existsSync(pathOf(name)) ? readFileSync(pathOf(name)) : undefined),
    write: (name, bytes) => {
      // A file is there whole or not at all; the suite counts files, so nothing may stay beside it.
      writeFileSync(`${pathOf(name)}.new`, bytes);
      renameSync(`${pathOf(name)}.new`, pathOf(name));
    },
  };
};

const httpBelow = (base: string) => ({
  get: (name: string, maxBytes: number) => getBelow(base, name, maxBytes),
});

const metadata = shelf(needed('metadata-dir'), '.json');
const session = (): Session => ({ metadata, source: httpBelow(needed('metadata-url')), now: new Date() });

const run = async (): Promise<void> => {
  const [command, trustedRoot] = positionals;
  if (command === 'init' && trustedRoot !== undefined) {
    metadata.write('root', readFileSync(trustedRoot));
  } else if (command === 'refresh') {
    await refresh(session());
  } else if (command === 'download') {
    const targets = shelf(needed('target-dir'), '');
    const targetSource = httpBelow(needed('target-base-url'));
    await download({ ...session(), targets, targetSource }, values['target-name'] ?? []);
  } else {
    throw new BundleError('USAGE', 'init TRUSTED_ROOT, refresh or download');
  }
};

await run().catch((error: unknown) => {
  process.stderr.write(`${error instanceof BundleError ? `${error.code}: ${error.message}` : String(error)}\n`);
  process.exitCode = 1;
});
