import { resolve, sep } from 'node:path';
import { systemCode } from '../archive/medium-errors.ts';
import { BundleError, type BundleErrorCode } from '../errors.ts';
import type { HostState } from './state.ts';

// A source that cannot be read is named, and the others are read without it. What is wrong with this host itself ends the work.

/** A source of which nothing was taken, or not all, and why. */
export type SourceFailure = {
  readonly source: string;
  readonly code: BundleErrorCode;
  readonly message: string;
};

/** Refusals that are of this host's own disk or of how the command was called. */
const ownCodes: ReadonlySet<BundleErrorCode> = new Set(['NO_SPACE', 'STORE_IO', 'BUSY', 'USAGE']);
/** Reading never ends with these: they are of what this host writes. */
const writeCodes: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EROFS']);

const codes: Readonly<Record<string, BundleErrorCode>> = {
  ENOENT: 'NOT_FOUND',
  ENOTDIR: 'NOT_FOUND',
  EACCES: 'SOURCE_DENIED',
  EPERM: 'SOURCE_DENIED',
  ELOOP: 'NOT_REGULAR',
  EISDIR: 'NOT_REGULAR',
  EIO: 'MEDIUM_IO',
};

const pathOf = (error: unknown): string | undefined =>
  error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : undefined;

const isOfState = ({ dir }: Pick<HostState, 'dir'>, path: string | undefined): boolean =>
  path !== undefined && (resolve(path) === dir || resolve(path).startsWith(`${dir}${sep}`));

/** What a failed step says of its source. Throws what is no fault of the source: a full disk, a state that cannot be written. */
export function sourceFailure(state: Pick<HostState, 'dir'>, source: string, error: unknown): SourceFailure {
  if (error instanceof BundleError) {
    if (ownCodes.has(error.code)) throw error;
    return { source, code: error.code, message: error.message };
  }
  const system = systemCode(error);
  const path = pathOf(error);
  if (writeCodes.has(system) || isOfState(state, path)) throw error;
  const message = error instanceof Error ? error.message : String(error);
  const code = codes[system] ?? 'INTERNAL';
  return { source, code, message: code === 'SOURCE_DENIED' && path !== undefined ? deniedText(path) : message };
}

/** Who may not read what. */
export function deniedText(path: string, reader = process.geteuid?.()): string {
  return `${path}: user ${reader ?? 'of this process'} may not read it`;
}

/** Runs the step of one source: what it gives, or the failure that names the source. */
export async function ofSource<T>(
  state: Pick<HostState, 'dir'>,
  source: string,
  step: () => Promise<T> | T,
): Promise<{ readonly value: T; readonly failure?: undefined } | { readonly failure: SourceFailure }> {
  try {
    return { value: await step() };
  } catch (error) {
    return { failure: sourceFailure(state, source, error) };
  }
}

/** A failure in one line, after the name of its source. */
export function failureText({ code, message }: SourceFailure): string {
  return `${code}: ${message}`;
}
