import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type CustodyLine, openCustody, signCustody } from '../documents/custody.ts';
import { limits } from '../documents/limits.ts';
import { BundleError } from '../errors.ts';
import { ensureDir, writeFileDurable } from '../platform/files.ts';
import { sha256Hex } from '../trust/hash.ts';
import type { SigningKey } from '../trust/keys.ts';
import { readBounded } from './read-bounded.ts';
import type { Site } from './sites.ts';

// sites/<site>/custody/<number>.dsse.json: who had a medium in hand; each line names the one before.

const numbersIn = (folder: string): ReadonlyArray<number> =>
  existsSync(folder)
    ? readdirSync(folder)
        .flatMap((name) => /^([1-9][0-9]{0,8})\.dsse\.json$/.exec(name)?.[1] ?? [])
        .map(Number)
        .sort((a, b) => a - b)
    : [];

/** Adds a line to a site's chain. `medium` is a label; of a path only the last name is kept. */
export const recordCustody = (options: {
  readonly site: Site;
  readonly step: CustodyLine['step'];
  readonly person: number;
  readonly medium: string;
  readonly sha256: string;
  readonly at: string;
  readonly key: SigningKey;
}): void => {
  const folder = join(options.site.folder, 'custody');
  ensureDir(folder);
  const last = numbersIn(folder).at(-1);
  const prev =
    last === undefined ? undefined : sha256Hex(readBounded(join(folder, `${last}.dsse.json`), limits.custodyBytes));
  const line: CustodyLine = {
    step: options.step,
    person: options.person,
    medium: basename(options.medium)
      .replace(/[^\x20-\x7e]/g, '_')
      .slice(0, 100),
    sha256: options.sha256,
    at: options.at,
    ...(prev === undefined ? {} : { prev }),
  };
  writeFileDurable(join(folder, `${(last ?? 0) + 1}.dsse.json`), signCustody(line, options.key));
};

/** A chain that was checked. */
export type CustodyChain = {
  readonly lines: ReadonlyArray<CustodyLine & { readonly keyid: string }>;
  readonly head: string | undefined;
};

/** Checks the chain in a folder: every line signed by one of the keys, each naming the one before. CHAIN when not. */
export const verifyCustody = (folder: string, publicKeys: ReadonlyArray<Uint8Array>): CustodyChain => {
  const lines: (CustodyLine & { keyid: string })[] = [];
  let head: string | undefined;
  for (const [at, number] of numbersIn(folder).entries()) {
    if (number !== at + 1) throw new BundleError('CHAIN', `custody line ${at + 1} is missing`);
    const { line, digest, keyids } = openCustody(
      readBounded(join(folder, `${number}.dsse.json`), limits.custodyBytes),
      publicKeys,
    );
    if (line.prev !== head) throw new BundleError('CHAIN', `custody line ${number} does not follow the line before it`);
    lines.push({ ...line, keyid: keyids[0] ?? '' });
    head = digest;
  }
  return { lines, head };
};
