import { systemCode } from '../archive/medium-errors.ts';
import { BundleError, type BundleErrorCode } from '../errors.ts';

const bySystemCode: Readonly<Record<string, BundleErrorCode>> = {
  ENOENT: 'NOT_FOUND',
  ENOTDIR: 'NOT_FOUND',
  EEXIST: 'EXISTS',
  ENOSPC: 'NO_SPACE',
  EDQUOT: 'NO_SPACE',
  EFBIG: 'NO_SPACE',
  EIO: 'MEDIUM_IO',
  EROFS: 'STORE_IO',
  EACCES: 'STORE_IO',
  EPERM: 'STORE_IO',
  ELOOP: 'NOT_REGULAR',
  EISDIR: 'NOT_REGULAR',
};

/** Any failure as one of the closed codes; an unexpected one is INTERNAL, which is to be reported as a bug. */
export const toBundleError = (error: unknown): BundleError => {
  if (error instanceof BundleError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new BundleError(bySystemCode[systemCode(error)] ?? 'INTERNAL', message, { cause: error });
};

const steps: Partial<Record<BundleErrorCode, string>> = {
  BUSY: 'another command uses this state; wait until it ends',
  NOT_FOUND: 'check the path or the name',
  EXISTS: 'choose another name, or work with what is there',
  NOT_REGULAR: 'give a plain file',
  NO_SPACE: 'free space, then run the same command again',
  MEDIUM_IO: 'put the medium in again, or use another one, then run the same command again',
  STORE_IO: 'check the folder, its owner and its rights',
  SIGNATURE: 'do not use the file; ask where it came from',
  METADATA: 'do not use the file; ask where it came from',
  EXPIRED: 'sign again with a new expiry date',
  CHAIN: 'ask the site: a receipt was changed or removed; keep the file as evidence',
  SEAL: 'the request is sealed for another host or was changed on the way; export it again with the present trust',
  SITE_UNKNOWN: 'add the site card first: sallyport-bundle site add CARD',
  SITE_REVERTED: 'ask the site whether a backup was restored, then run fulfil with --accept-reverted SITE',
  ROOT_TOO_SHORT: 'make a new root: sallyport-bundle trust rotate',
  SELF_CHECK: 'nothing was written; keep the state folder and report this as a bug',
  FETCH_FAILED: 'check the address and the network, then run the same command again',
  PROXY_AUTH: 'give the account of the proxy: sallyport-bundle proxy configure --user NAME --password-file FILE',
  SOURCE_FULL: 'raise the limit: sallyport-bundle source limit NAME SIZE; source list shows what each takes',
  SOURCE_INVALID: 'correct the source: sallyport-bundle source list',
  INTERNAL: 'report this as a bug, with the command and this text',
};

/** What a person can do about a failure. */
export const nextStep = (code: BundleErrorCode): string => steps[code] ?? 'do not use the file; read the message above';
