import { canonicalJson } from '../documents/canonical-json.ts';
import { BundleError } from '../errors.ts';
import { checkEverySignature } from './core.ts';
import { guardMetadata } from './guards.ts';
import { sameBytes } from './hash.ts';
import { createTufStore, updateRoot } from './tuf-store.ts';

/**
 * Guard 5: a bundle may bring roots that the site has passed already (a broadcast starts at 2). They change nothing,
 * but they must chain up to the held one, so that no entry of a bundle goes unread.
 */
export const checkPassedRoots = (roots: ReadonlyMap<number, Uint8Array>, held: Uint8Array): void => {
  const heldSigned = guardMetadata(held, 'root', true).signed;
  const versions = [...roots.keys()];
  const lowest = versions[0];
  if (lowest === undefined) return;
  if (lowest > heldSigned.version + 1) {
    throw new BundleError('ROOT_CHAIN', `root ${heldSigned.version} is held, the bundle starts at ${lowest}`);
  }
  let store: ReturnType<typeof createTufStore> | undefined;
  for (const [version, bytes] of roots) {
    if (version > heldSigned.version) return;
    const file = guardMetadata(bytes, 'root', true);
    if (file.signed.version !== version) {
      throw new BundleError('ROOT_CHAIN', `${version}.root.json is version ${file.signed.version}`);
    }
    if (store === undefined) {
      store = createTufStore(bytes, new Date(0));
    } else {
      checkEverySignature(store, 'root', file);
      updateRoot(store, bytes);
    }
    checkEverySignature(store, 'root', file);
    if (version === heldSigned.version && !sameBytes(canonicalJson(file.signed), canonicalJson(heldSigned))) {
      throw new BundleError('ROOT_CHAIN', `root ${version} differs from the one that is held`);
    }
  }
};
