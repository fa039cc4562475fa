import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { base64Of } from '../documents/fields.ts';
import { parseStrictJson } from '../documents/strict-json.ts';
import { ensureDir } from '../platform/files.ts';
import { generateSigningKey, keyidOf, readSigningKey, type SigningKey, writeSigningKey } from '../trust/keys.ts';
import { readBounded } from './read-bounded.ts';

/** A key named on the command line. `signing` is absent when the file holds the public half only. */
export type KeyFile = {
  readonly path: string;
  readonly keyid: string;
  readonly publicKey: Uint8Array;
  readonly signing?: SigningKey;
  readonly isNew: boolean;
};

const publicOnly = z.strictObject({ type: z.literal('ed25519'), public: base64Of(32) });

const readPublicOnly = (path: string): Uint8Array | undefined => {
  const parsed = publicOnly.safeParse(parseStrictJson(readBounded(path, 4096), { maxBytes: 4096 }));
  return parsed.success ? new Uint8Array(Buffer.from(parsed.data.public, 'base64')) : undefined;
};

/** Reads a key file: a pair, or the public half of somebody who signs elsewhere. */
export const readKeyFile = (path: string): KeyFile => {
  const publicKey = readPublicOnly(path);
  if (publicKey !== undefined) return { path, keyid: keyidOf(publicKey), publicKey, isNew: false };
  const signing = readSigningKey(path);
  return { path, keyid: signing.keyid, publicKey: signing.publicKey, signing, isNew: false };
};

/** Reads a key file, or makes a new pair there, readable by its owner only. */
export const readOrCreateKeyFile = (path: string): KeyFile => {
  if (existsSync(path)) return readKeyFile(path);
  ensureDir(dirname(path), 0o700);
  const signing = generateSigningKey();
  writeSigningKey(path, signing);
  return { path, keyid: signing.keyid, publicKey: signing.publicKey, signing, isNew: true };
};

/** The keys that can sign among the given files. */
export const signingKeysOf = (files: ReadonlyArray<KeyFile>): SigningKey[] =>
  files.flatMap((file) => (file.signing === undefined ? [] : [file.signing]));
