/** The closed list of BUNDLES format `/1`, section "Error codes", and the codes of the connected host's command. */
export type BundleErrorCode =
  | 'BUSY'
  | 'NOT_REGULAR'
  | 'NO_BUNDLE'
  | 'AMBIGUOUS'
  | 'TRUNCATED'
  | 'TRAILING'
  | 'HEADER'
  | 'MISSING'
  | 'LIMIT'
  | 'METADATA'
  | 'SIGNATURE'
  | 'ROOT_CHAIN'
  | 'ROLLBACK'
  | 'EXPIRED'
  | 'MIX'
  | 'WRONG_SITE'
  | 'NONCE'
  | 'HASH'
  | 'INCOMPLETE'
  | 'NO_SPACE'
  | 'MEDIUM_IO'
  | 'STORE_IO'
  | 'SCAN'
  | 'CHAIN'
  | 'INTERNAL'
  | 'ALREADY_IMPORTED'
  | 'VOLUMES_MISSING'
  | 'CLOCK_BEHIND'
  | 'CLOCK_SUSPECT'
  | 'STALE'
  | 'KEY_EXPIRES_SOON'
  | 'SEAL'
  | 'SITE_UNKNOWN'
  | 'SITE_REVERTED'
  | 'ROOT_TOO_SHORT'
  | 'SELF_CHECK'
  // Connected host and sources.
  | 'USAGE'
  | 'NOT_FOUND'
  | 'EXISTS'
  | 'FETCH_FAILED'
  | 'PROXY_AUTH'
  | 'SOURCE_FULL'
  | 'SOURCE_DENIED'
  | 'SOURCE_INVALID';

/** Any refusal of this workspace; `message` names the cause, `code` is stable. */
export class BundleError extends Error {
  readonly code: BundleErrorCode;
  /** Why, in one word that others can look up: the code of the system (`EIO`) where it was the system. */
  readonly reason: string | undefined;

  constructor(code: BundleErrorCode, message: string, options: { cause?: unknown; reason?: string } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'BundleError';
    this.code = code;
    this.reason = options.reason;
  }
}
