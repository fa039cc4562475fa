import { LengthOrHashMismatchError, UnsignedMetadataError } from '@tufjs/models/dist/error.js';
import { BadVersionError, EqualVersionError, ExpiredMetadataError } from 'tuf-js/dist/error.js';
import { TrustedMetadataStore } from 'tuf-js/dist/store.js';
import { BundleError, type BundleErrorCode } from '../errors.ts';
import type { MetadataRole } from './guards.ts';

// The one place that touches tuf-js' internals; tuf-store.test.ts watches their shape.

export type TufStore = TrustedMetadataStore;

/** The library's trusted set, started from a root that is already trusted. */
export const createTufStore = (root: Uint8Array, referenceTime: Date): TufStore => {
  const store = translate('root', () => new TrustedMetadataStore(Buffer.from(root)));
  // Against an invalid date nothing ever expires.
  if (Number.isNaN(referenceTime.getTime())) throw new BundleError('INTERNAL', 'the reference time is no time');
  // The constructor takes the system clock; section 7 says which time counts.
  if (!Reflect.has(store, 'referenceTime') || !Reflect.set(store, 'referenceTime', referenceTime)) {
    throw new BundleError('INTERNAL', 'tuf-js has no reference time any more');
  }
  return store;
};

const codeOf = (role: MetadataRole, error: unknown): BundleErrorCode => {
  if (error instanceof ExpiredMetadataError) return 'EXPIRED';
  if (error instanceof BadVersionError) return role === 'root' ? 'ROOT_CHAIN' : 'ROLLBACK';
  if (error instanceof LengthOrHashMismatchError) return 'HASH';
  if (error instanceof UnsignedMetadataError) return 'SIGNATURE';
  return 'METADATA';
};

const isKept = (error: unknown): boolean => error instanceof EqualVersionError;

const translate = <T>(role: MetadataRole, step: () => T): T => {
  try {
    return step();
  } catch (error) {
    throw new BundleError(codeOf(role, error), `${role}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
};

/** Spec 5.3.4-5.3.7. */
export const updateRoot = (store: TufStore, bytes: Uint8Array): void => {
  translate('root', () => store.updateRoot(Buffer.from(bytes)));
};

/** Spec 5.4.2-5.4.4; false when the version is the one already held, which then stays. */
export const updateTimestamp = (store: TufStore, bytes: Uint8Array): boolean => {
  try {
    store.updateTimestamp(Buffer.from(bytes));
    return true;
  } catch (error) {
    if (isKept(error)) return false;
    return translate('timestamp', () => {
      throw error;
    });
  }
};

/** Spec 5.5.2-5.5.6; `trusted` for bytes that were verified before. */
export const updateSnapshot = (store: TufStore, bytes: Uint8Array, trusted: boolean): void => {
  translate('snapshot', () => store.updateSnapshot(Buffer.from(bytes), trusted));
};

/** Spec 5.6.2-5.6.5 for a targets role as its delegator names it. */
export const updateTargets = (store: TufStore, bytes: Uint8Array, role: string, delegator: string): void => {
  translate('targets', () => store.updateDelegatedTargets(Buffer.from(bytes), role, delegator));
};

/** What the trusted snapshot says of a targets role's file. */
export const snapshotMeta = (store: TufStore, role: string): { version: number; length?: number } | undefined => {
  const meta = store.snapshot?.signed.meta ?? {};
  return Object.hasOwn(meta, `${role}.json`) ? meta[`${role}.json`] : undefined;
};
