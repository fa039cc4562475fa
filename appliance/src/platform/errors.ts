import { systemCode } from '@sallyport/bundle-tools/archive/medium-errors';
import { BundleError, type BundleErrorCode } from '@sallyport/bundle-tools/errors';

/** The closed set of refusals of the appliance itself; a bundle's refusals keep the codes of the bundle format. */
export type AppErrorCode =
  | 'INVALID'
  | 'MALFORMED'
  | 'VERSION'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'APPROVAL_SELF'
  | 'APPROVAL_TOKEN'
  | 'APPROVAL_PERSON'
  | 'APPROVAL_NOBODY'
  | 'APPROVAL_FRESH'
  | 'APPROVAL_REACH'
  | 'REAUTHENTICATE'
  | 'SESSION_ONLY'
  | 'ORIGIN'
  | 'CSRF'
  | 'VIEWING'
  | 'NOT_FOUND'
  | 'UNKNOWN_COLLECTION'
  | 'METHOD'
  | 'CONFLICT'
  | 'EXISTS'
  | 'IN_USE'
  | 'CONTROLLERS_ONLY'
  | 'LIST_NOT_GONE'
  | 'HASH_MISMATCH'
  | 'TOO_LARGE'
  | 'UNSUPPORTED_TYPE'
  | 'RATE_LIMITED'
  | 'OVERLOADED'
  | 'NOT_READY'
  | 'NO_ROOT'
  | 'TOKEN'
  | 'TOKEN_HELD'
  | 'PENDING'
  | 'POSSIBLE_CLONE'
  | 'REVOKED'
  | 'CERTIFICATE'
  | 'CERTIFICATE_ENDED'
  | 'DEVICE_REVOKED'
  | 'COMPARE_KEY'
  | 'CANCELLED'
  | 'DISK_FULL'
  | 'SCHEMA_NEWER'
  | 'SCHEMA_OLDER'
  | 'SCHEMA_OTHER'
  | 'UPGRADE'
  | 'DATABASE'
  | 'ADVISORIES'
  | 'CHAIN_BROKEN'
  | 'KEY'
  | 'DATA_DIR'
  | 'DATA_GONE'
  | 'DECLARATION'
  | 'TIMEOUT'
  | 'NOT_NAMED'
  | 'FORBIDDEN_ADDRESS'
  | 'UNREACHABLE'
  | 'PEER'
  | 'DIRECTORY'
  | 'NO_SUCH_MOVE'
  | 'GATE_CLOSED'
  | 'USAGE'
  | 'FINDINGS'
  | 'INTERNAL';

/** A message for one field: a catalogue key and its parameters. */
export type FieldError = { key: string; params?: Record<string, string | number> };
/** All wrong fields of a form or report at once; the empty name is the whole. */
export type FieldErrors = Record<string, FieldError>;

type ErrorDetails = Record<string, unknown> & { fields?: FieldErrors };

/** What a refusal is made of, for other threads and for lists of answers. */
export type Refusal = { code: AppErrorCode; message: string; details: ErrorDetails };

/** Any refusal of the appliance; `message` is English and names the cause, `code` is stable. */
export class AppError extends Error {
  readonly code: AppErrorCode;
  readonly details: ErrorDetails;
  /** What to do in this case, in English, where it is more than what is said of the code. */
  readonly next: string | undefined;

  constructor(
    code: AppErrorCode,
    message: string,
    details: ErrorDetails = {},
    options: { cause?: unknown; next?: string } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.details = details;
    this.next = options.next;
  }
}

/** An INVALID error with every wrong field. */
export const invalid = (fields: FieldErrors): AppError =>
  new AppError('INVALID', `invalid: ${Object.keys(fields).slice(0, 20).join(', ')}`, { fields });

/** `exit` 3: the data folder is gone, which is no fault of the program and ends with a person who brings it back. */
type ErrorEntry = { status: number; exit: 1 | 2 | 3; key: string };

const entry = (code: string, status: number, exit: ErrorEntry['exit'] = 1): ErrorEntry => ({
  status,
  exit,
  key: `error.${code}`,
});

/**
 * What each code becomes at the edges: HTTP status, exit code, catalogue key. A page shows the words of `key` (what), `key.why` (cause) and
 * `key.next` (next step); a command and the API give the message and the next step in English.
 */
export const errorTable: Readonly<Record<AppErrorCode, ErrorEntry>> = {
  INVALID: entry('INVALID', 422),
  MALFORMED: entry('MALFORMED', 400),
  VERSION: entry('VERSION', 400),
  UNAUTHENTICATED: entry('UNAUTHENTICATED', 401),
  FORBIDDEN: entry('FORBIDDEN', 403),
  APPROVAL_SELF: entry('APPROVAL_SELF', 403),
  APPROVAL_TOKEN: entry('APPROVAL_TOKEN', 403),
  APPROVAL_PERSON: entry('APPROVAL_PERSON', 403),
  APPROVAL_NOBODY: entry('APPROVAL_NOBODY', 403),
  APPROVAL_FRESH: entry('APPROVAL_FRESH', 403),
  APPROVAL_REACH: entry('APPROVAL_REACH', 403),
  REAUTHENTICATE: entry('REAUTHENTICATE', 403),
  SESSION_ONLY: entry('SESSION_ONLY', 403),
  ORIGIN: entry('ORIGIN', 403),
  CSRF: entry('CSRF', 403),
  VIEWING: entry('VIEWING', 403),
  NOT_FOUND: entry('NOT_FOUND', 404),
  UNKNOWN_COLLECTION: entry('UNKNOWN_COLLECTION', 404),
  METHOD: entry('METHOD', 405),
  CONFLICT: entry('CONFLICT', 409),
  EXISTS: entry('EXISTS', 409),
  IN_USE: entry('IN_USE', 409),
  CONTROLLERS_ONLY: entry('CONTROLLERS_ONLY', 422),
  LIST_NOT_GONE: entry('LIST_NOT_GONE', 409),
  HASH_MISMATCH: entry('HASH_MISMATCH', 409),
  TOO_LARGE: entry('TOO_LARGE', 413),
  UNSUPPORTED_TYPE: entry('UNSUPPORTED_TYPE', 415),
  RATE_LIMITED: entry('RATE_LIMITED', 429),
  OVERLOADED: entry('OVERLOADED', 503),
  NOT_READY: entry('NOT_READY', 503),
  NO_ROOT: entry('NO_ROOT', 503),
  TOKEN: entry('TOKEN', 401),
  TOKEN_HELD: entry('TOKEN_HELD', 401),
  PENDING: entry('PENDING', 202),
  POSSIBLE_CLONE: entry('POSSIBLE_CLONE', 409),
  REVOKED: entry('REVOKED', 401),
  CERTIFICATE: entry('CERTIFICATE', 401),
  CERTIFICATE_ENDED: entry('CERTIFICATE_ENDED', 401),
  DEVICE_REVOKED: entry('DEVICE_REVOKED', 401),
  COMPARE_KEY: entry('COMPARE_KEY', 409),
  CANCELLED: entry('CANCELLED', 410),
  DISK_FULL: entry('DISK_FULL', 507),
  SCHEMA_NEWER: entry('SCHEMA_NEWER', 500),
  SCHEMA_OLDER: entry('SCHEMA_OLDER', 500),
  SCHEMA_OTHER: entry('SCHEMA_OTHER', 500),
  UPGRADE: entry('UPGRADE', 500),
  DATABASE: entry('DATABASE', 500),
  ADVISORIES: entry('ADVISORIES', 503),
  CHAIN_BROKEN: entry('CHAIN_BROKEN', 500),
  KEY: entry('KEY', 500),
  DATA_DIR: entry('DATA_DIR', 500, 2),
  DATA_GONE: entry('DATA_GONE', 500, 3),
  DECLARATION: entry('DECLARATION', 500),
  TIMEOUT: entry('TIMEOUT', 504),
  NOT_NAMED: entry('NOT_NAMED', 403),
  FORBIDDEN_ADDRESS: entry('FORBIDDEN_ADDRESS', 403),
  UNREACHABLE: entry('UNREACHABLE', 502),
  PEER: entry('PEER', 502),
  DIRECTORY: entry('DIRECTORY', 502),
  NO_SUCH_MOVE: entry('NO_SUCH_MOVE', 409),
  GATE_CLOSED: entry('GATE_CLOSED', 409),
  USAGE: entry('USAGE', 400, 2),
  FINDINGS: entry('FINDINGS', 422),
  INTERNAL: entry('INTERNAL', 500),
};

// Statuses of the bundle codes that reach HTTP; every other refusal of a bundle is the sender's content: 422.
const bundleStatus: Partial<Record<BundleErrorCode, number>> = {
  BUSY: 409,
  NO_SPACE: 507,
  STORE_IO: 500,
  INTERNAL: 500,
  NOT_FOUND: 404,
  EXISTS: 409,
  USAGE: 400,
};

export type Failure = ErrorEntry & {
  code: AppErrorCode | BundleErrorCode;
  message: string;
  details: ErrorDetails;
  next?: string | undefined;
};

/** A refusal that another process of this program printed or answered: its code and its message. */
export const refusalOf = (code: string, message: string): Error =>
  Object.hasOwn(errorTable, code)
    ? new AppError(code as AppErrorCode, message)
    : new BundleError(code as BundleErrorCode, message);

/** Translates anything thrown into its row of the table; the unknown becomes INTERNAL without its message. */
export const toFailure = (error: unknown): Failure => {
  if (error instanceof AppError) {
    const { code, message, details, next } = error;
    return { ...errorTable[code], code, message, details, next };
  }
  if (error instanceof BundleError) {
    const exit = error.code === 'USAGE' ? 2 : 1;
    return {
      ...entry(error.code, bundleStatus[error.code] ?? 422, exit),
      code: error.code,
      message: error.message,
      details: {},
    };
  }
  const native = systemCode(error);
  if (native.startsWith('SQLITE_FULL') || native === 'ENOSPC' || native === 'EDQUOT') {
    return { ...errorTable.DISK_FULL, code: 'DISK_FULL', message: 'no space left on the data disk', details: {} };
  }
  if (native.startsWith('SQLITE_BUSY')) {
    return { ...errorTable.OVERLOADED, code: 'OVERLOADED', message: 'the database is busy', details: {} };
  }
  if (/^(?:SQLITE_(?:IOERR|READONLY|CANTOPEN)|EIO$|EROFS$)/.test(native)) {
    const message = `the data disk fails or is read-only (${native})`;
    return { ...entry('STORE_IO', bundleStatus.STORE_IO ?? 500), code: 'STORE_IO', message, details: {} };
  }
  if (/^SQLITE_(?:CORRUPT|NOTADB)/.test(native)) {
    return { ...errorTable.DATABASE, code: 'DATABASE', message: `the database is damaged (${native})`, details: {} };
  }
  return { ...errorTable.INTERNAL, code: 'INTERNAL', message: 'internal error', details: {} };
};
