import { canonicalize } from '@tufjs/canonical-json';

const utf8 = new TextEncoder();

/** Canonical JSON as TUF signs it: sorted keys, no space, only `"` and `\` escaped. */
export const canonicalJson = (value: unknown): Uint8Array => utf8.encode(canonicalize(value));
