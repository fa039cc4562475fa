import { createHash } from 'node:crypto';
import { canonicalJson } from '@sallyport/bundle-tools/documents/canonical-json';

/** SHA-256(salt ‖ canonical JSON): says nothing about the content without the salt, and binds it with. */
export const commitmentOf = (salt: Uint8Array, content: unknown): Buffer =>
  createHash('sha256').update(salt).update(canonicalJson(content)).digest();
