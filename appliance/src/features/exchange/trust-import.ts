import { BundleError } from '@sallyport/bundle-tools/errors';
import { parseFingerprint } from '@sallyport/bundle-tools/fingerprint/parse';
import { readTrustExport } from '@sallyport/bundle-tools/host/trust-export';
import { fingerprintOf } from '@sallyport/bundle-tools/trust/keys';
import type { Actor } from '../../engine/objects/types.ts';
import { AppError } from '../../platform/errors.ts';
import { cleanLine } from '../../platform/text.ts';
import type { Pin } from './commit-bundle.ts';
import { runImport } from './importer.ts';
import type { ImporterParts } from './importer-parts.ts';
import type { ImportResult } from './types.ts';

export type TrustFile = { readonly rootVersion: number; readonly fingerprint: string; readonly expires: string };

/** What a person must compare before the file may be imported; nothing of it is proven yet. */
export const readTrustFile = async (parts: ImporterParts, path: string): Promise<TrustFile> => {
  const { root } = await readTrustExport(path, parts.paths.staging);
  return { rootVersion: root.version, fingerprint: root.sha256, expires: root.expires };
};

const maxReasonLength = 500;

const replacement = (held: { version: number; bytes: Uint8Array }, reason: string): NonNullable<Pin['replaces']> => {
  const line = cleanLine(reason).trim();
  if (line === '' || line.length > maxReasonLength)
    throw new AppError('USAGE', `give a reason of 1 to ${maxReasonLength} characters`);
  return { before: fingerprintOf(held.bytes), reason: line };
};

/**
 * Pins the root that a person has compared and takes the file's metadata and policy. A site that trusts a root already
 * keeps it: the file then only brings newer metadata of the same chain. With `replaceReason` another root takes its
 * place, for a connected host whose root keys are lost or stolen; devices then enrol again.
 */
export const importTrust = async (
  parts: ImporterParts,
  actor: Actor,
  path: string,
  fingerprint: string,
  replaceReason?: string,
): Promise<{ trust: TrustFile; result: ImportResult }> => {
  const { root } = await readTrustExport(path, parts.paths.staging);
  if (parseFingerprint(fingerprint) !== root.sha256)
    throw new BundleError('SIGNATURE', `the root in ${path} has the fingerprint ${root.sha256}, not the one given`);
  const held = parts.store.metadata().get('root');
  const known = parts.store.root(root.version);
  const isSameRoot = known !== undefined && fingerprintOf(known) === root.sha256;
  const replaces = held && replaceReason !== undefined && !isSameRoot ? replacement(held, replaceReason) : undefined;
  if (held && !replaces && root.version <= held.version && !isSameRoot)
    throw new AppError('EXISTS', `this site trusts another root already (version ${held.version})`);
  const result = await runImport(
    parts,
    actor,
    [path],
    {},
    {
      ...(held && !replaces
        ? { version: held.version, bytes: held.bytes }
        : { version: root.version, bytes: root.bytes }),
      ...(replaces ? { replaces } : {}),
      compared: { version: root.version, sha256: root.sha256 },
    },
  );
  return { trust: { rootVersion: root.version, fingerprint: root.sha256, expires: root.expires }, result };
};
