import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { codeOf } from '../../../test/support/refusals.ts';
import { ownFolder } from '../../../test/support/test-folder.ts';
import { generateSigningKey } from '../trust/keys.ts';
import { createKeyOnMedium, readKeyFile, unlockKeyFile } from './key-files.ts';
import { openSecret, sealSecret } from './sealed-key.ts';

const passphrase = 'correct horse battery staple';
describe('a key on a medium', () => {
  let dir = '';
  beforeEach(() => {
    dir = ownFolder('key-files');
  });

  it('is a pair for its holder alone and a public half to hand out, both named after its id', () => {
    const made = createKeyOnMedium({ folder: dir, role: 'root', label: 'holder 1' });
    expect(readdirSync(dir).sort()).toEqual([
      `root-${made.keyid.slice(0, 16)}.key`,
      `root-${made.keyid.slice(0, 16)}.pub`,
    ]);
    expect(statSync(made.keyPath).mode & 0o777).toBe(0o600);
    expect(made.isPrivate).toBe(true);
    const pair = readKeyFile(made.keyPath);
    expect(pair).toMatchObject({ keyid: made.keyid, label: 'holder 1' });
    expect(pair.signing?.keyid).toBe(made.keyid);
    const half = readKeyFile(made.publicPath);
    expect(half).toMatchObject({ keyid: made.keyid, label: 'holder 1' });
    expect(half.signing).toBeUndefined();
    expect(readFileSync(made.publicPath, 'utf8')).not.toContain('secret');
  });

  it('stands beside others and never over them', () => {
    const first = createKeyOnMedium({ folder: dir, role: 'root' });
    const bytes = readFileSync(first.keyPath);
    createKeyOnMedium({ folder: dir, role: 'root' });
    createKeyOnMedium({ folder: dir, role: 'curator' });
    expect(readdirSync(dir)).toHaveLength(6);
    expect(readFileSync(first.keyPath)).toEqual(bytes);
    expect(codeOf(() => createKeyOnMedium({ folder: join(dir, 'absent'), role: 'root' }))).toBe('NOT_FOUND');
  });

  it('opens under its passphrase and no other, at no cost that would take all memory', () => {
    const made = createKeyOnMedium({ folder: dir, role: 'root', passphrase });
    const text = readFileSync(made.keyPath, 'utf8');
    expect(text).not.toContain('"secret"');
    const locked = readKeyFile(made.keyPath);
    expect(locked.signing).toBeUndefined();
    expect(unlockKeyFile(locked, `${passphrase}!`)).toBeUndefined();
    expect(unlockKeyFile(locked, passphrase)?.signing?.keyid).toBe(made.keyid);
    const greedy = JSON.parse(text) as { sealed: { memory_kib: number } };
    greedy.sealed.memory_kib = 2 ** 31;
    writeFileSync(made.keyPath, JSON.stringify(greedy));
    expect(codeOf(() => readKeyFile(made.keyPath))).toBe('METADATA');
  });

  it.each([
    ['', 'METADATA'],
    ['{}', 'METADATA'],
    ['{"type":"ed25519","public":"AAAA"}', 'METADATA'],
    ['{"type":"x25519","public":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}', 'METADATA'],
  ])('refuses the file %j', (content, code) => {
    writeFileSync(join(dir, 'key'), content);
    expect(codeOf(() => readKeyFile(join(dir, 'key')))).toBe(code);
    expect(codeOf(() => readKeyFile(join(dir, 'absent')))).toBe('NOT_FOUND');
  });

  it('refuses halves of two keys', () => {
    const [one, two] = [generateSigningKey(), generateSigningKey()];
    const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
    const file = { type: 'ed25519', public: base64(one.publicKey), secret: base64(two.secretKey) };
    writeFileSync(join(dir, 'key'), JSON.stringify(file));
    expect(codeOf(() => readKeyFile(join(dir, 'key')))).toBe('METADATA');
  });
});

describe('a secret under a passphrase', () => {
  const key = generateSigningKey();
  const small = { kdf: 'argon2id', memory_kib: 8 * 1024, passes: 1, parallelism: 1 } as const;
  const sealed = sealSecret(key, passphrase, small);

  it('is bound to its public half and its costs', () => {
    expect(openSecret(key.publicKey, sealed, passphrase)?.secretKey).toEqual(key.secretKey);
    expect(openSecret(generateSigningKey().publicKey, sealed, passphrase)).toBeUndefined();
    expect(openSecret(key.publicKey, { ...sealed, passes: sealed.passes + 1 }, passphrase)).toBeUndefined();
    const box = Buffer.from(sealed.box, 'base64');
    box[0] = (box[0] ?? 0) ^ 1;
    expect(openSecret(key.publicKey, { ...sealed, box: box.toString('base64') }, passphrase)).toBeUndefined();
  });

  it('takes the same passphrase in either Unicode form, and none that is short', () => {
    const accented = sealSecret(key, 'caf\u00e9 longue phrase', small);
    expect(openSecret(key.publicKey, accented, 'cafe\u0301 longue phrase')?.keyid).toBe(key.keyid);
    expect(codeOf(() => sealSecret(key, 'elevenchars'))).toBe('USAGE');
  });

  it('is never sealed twice alike', () => {
    const again = sealSecret(key, passphrase, small);
    expect(again.salt).not.toBe(sealed.salt);
    expect(again.nonce).not.toBe(sealed.nonce);
    expect(again.box).not.toBe(sealed.box);
  });
});
