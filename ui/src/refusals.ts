/** Whom an operator calls about a refusal: keys `refusal.call.<who>`. */
export type RefusalCall = 'none' | 'administrator' | 'connected' | 'security' | 'support';

/**
 * The closed list of codes of the bundle format, with whom each is a matter for. Words are `error.<CODE>` and its `.why`,
 * `.safety` and `.next`.
 */
export const refusalCalls = {
  BUSY: 'none',
  NOT_REGULAR: 'security',
  NO_BUNDLE: 'none',
  AMBIGUOUS: 'none',
  TRUNCATED: 'connected',
  TRAILING: 'connected',
  HEADER: 'security',
  MISSING: 'connected',
  LIMIT: 'connected',
  METADATA: 'connected',
  SIGNATURE: 'security',
  ROOT_CHAIN: 'connected',
  ROLLBACK: 'connected',
  EXPIRED: 'administrator',
  MIX: 'connected',
  WRONG_SITE: 'connected',
  NONCE: 'none',
  HASH: 'connected',
  INCOMPLETE: 'none',
  NO_SPACE: 'administrator',
  MEDIUM_IO: 'none',
  STORE_IO: 'administrator',
  SCAN: 'security',
  CHAIN: 'security',
  INTERNAL: 'support',
  ALREADY_IMPORTED: 'none',
  VOLUMES_MISSING: 'connected',
  CLOCK_BEHIND: 'administrator',
  CLOCK_SUSPECT: 'administrator',
  STALE: 'none',
  KEY_EXPIRES_SOON: 'connected',
  SEAL: 'connected',
  SITE_UNKNOWN: 'connected',
  SITE_REVERTED: 'administrator',
  ROOT_TOO_SHORT: 'connected',
  SELF_CHECK: 'connected',
} as const satisfies Readonly<Record<string, RefusalCall>>;

type RefusalCode = keyof typeof refusalCalls;

/** Whether a code is one of the closed list. */
export const isRefusalCode = (code: string): code is RefusalCode => Object.hasOwn(refusalCalls, code);
