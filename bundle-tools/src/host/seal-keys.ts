import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { encodeDocument, hex, parseDocument, time } from '../documents/fields.ts';
import { parsePolicy } from '../documents/policy.ts';
import { BundleError } from '../errors.ts';
import { toTime } from '../platform/ambient.ts';
import { writeFileDurable } from '../platform/files.ts';
import { isThere } from '../platform/is-there.ts';
import { fingerprintOf, generateSealKey, readSealKey, type SealKey, writeSealKey } from '../trust/keys.ts';
import { daysAfter, sealKeepDays } from './lifetimes.ts';
import { readBounded } from './read-bounded.ts';
import type { HostState } from './state.ts';

// The X25519 key that sites seal their requests to. The present one is keys/seal.json. One that was replaced stays as
// keys/seal-previous-<16 hex>.json while the signed policy still names it, and `sealKeepDays` more: a site that sleeps
// seals to the key of the last bundle that it took. Then it is deleted, and with it the power to read old requests.

const retiredSchema = z.strictObject({
  format: z.literal('sallyport-seal-retired/1'),
  keys: z.array(z.strictObject({ fingerprint: hex, since: time })).max(100),
});
const maxRetiredBytes = 16 * 1024;
const previousName = /^seal-previous-[0-9a-f]{16}\.json$/;

const presentPath = (state: HostState): string => join(state.keys, 'seal.json');
const previousPath = (state: HostState, key: SealKey): string =>
  join(state.keys, `seal-previous-${fingerprintOf(key.publicKey).slice(0, 16)}.json`);
const retiredPath = (state: HostState): string => join(state.keys, 'seal-retired.json');

/** A seal key that was replaced; `deletedAt` is absent while the signed policy still names it. */
type PreviousSealKey = { readonly key: SealKey; readonly fingerprint: string; readonly deletedAt?: string };

const readRetired = (state: HostState): ReadonlyMap<string, string> =>
  new Map(
    isThere(retiredPath(state))
      ? parseDocument(
          retiredSchema,
          readBounded(retiredPath(state), maxRetiredBytes),
          'seal-retired.json',
          maxRetiredBytes,
        ).keys.map(({ fingerprint, since }) => [fingerprint, since])
      : [],
  );

const writeRetired = (state: HostState, retired: ReadonlyMap<string, string>): void => {
  const keys = [...retired].map(([fingerprint, since]) => ({ fingerprint, since }));
  writeFileDurable(
    retiredPath(state),
    encodeDocument(retiredSchema, { format: 'sallyport-seal-retired/1', keys }, 'seal-retired.json'),
    0o600,
  );
};

/** Makes the key that sites seal their requests to, if there is none. */
export const createSealKey = (state: HostState): void => {
  if (!isThere(presentPath(state))) writeSealKey(presentPath(state), generateSealKey());
};

/** The seal keys that were replaced and still open what is under way. */
export const previousSealKeys = (state: HostState): ReadonlyArray<PreviousSealKey> => {
  const retired = readRetired(state);
  return readdirSync(state.keys)
    .filter((name) => previousName.test(name))
    .sort()
    .map((name) => {
      const key = readSealKey(join(state.keys, name));
      const fingerprint = fingerprintOf(key.publicKey);
      const since = retired.get(fingerprint);
      return {
        key,
        fingerprint,
        ...(since === undefined ? {} : { deletedAt: daysAfter(Date.parse(since), sealKeepDays) }),
      };
    });
};

/** The keys that sites seal to: the present one first, then those that are being replaced. */
export const readSealKeys = (state: HostState): ReadonlyArray<SealKey> => {
  if (!isThere(presentPath(state))) throw new BundleError('NOT_FOUND', 'this host has no seal key');
  return [readSealKey(presentPath(state)), ...previousSealKeys(state).map(({ key }) => key)];
};

/** A new key for sites to seal to; the one before still opens what is under way. The next catalog's policy names the new one. */
export const rotateSealKey = (state: HostState): void => {
  const present = readSealKey(presentPath(state));
  // Under its second name first: a crash between the two loses nothing.
  writeSealKey(previousPath(state, present), present);
  writeSealKey(presentPath(state), generateSealKey());
};

/**
 * Starts the clock of a replaced key once the signed policy names it no more, and deletes it when its time is over.
 * Returns the fingerprints of the deleted ones.
 */
export const tidySealKeys = (state: HostState, signedPolicy: Uint8Array, nowMs: number): ReadonlyArray<string> => {
  const named = new Set(
    parsePolicy(signedPolicy).seal_keys.map((key) => fingerprintOf(new Uint8Array(Buffer.from(key, 'base64')))),
  );
  const retired = readRetired(state);
  const next = new Map<string, string>();
  const deleted: string[] = [];
  for (const { key, fingerprint } of previousSealKeys(state)) {
    if (named.has(fingerprint)) continue;
    const since = retired.get(fingerprint) ?? toTime(nowMs);
    if (Date.parse(daysAfter(Date.parse(since), sealKeepDays)) > nowMs) next.set(fingerprint, since);
    else {
      rmSync(previousPath(state, key));
      deleted.push(fingerprint);
    }
  }
  if (JSON.stringify([...next]) !== JSON.stringify([...retired])) writeRetired(state, next);
  return deleted;
};
