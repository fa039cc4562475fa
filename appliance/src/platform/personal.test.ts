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
    const { personal, db } = engines;
    const old = personal.encrypt('p', 'text');
    const key = db.prepare('select wrapped from person_key').get() as { wrapped: Buffer };
    expect(personal.erase('p')).toBe(true);
    expect(personal.erase('p')).toBe(false);
    expect(personal.decrypt(old)).toBeNull();
    expect(personal.decrypt(personal.encrypt('p', 'again'))).toBe('again');
    expect(personal.decrypt(old)).toBeNull();
    const file = Buffer.concat([readFileSync(engines.path), readFileSync(`${engines.path}-wal`)]);
    expect(file.includes(key.wrapped)).toBe(false);
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
