import { BundleError } from '../errors.ts';
import { sha256Hex } from '../trust/hash.ts';
import { keyidOf } from '../trust/keys.ts';
import { type CustodyLine, openCustody } from './custody.ts';
import { limits } from './limits.ts';

// One chain per file that travels: `custody/<SHA-256 of the file>.jsonl`, one envelope a line, each naming the digest of
// the line before. Carriers need not read it.

/** What a signing key may stand for in a chain. */
type CustodySigner =
  | { readonly kind: 'host' }
  | { readonly kind: 'site'; readonly site: string }
  | { readonly kind: 'person'; readonly person: number };

/** The keys that a reader knows, by key id. */
export type CustodyKeys = ReadonlyMap<string, { readonly publicKey: Uint8Array; readonly signer: CustodySigner }>;

export type CheckedCustodyLine = CustodyLine & {
  readonly digest: string;
  /** Undefined: signed by a key that is not known here. */
  readonly signer: CustodySigner | undefined;
  readonly keyid: string;
};

/** What is wrong with a chain. CHAIN breaks it; TIME is a clock that runs backwards from one hand to the next. */
type CustodyFinding = { readonly code: 'CHAIN' | 'TIME'; readonly line: number; readonly detail: string };

type CheckedChain = {
  readonly lines: ReadonlyArray<CheckedCustodyLine>;
  readonly findings: ReadonlyArray<CustodyFinding>;
};

const printable = /^[\x20-\x7e]+$/;

/** The file name of a chain. */
export const chainFileName = (sha256: string): string => `${sha256}.jsonl`;

/** The digest by which the next line names this one. */
export const custodyLineDigest = (line: string): string => sha256Hex(Buffer.from(line));

/** The lines of a chain file, not understood and not believed. METADATA, LIMIT. */
export const splitChain = (bytes: Uint8Array): string[] => {
  const text = Buffer.from(bytes).toString('latin1');
  if (text === '') return [];
  if (!text.endsWith('\n')) throw new BundleError('METADATA', 'custody: the last line is cut');
  const lines = text.slice(0, -1).split('\n');
  if (lines.length > limits.custodyLines)
    throw new BundleError('LIMIT', `custody: ${lines.length} lines, at most ${limits.custodyLines}`);
  for (const line of lines)
    if (line.length > limits.custodyBytes || !printable.test(line))
      throw new BundleError('METADATA', 'custody: a line is no signed line');
  return lines;
};

/** The bytes of a chain file. */
export const joinChain = (lines: ReadonlyArray<string>): Uint8Array =>
  Buffer.from(lines.map((line) => `${line}\n`).join(''));

/** A key for the map of known keys. */
export const custodyKey = (
  publicKey: Uint8Array,
  signer: CustodySigner,
): [string, { publicKey: Uint8Array; signer: CustodySigner }] => [keyidOf(publicKey), { publicKey, signer }];

const mayWrite: Record<CustodyLine['step'], ReadonlyArray<CustodySigner['kind']>> = {
  fulfil: ['host'],
  'hand-over': ['person', 'host'],
  scan: ['person', 'host', 'site'],
  import: ['site'],
};

/** Why a line may not be where it is; undefined when it may. */
const wrongHand = (line: CheckedCustodyLine, at: number): string | undefined => {
  const { signer, step } = line;
  if (signer === undefined) return `${step} is signed by key ${line.keyid.slice(0, 16)}, which is not known here`;
  if (!mayWrite[step].includes(signer.kind)) return `${step} is signed by a ${signer.kind} key`;
  if (signer.kind === 'person' && signer.person !== line.person)
    return `${step} names person ${line.person}, the key is person ${signer.person}'s`;
  if ((step === 'fulfil') !== (at === 0)) return at === 0 ? `the chain starts with ${step}` : 'fulfil comes again';
  return undefined;
};

const open = (text: string, keys: CustodyKeys): CheckedCustodyLine => {
  const { line, keyids } = openCustody(
    Buffer.from(text),
    [...keys.values()].map(({ publicKey }) => publicKey),
    { acceptUnknown: true },
  );
  const keyid = keyids[0] ?? '';
  return { ...line, digest: custodyLineDigest(text), keyid, signer: keys.get(keyid)?.signer };
};

/**
 * Checks one chain about the file with this digest: every line signed by a known hand that may write it, naming the line
 * before and this file. Everything that is wrong is named; lines after a break are still looked at.
 */
export const checkChain = (texts: ReadonlyArray<string>, sha256: string, keys: CustodyKeys): CheckedChain => {
  const lines: CheckedCustodyLine[] = [];
  const findings: CustodyFinding[] = [];
  let previous: string | undefined;
  for (const [at, text] of texts.entries()) {
    const broken = (detail: string): void => {
      findings.push({ code: 'CHAIN', line: at + 1, detail });
    };
    let line: CheckedCustodyLine;
    try {
      line = open(text, keys);
    } catch (error) {
      if (!(error instanceof BundleError)) throw error;
      broken(error.message);
      previous = custodyLineDigest(text);
      continue;
    }
    const hand = wrongHand(line, at);
    if (hand !== undefined) broken(hand);
    if (line.prev !== previous)
      broken(`${line.step} does not follow the line before it: one was changed or is missing`);
    if (line.sha256 !== sha256) broken(`${line.step} is about another file`);
    const before = lines.at(-1);
    if (before !== undefined && line.at < before.at)
      findings.push({
        code: 'TIME',
        line: at + 1,
        detail: `${line.step} at ${line.at} is before ${before.step} at ${before.at}`,
      });
    lines.push(line);
    previous = line.digest;
  }
  return { lines, findings };
};
