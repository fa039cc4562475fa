import { BundleError } from '@sallyport/bundle-tools/errors';
import { parseFingerprint } from '@sallyport/bundle-tools/fingerprint/parse';
import { readTrustExport } from '@sallyport/bundle-tools/host/trust-export';
import { fingerprintOf } from '@sallyport/bundle-tools/trust/keys';
import { AppError } from '../../platform/errors.ts';
import type { Actor } from '../objects/types.ts';
import { runImport } from './importer.ts';
import type { ImporterParts } from './importer-parts.ts';
import type { ImportResult } from './types.ts';

export type TrustFile = { readonly rootVersion: number; readonly fingerprint: string; readonly expires: string };

/** What a person must compare before the file may be imported; nothing of it is proven yet. */
export const readTrustFile = async (parts: ImporterParts, path: string): Promise<TrustFile> => {
  const { root } = await readTrustExport(path, parts.paths.staging);
  return { rootVersion: root.version, fingerprint: root.sha256, expires: root.expires };
};

/**
 * Pins the root that a person has compared and takes the file's metadata and policy. A site that trusts a root already
 * keeps it: the file then only brings newer metadata of the same chain.
 */
export const importTrust = async (
  parts: ImporterParts,
  actor: Actor,
  path: string,
  fingerprint: string,
): Promise<{ trust: TrustFile; result: ImportResult }> => {
  const { root } = await readTrustExport(path, parts.paths.staging);
  if (parseFingerprint(fingerprint) !== root.sha256)
    throw new BundleError('SIGNATURE', `the root in ${path} has the fingerprint ${root.sha256}, not the one given`);
  const held = parts.store.metadata().get('root');
  if (held) {
    const known = parts.store.root(root.version);
    if (root.version <= held.version && (!known || fingerprintOf(known) !== root.sha256))
      throw new AppError('EXISTS', `this site trusts another root already (version ${held.version})`);
  }
  const result = await runImport(
    parts,
    actor,
    [path],
    {},
    {
      ...(held ? { version: held.version, bytes: held.bytes } : { version: root.version, bytes: root.bytes }),
      compared: { version: root.version, sha256: root.sha256 },
    },
  );
  return { trust: { rootVersion: root.version, fingerprint: root.sha256, expires: root.expires }, result };
};
