import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runs } from '../../../test/support/chance.ts';
import { type Engines, openEngines } from '../../test/support/engines.ts';
import { initKeyring, openKeyring } from './keyring.ts';

let engines: Engines;
beforeEach(async () => {
  engines = await openEngines();
});
afterEach(() => engines.close());

describe('personal values', () => {
  it('come back, differ each time, and are bound to their person', () => {
    const { personal } = engines;
    fc.assert(
      fc.property(fc.string(), fc.string(), (person, text) => {
        const one = personal.encrypt(person, text);
        expect(personal.decrypt(one)).toBe(text.toWellFormed());
        expect(personal.encrypt(person, text).equals(one)).toBe(false);
      }),
      { numRuns: runs(40) },
    );
  });

  it('refuse an altered byte', () => {
    const { personal } = engines;
    const sealed = personal.encrypt('p', 'secret');
    personal.encrypt('q', 'other');
    for (const at of [0, 6, 7, 20, sealed.length - 1]) {
      const altered = Buffer.from(sealed);
      altered[at] = (altered[at] ?? 0) ^ 1;
      // A number of a key that is not there reads as erased; anything else is damage.
      if (at === 6) {
        const read = (): string | null => personal.decrypt(altered);
        let got: string | null | undefined;
        try {
          got = read();
        } catch {
          got = undefined;
        }
        expect(got).not.toBe('secret');
      } else {
        expect(() => personal.decrypt(altered)).toThrow();
      }
    }
  });

  it('are unreadable once the person is erased, and a new key starts afresh', () => {
    const { personal, keyring } = engines;
    const old = personal.encrypt('p', 'text');
    const [id = 0] = personal.keyIds('p');
    const wrapped = personal.keys.read(id) ?? Buffer.alloc(0);
    expect(readFileSync(keyring.personKeys).includes(wrapped)).toBe(true);
    expect(personal.erase('p')).toBe(true);
    expect(personal.erase('p')).toBe(false);
    expect(personal.decrypt(old)).toBeNull();
    expect(personal.decrypt(personal.encrypt('p', 'again'))).toBe('again');
    expect(personal.decrypt(old)).toBeNull();
    expect(readFileSync(keyring.personKeys).includes(wrapped)).toBe(false);
    expect(personal.keys.read(id)).toBeNull();
  });

  it('keep their key when an erasure is taken back, and lose it when that is committed', async () => {
    const { personal, db } = engines;
    const one = personal.encrypt('p', 'text');
    const takenBack = new Error('taken back');
    const undone = (): void =>
      db.transaction(() => {
        expect(personal.erase('p')).toBe(true);
        expect(personal.decrypt(one)).toBeNull();
        expect(personal.destroyErased()).toHaveLength(1);
        throw takenBack;
      })();
    expect(undone).toThrow(takenBack);
    await new Promise((resolve) => setImmediate(resolve));
    expect(personal.decrypt(one)).toBe('text');
    db.transaction(() => personal.erase('p'))();
    expect(personal.undestroyedSince()).toBeTypeOf('number');
    expect(personal.verify()).toEqual(['1 keys of erased persons are not destroyed yet']);
    // Whoever erased within a transaction has to do nothing more.
    await new Promise((resolve) => setImmediate(resolve));
    expect(personal.verify()).toEqual([]);
    expect(personal.undestroyedSince()).toBeUndefined();
  });

  it('are not given the place of a key that was destroyed, when an older database is there again', () => {
    const { personal, db } = engines;
    const old = personal.encrypt('p', 'text');
    const [id = 0] = personal.keyIds('p');
    const row = db.prepare<[number], { person: Buffer }>('select person from person_key where id = ?').get(id);
    personal.erase('p');
    db.prepare('update person_key set person = ?, erased_at = null, destroyed_at = null where id = ?').run(
      row?.person,
      id,
    );
    expect(personal.decrypt(old)).toBeNull();
    expect(personal.decrypt(personal.encrypt('p', 'anew'))).toBe('anew');
    expect(personal.keyIds('p')).not.toEqual([id]);
    db.exec('delete from person_key');
    expect(personal.encrypt('q', 'text').readUIntBE(1, 6)).not.toBe(id);
  });

  it('are of many persons without a wait for the disk each', () => {
    const { personal, keyring, db } = engines;
    db.transaction(() => {
      for (let n = 0; n < 300; n += 1) personal.encrypt(`p${n}`, 'x');
    })();
    expect(readFileSync(keyring.personKeys)).toHaveLength(320 * 128);
    expect(personal.living()).toMatchObject({ last: 300 });
    expect(personal.verify()).toEqual([]);
  });

  it('have a blind index that forgives case, width and space, per field', () => {
    const { personal } = engines;
    expect(personal.blindIndex('a', ' Иван ').equals(personal.blindIndex('a', 'иван'))).toBe(true);
    expect(personal.blindIndex('a', 'ｉｖａｎ').equals(personal.blindIndex('a', 'ivan'))).toBe(true);
    expect(personal.blindIndex('a', 'ivan').equals(personal.blindIndex('b', 'ivan'))).toBe(false);
    expect(personal.keyed('ivan').equals(personal.keyed('Ivan'))).toBe(false);
  });
});

describe('the keyring', () => {
  it('opens its files only with its own master key, its own name and unaltered', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-keys-'));
    try {
      await expect(openKeyring(folder)).rejects.toMatchObject({ code: 'KEY' });
      const keyring = await initKeyring(folder);
      keyring.writeFile('site.key', Buffer.from('seed'));
      expect(Buffer.from((await openKeyring(folder)).readFile('site.key')).toString()).toBe('seed');
      const bytes = readFileSync(join(folder, 'site.key'));
      expect(bytes.includes('seed')).toBe(false);
      writeFileSync(join(folder, 'other.key'), bytes);
      expect(() => keyring.readFile('other.key')).toThrow('damaged');
      bytes[20] = (bytes[20] ?? 0) ^ 1;
      writeFileSync(join(folder, 'site.key'), bytes);
      expect(() => keyring.readFile('site.key')).toThrow('damaged');
      expect(() => keyring.readFile('../x')).toThrow('bad key name');
      writeFileSync(join(folder, 'master.key'), `${'00'.repeat(32)}\n`);
      expect(() => keyring.readFile('absent.key')).toThrow('missing');
      const foreign = await openKeyring(folder);
      expect(() => foreign.readFile('other.key')).toThrow('damaged');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
