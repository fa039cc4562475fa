import { createHmac, createSecretKey } from 'node:crypto';
import { randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import sodium from 'libsodium-wrappers';
import { type Database, immediate, nowIn } from './database.ts';
import { AppError } from './errors.ts';
import type { Keyring } from './keyring.ts';
import type { Log } from './log.ts';
import { openPersonKeys, type PersonKeys } from './person-keys.ts';
import { statements } from './statements.ts';

// Personal and secret values: XChaCha20-Poly1305 under a key per person, which the master key wraps. The wrapped keys lie in
// a file of their own (person-keys.ts), table `person_key` says whose they are. Erasing is two steps: the row is marked in the
// transaction of the erasure, from then on nothing is read; once that is committed the key is destroyed in the file. After a
// crash between the two the next opening of the data directory completes it, so a person is whole or erased.
// Layout: 01, key number (6 bytes, big endian), nonce (24), ciphertext with tag. The key number is authenticated.

export type Personal = {
  encrypt(person: string, plaintext: string): Buffer;
  /** The same for several values of a person, whose key is looked up once. For one transaction. */
  encryptor(person: string): (plaintext: string) => Buffer;
  /** null once the person is erased; throws KEY when the bytes are damaged. */
  decrypt(stored: Uint8Array): string | null;
  /** Equal for values that differ only in case, width or surrounding space. */
  blindIndex(field: string, value: string): Buffer;
  /** 16 bytes that say nothing about the text without the site's key; unlike a blind index it sees every difference. */
  keyed(text: string): Buffer;
  /** Numbers of the person's keys that are there: encrypted values begin with theirs. */
  keyIds(person: string): number[];
  /** When the oldest of the person's keys was made; undefined without one. */
  heldSince(person: string): number | undefined;
  /** Forgets the person's key; returns whether there was one. It is destroyed as soon as no transaction is open. */
  erase(person: string): boolean;
  /**
   * Destroys the keys of erased persons. Returns the numbers of those that are still there: all of them within a
   * transaction, which may yet be taken back. Throws what the disk says.
   */
  destroyErased(): number[];
  /** When the oldest of the erasures was made whose key is not destroyed yet. */
  undestroyedSince(): number | undefined;
  /** Numbers of the keys that are in use, and the highest number that was ever given. */
  living(): { ids: number[]; last: number };
  /** The same text as long as these are the same. */
  livingMark(): string;
  /** Erases keys by their numbers, as after a return to an older state; returns those that were in use. */
  eraseIds(ids: readonly number[]): number[];
  /** What is wrong with the file of keys; nothing when it fits the table. */
  verify(): string[];
  keys: PersonKeys;
  close(): void;
};

const version = 1;
const headBytes = 7;
const nonceBytes = 24;
const maxHeldKeys = 2_000;

/** Names that differ only in case, width or surrounding space are one. */
export const normalName = (value: string): string => value.normalize('NFKC').trim().toLowerCase();

/** Numbers of the keys that a database uses. */
export function livingKeyIds(db: Database): number[] {
  return db.prepare<[], number>('select id from person_key where erased_at is null order by id').pluck().all();
}

/** Encryption of personal and secret values over table `person_key` and the file of keys; the keyring must be open. */
export const personal = (db: Database, keyring: Keyring): Personal => {
  const sql = statements(db);
  const keys = openPersonKeys(keyring.personKeys);
  // As a key object: from bytes, each digest would import the key anew, which costs more than the digest.
  const indexKey = createSecretKey(keyring.derive('blind-index'));
  const hmac = (text: string): Buffer => createHmac('sha256', indexKey).update(text).digest().subarray(0, 16);
  const blindIndex = (field: string, value: string): Buffer => hmac(`${field}\0${normalName(value)}`);
  const personIndex = (person: string): Buffer => hmac(`person\0${person}`);

  const countLiving = sql.count<[]>('select count(*) from person_key where erased_at is null');
  const byPerson = sql.get<[Buffer], { id: number; createdAt: number }>(
    'select id, created_at as createdAt from person_key where person = ? and erased_at is null',
  );
  const isThere = sql.value<[number], number>('select 1 from person_key where id = ? and erased_at is null');
  const last = sql.count<[]>('select coalesce(max(id), 0) from person_key');
  const insert = sql.run<[number, Buffer, number]>('insert into person_key (id, person, created_at) values (?, ?, ?)');
  const forget = db.prepare<[number, number]>(
    'update person_key set person = null, erased_at = ? where id = ? and erased_at is null',
  );
  const erased = sql.values<[], number>(
    'select id from person_key where erased_at is not null and destroyed_at is null order by id',
  );
  const oldestErased = sql.value<[], number | null>(
    'select min(erased_at) from person_key where erased_at is not null and destroyed_at is null',
  );
  const destroyed = db.prepare<[number, string]>(
    'update person_key set destroyed_at = ? where id in (select value from json_each(?)) and destroyed_at is null',
  );
  const context = (id: number): string => `person/${id}`;

  // Unwrapping costs as much as a value; keyed by the wrapped bytes, which are read from the file each time, so an
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

  const held = (index: Buffer): { id: number; key: Uint8Array } | undefined => {
    const row = byPerson(index);
    const wrapped = row === undefined ? null : keys.read(row.id);
    return row === undefined || wrapped === null ? undefined : { id: row.id, key: unwrap(row.id, wrapped) };
  };

  const newKey = (id: number): Uint8Array => keyring.wrap(randomBytes(32), context(id));

  const keyFor = (person: string): { id: number; key: Uint8Array } => {
    const index = personIndex(person);
    const found = held(index);
    if (found) return found;
    return immediate(db, () => {
      const meanwhile = held(index);
      if (meanwhile) return meanwhile;
      // The key of a row that an older state of the database brought back is gone already.
      const known = byPerson(index);
      if (known !== undefined) forget.run(nowIn(db), known.id);
      const id = keys.next(last(), newKey);
      insert(id, index, nowIn(db));
      const wrapped = keys.read(id);
      if (wrapped === null) throw new AppError('KEY', 'a new key is not there');
      return { id, key: unwrap(id, wrapped) };
    });
  };

  const destroyErased = (): number[] => {
    const ids = erased();
    if (ids.length === 0 || db.inTransaction) return ids;
    keys.destroy(ids);
    immediate(db, () => destroyed.run(nowIn(db), JSON.stringify(ids)));
    return [];
  };

  /** An erasure within a transaction completes after its commit, before the next turn. */
  const destroyLater = (): void => {
    setImmediate(() => {
      try {
        if (db.open) destroyErased();
      } catch {
        // What cannot be destroyed now stays marked: the next opening tries again, and doctor and the report of the
        // erasure say so.
      }
    });
  };

  const eraseIds = (ids: readonly number[]): number[] => {
    unwrapped.clear();
    const gone = immediate(db, () => ids.filter((id) => forget.run(nowIn(db), id).changes > 0));
    if (db.inTransaction) destroyLater();
    else destroyErased();
    return gone;
  };

  const encryptor = (person: string): ((plaintext: string) => Buffer) => {
    let known: { id: number; key: Uint8Array } | undefined;
    return (plaintext) => {
      known ??= keyFor(person);
      const { id, key } = known;
      const head = Buffer.alloc(headBytes);
      head[0] = version;
      head.writeUIntBE(id, 1, 6);
      const nonce = randomBytes(nonceBytes);
      const sealed = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(Buffer.from(plaintext), head, null, nonce, key);
      return Buffer.concat([head, nonce, sealed]);
    };
  };

  return {
    encrypt: (person, plaintext) => encryptor(person)(plaintext),
    encryptor,
    decrypt: (stored) => {
      const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength);
      if (bytes.length < headBytes + nonceBytes || bytes[0] !== version)
        throw new AppError('KEY', 'not an encrypted value');
      const id = bytes.readUIntBE(1, 6);
      const wrapped = isThere(id) === undefined ? null : keys.read(id);
      if (wrapped === null) return null;
      const head = bytes.subarray(0, headBytes);
      const nonce = bytes.subarray(headBytes, headBytes + nonceBytes);
      try {
        const plain = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
          null,
          bytes.subarray(headBytes + nonceBytes),
          head,
          nonce,
          unwrap(id, wrapped),
        );
        return Buffer.from(plain).toString('utf8');
      } catch (cause) {
        throw new AppError('KEY', 'a personal value is damaged', {}, { cause });
      }
    },
    blindIndex,
    keyed: (text) => hmac(`keyed\0${text}`),
    keyIds: (person) => {
      const row = byPerson(personIndex(person));
      return row === undefined ? [] : [row.id];
    },
    heldSince: (person) => byPerson(personIndex(person))?.createdAt,
    erase: (person) => {
      const row = byPerson(personIndex(person));
      return row !== undefined && eraseIds([row.id]).length > 0;
    },
    destroyErased,
    undestroyedSince: () => oldestErased() ?? undefined,
    living: () => ({ ids: livingKeyIds(db), last: last() }),
    livingMark: () => `${countLiving()}/${last()}`,
    eraseIds,
    verify: () => {
      const faults = livingKeyIds(db).flatMap((id) => {
        try {
          const wrapped = keys.read(id);
          if (wrapped === null) return [`key ${id} was destroyed, its row says it is in use`];
          keyring.unwrap(wrapped, context(id));
          return [];
        } catch (error) {
          return [error instanceof Error ? error.message : String(error)];
        }
      });
      const left = erased().length;
      return [...faults.slice(0, 20), ...(left === 0 ? [] : [`${left} keys of erased persons are not destroyed yet`])];
    },
    keys,
    close: () => keys.close(),
  };
};

/** Who cannot destroy a key now still serves: the erasure stays written down as incomplete, and doctor says so. */
export function destroyErasedKeys(people: Pick<Personal, 'destroyErased'>, log: Log): void {
  try {
    people.destroyErased();
  } catch (error) {
    log.error({ err: error }, 'keys of erased persons are not destroyed yet');
  }
}
