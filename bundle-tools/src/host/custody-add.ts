import { basename, join } from 'node:path';
import { type CustodyLine, signCustody } from '../documents/custody.ts';
import { chainFileName, custodyLineDigest, joinChain } from '../documents/custody-chain.ts';
import { limits } from '../documents/limits.ts';
import { BundleError } from '../errors.ts';
import { readChain } from '../importer/custody-beside.ts';
import { ensureDir, writeFileDurable } from '../platform/files.ts';
import type { SigningKey } from '../trust/keys.ts';

/** Of a path only the last name is kept, in plain characters. */
const mediumLabel = (medium: string): string =>
  basename(medium)
    .replace(/[^\x20-\x7e]/g, '_')
    .slice(0, 100);

/** One more line for a chain, as text; the caller stores it. */
export const nextCustodyLine = (
  chain: ReadonlyArray<string>,
  line: Omit<CustodyLine, 'prev'>,
  key: SigningKey,
): string => {
  const last = chain.at(-1);
  return Buffer.from(
    signCustody({ ...line, ...(last === undefined ? {} : { prev: custodyLineDigest(last) }) }, key),
  ).toString('latin1');
};

/** Adds a line to the chain about a file in a folder of chains, and returns the whole chain. */
export const addCustodyLine = (options: {
  /** `custody/` beside the file, or the host's own copy. */
  readonly folder: string;
  readonly step: CustodyLine['step'];
  readonly person: number;
  readonly medium: string;
  readonly sha256: string;
  readonly at: string;
  readonly key: SigningKey;
}): string[] => {
  const { folder, step, person, sha256, at, key } = options;
  const chain = readChain(folder, sha256);
  if (chain.length >= limits.custodyLines)
    throw new BundleError('LIMIT', `the chain of this file has ${limits.custodyLines} lines already`);
  const line = nextCustodyLine(chain, { step, person, medium: mediumLabel(options.medium), sha256, at }, key);
  ensureDir(folder);
  writeFileDurable(join(folder, chainFileName(sha256)), joinChain([...chain, line]));
  return [...chain, line];
};
