import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { type CustodyKeys, custodyKey } from '../documents/custody-chain.ts';
import { base64Of, encodeDocument, int, parseDocument, time } from '../documents/fields.ts';
import { BundleError } from '../errors.ts';
import { writeFileDurable } from '../platform/files.ts';
import { isThere } from '../platform/is-there.ts';
import { keyidOf } from '../trust/keys.ts';
import { readBounded } from './read-bounded.ts';
import { fulfilOf } from './role-keys.ts';
import { allSignKeysOf, listSites } from './sites.ts';
import type { HostState } from './state.ts';
import { findPublished } from './trust-files.ts';

// custody-keys.json: whose key signs hand-overs and scans. Persons are local numbers; who they are is written elsewhere.

const keysSchema = z.strictObject({
  format: z.literal('sallyport-custody-keys/1'),
  keys: z.array(z.strictObject({ person: int, public: base64Of(32), added_at: time })).max(10_000),
});
type KeyList = z.infer<typeof keysSchema>;

const maxBytes = 4 * 1024 * 1024;
const pathOf = (state: HostState): string => join(state.dir, 'custody-keys.json');

const read = (state: HostState): KeyList =>
  isThere(pathOf(state))
    ? parseDocument(keysSchema, readBounded(pathOf(state), maxBytes), 'custody keys', maxBytes)
    : { format: 'sallyport-custody-keys/1', keys: [] };

/** Notes whose key it is. A person may have several; a key belongs to one. */
export const addCustodyKey = (
  state: HostState,
  key: { readonly person: number; readonly publicKey: Uint8Array; readonly now: string },
): 'added' | 'known' => {
  const list = read(state);
  const text = Buffer.from(key.publicKey).toString('base64');
  const held = list.keys.find((entry) => entry.public === text);
  if (held !== undefined && held.person !== key.person)
    throw new BundleError('EXISTS', `key ${keyidOf(key.publicKey).slice(0, 16)} is person ${held.person}'s`);
  if (held !== undefined) return 'known';
  const keys = [...list.keys, { person: key.person, public: text, added_at: key.now }];
  writeFileDurable(pathOf(state), encodeDocument(keysSchema, { ...list, keys }, 'custody keys'), 0o600);
  return 'added';
};

/** Every key that was ever allowed to fulfil: lines may be older than the present one. */
const fulfilKeys = (state: HostState): Uint8Array[] =>
  readdirSync(state.trust).flatMap((name) => {
    const version = /^([1-9][0-9]*)\.targets\.json$/.exec(name)?.[1];
    const targets = version === undefined ? undefined : findPublished(state, 'targets', Number(version));
    return targets === undefined ? [] : [...fulfilOf(targets.described.signed).keys];
  });

/** Every key that this host can name in a chain: its own, those of persons, those of its sites. */
export const knownCustodyKeys = (state: HostState): CustodyKeys =>
  new Map([
    ...listSites(state).flatMap((site) =>
      allSignKeysOf(site).map((key) => custodyKey(key, { kind: 'site', site: site.record.site })),
    ),
    ...read(state).keys.map(({ person, public: text }) =>
      custodyKey(Buffer.from(text, 'base64'), { kind: 'person', person }),
    ),
    ...fulfilKeys(state).map((key) => custodyKey(key, { kind: 'host' })),
  ]);
