import * as z from 'zod';
import { base64Of, encodeDocument, int, parseDocument } from './fields.ts';
import { limits } from './limits.ts';

export const policySchema = z.strictObject({
  format: z.literal('sallyport-policy/1'),
  /** X25519 keys of the host to which the site seals its next request. */
  seal_keys: z.array(base64Of(32)).min(1).max(8),
  grace_days: int.max(3650),
  /** The oldest importer that may read this host's bundles, `major.minor.patch`. */
  min_importer: z.string().regex(/^[0-9]{1,5}\.[0-9]{1,5}\.[0-9]{1,5}$/),
});

/** `policy.json`: what the host tells every site; its hash is a TUF target. */
export type Policy = z.infer<typeof policySchema>;

/** Parses `policy.json`. */
export const parsePolicy = (bytes: Uint8Array): Policy =>
  parseDocument(policySchema, bytes, 'policy.json', limits.policyBytes);

/** The bytes of `policy.json`. */
export const encodePolicy = (policy: Policy): Uint8Array => encodeDocument(policySchema, policy, 'policy.json');
