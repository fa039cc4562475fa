import { createHash } from 'node:crypto';
import type { Keyring } from '../../updates/sources/apt/keyring.ts';
import type { DocumentLimits } from './input.ts';
import { readNamedFiles } from './named-files.ts';

// What lies beside a CSAF document: `.sha512`, which is compared, and `.asc`, which is checked only with keys that the
// operator supplied (ADVISORIES 6.2).

const MAX_SEAL_BYTES = 64 << 10;
const MAX_SEALS = 500_000;

type Seals = ReadonlyMap<string, Uint8Array>;

/** The small files that lie beside documents, by name. */
export const readSeals = async (path: string, limits: DocumentLimits, withSignatures: boolean): Promise<Seals> => {
  const seals = new Map<string, Uint8Array>();
  const wanted = (name: string): boolean =>
    name.endsWith('.json.sha512') || (withSignatures && name.endsWith('.json.asc'));
  const small = { ...limits, maxDocumentBytes: MAX_SEAL_BYTES, maxDocuments: MAX_SEALS };
  for await (const { name, bytes } of readNamedFiles(path, wanted, small))
    seals.set(name, bytes === 'TOO_LARGE' ? new Uint8Array() : bytes);
  return seals;
};

/** Why a document does not agree with its `.sha512`; undefined where it does, or where there is none. */
export const hashFault = (name: string, bytes: Uint8Array, seals: Seals): string | undefined => {
  const seal = seals.get(`${name}.sha512`);
  if (seal === undefined) return undefined;
  const claimed = /^\s*([0-9a-fA-F]{128})(?![0-9a-fA-F])/
    .exec(Buffer.from(seal).toString('latin1'))?.[1]
    ?.toLowerCase();
  if (claimed === undefined) return 'its .sha512 holds no SHA-512';
  return createHash('sha512').update(bytes).digest('hex') === claimed ? undefined : 'it differs from its .sha512';
};

/** Why a document has no valid signature of one of the keys; undefined where it has one. */
export const signatureFault = async (
  name: string,
  bytes: Uint8Array,
  seals: Seals,
  { keyring, at }: { keyring: Keyring; at: Date },
): Promise<string | undefined> => {
  const seal = seals.get(`${name}.asc`);
  if (seal === undefined) return 'it has no signature beside it';
  // Large, and needed only where keys are given.
  const { createMessage, readSignature, verify } = await import('openpgp');
  try {
    const signature = await readSignature({ armoredSignature: Buffer.from(seal).toString('latin1') });
    const message = await createMessage({ binary: bytes });
    const checked = await verify({ message, signature, verificationKeys: [...keyring.keys], date: at });
    for (const one of checked.signatures) if (await one.verified.catch(() => false)) return undefined;
    return 'it has no signature by a key of the keyring';
  } catch {
    return 'its signature cannot be read';
  }
};
