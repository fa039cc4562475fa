import { createHmac, createSecretKey } from 'node:crypto';
import { nowMs, randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import sodium from 'libsodium-wrappers';
import { type Database, immediate } from './database.ts';
import { AppError } from './errors.ts';
import type { Keyring } from './keyring.ts';

// Personal and secret values: XChaCha20-Poly1305 under a key per person, which the master key wraps. Forgetting the key
// of a person makes every value of that person unreadable, in backups of the database too once they are replaced.
// Layout: 01, key number (6 bytes, big endian), nonce (24), ciphertext with tag. The key number is authenticated.

export type Personal = {
  encrypt(person: string, plaintext: string): Buffer;
  /** null once the person is erased; throws KEY when the bytes are damaged. */
  decrypt(stored: Uint8Array): string | null;
  /** Equal for values that differ only in case, width or surrounding space. */
  blindIndex(field: string, value: string): Buffer;
  /** 16 bytes that say nothing about the text without the site's key; unlike a blind index it sees every difference. */
  keyed(text: string): Buffer;
  /** Numbers of the person's keys that are there: encrypted values begin with theirs. */
  keyIds(person: string): number[];
  /** Forgets the person's key; returns whether there was one. */
  erase(person: string): boolean;
  /** After erasing: writes the table of keys anew, so that no page keeps an old copy of a key that was moved within it. */
  shred(): void;
};

const version = 1;
const headBytes = 7;
const nonceBytes = 24;
const maxHeldKeys = 2_000;

/** Names that differ only in case, width or surrounding space are one. */
export const normalName = (value: string): string => value.normalize('NFKC').trim().toLowerCase();

/** Encryption of personal and secret values over table `person_key`; the keyring must be open. */
export const personal = (db: Database, keyring: Keyring): Personal => {
  // As a key object: from bytes, each digest would import the key anew, which costs more than the digest.
  const indexKey = createSecretKey(keyring.derive('blind-index'));
  const hmac = (text: string): Buffer => createHmac('sha256', indexKey).update(text).digest().subarray(0, 16);
  const blindIndex = (field: string, value: string): Buffer => hmac(`${field}\0${normalName(value)}`);
  const personIndex = (person: string): Buffer => hmac(`person\0${person}`);

  const byPerson = db.prepare<[Buffer], { id: number; wrapped: Buffer }>(
    'select id, wrapped from person_key where person = ? and wrapped is not null',
  );
  const byId = db.prepare<[number], { wrapped: Buffer | null }>('select wrapped from person_key where id = ?');
  const insert = db.prepare<[Buffer, number]>(
    'insert into person_key (person, wrapped, created_at) values (?, null, ?)',
  );
  const setWrapped = db.prepare<[Uint8Array, number]>('update person_key set wrapped = ? where id = ?');
  const forget = db.prepare<[number, Buffer]>(
    'update person_key set wrapped = null, person = null, erased_at = ? where person = ?',
  );
  const context = (id: number): string => `person/${id}`;

  // Unwrapping costs as much as a value; keyed by the wrapped bytes, which are read from the table each time, so an
  // erased key is never used again.
  const unwrapped = new Map<string, Uint8Array>();
  const unwrap = (id: number, wrapped: Buffer): Uint8Array => {
    const cacheKey = wrapped.toString('latin1');
    const held = unwrapped.get(cacheKey);
    if (held !== undefined) return held;
    const key = keyring.unwrap(wrapped, context(id));
    if (unwrapped.size >= maxHeldKeys) unwrapped.clear();
    unwrapped.set(cacheKey, key);
    return key;
  };

  const keyFor = (person: string): { id: number; key: Uint8Array } => {
    const index = personIndex(person);
    const held = byPerson.get(index);
    if (held) return { id: held.id, key: unwrap(held.id, held.wrapped) };
    return immediate(db, () => {
      const meanwhile = byPerson.get(index);
      if (meanwhile) return { id: meanwhile.id, key: unwrap(meanwhile.id, meanwhile.wrapped) };
      const key = randomBytes(32);
      const id = Number(insert.run(index, nowMs()).lastInsertRowid);
      setWrapped.run(keyring.wrap(key, context(id)), id);
      return { id, key };
    });
  };

  const shred = (): void => {
    db.pragma('secure_delete = ON');
    immediate(db, () => {
      db.exec(`create table person_key_anew (
          id integer primary key autoincrement,
          person blob unique,
          wrapped blob,
          created_at integer not null,
          erased_at integer
        ) strict;
        insert into person_key_anew select id, person, wrapped, created_at, erased_at from person_key;
        drop table person_key;
        alter table person_key_anew rename to person_key;`);
    });
  };

  return {
    encrypt: (person, plaintext) => {
      const { id, key } = keyFor(person);
      const head = Buffer.alloc(headBytes);
      head[0] = version;
      head.writeUIntBE(id, 1, 6);
      const nonce = randomBytes(nonceBytes);
      const sealed = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(Buffer.from(plaintext), head, null, nonce, key);
      return Buffer.concat([head, nonce, sealed]);
    },
    decrypt: (stored) => {
      const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength);
      if (bytes.length < headBytes + nonceBytes || bytes[0] !== version)
        throw new AppError('KEY', 'not an encrypted value');
      const id = bytes.readUIntBE(1, 6);
      const row = byId.get(id);
      if (!row?.wrapped) return null;
      const head = bytes.subarray(0, headBytes);
      const nonce = bytes.subarray(headBytes, headBytes + nonceBytes);
      try {
        const plain = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
          null,
          bytes.subarray(headBytes + nonceBytes),
          head,
          nonce,
          unwrap(id, row.wrapped),
        );
        return Buffer.from(plain).toString('utf8');
      } catch (cause) {
        throw new AppError('KEY', 'a personal value is damaged', {}, { cause });
      }
    },
    blindIndex,
    keyed: (text) => hmac(`keyed\0${text}`),
    shred,
    keyIds: (person) => {
      const held = byPerson.get(personIndex(person));
      return held === undefined ? [] : [held.id];
    },
    erase: (person) => {
      // Without secure_delete the key would stay readable in a free page; the WAL holds it until it is reset.
      db.pragma('secure_delete = ON');
      unwrapped.clear();
      const erased = forget.run(nowMs(), personIndex(person)).changes > 0;
      if (!db.inTransaction) db.pragma('wal_checkpoint(TRUNCATE)');
      return erased;
    },
  };
};
