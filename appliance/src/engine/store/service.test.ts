import { spawn } from 'node:child_process';
import { createHash, randomFillSync } from 'node:crypto';
import { chmodSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { beforeEach, describe, expect, it } from 'vitest';
import { isLong } from '../../../../test/support/long.ts';
import { ownFolder } from '../../../../test/support/test-folder.ts';
import { type StoreService, storeService } from './service.ts';

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const hello = Buffer.from('hello');
const other = 'a'.repeat(64);

let folder: string;
let store: StoreService;
const paths = () => ({ objects: join(folder, 'objects'), objectsTmp: join(folder, 'objects', 'tmp') });
beforeEach(() => {
  folder = ownFolder('store');
  store = storeService(paths());
});

describe('the store', () => {
  it('keeps bytes by their hash, from memory and from a stream', async () => {
    const put = await store.put(hello, { maxBytes: 5 });
    expect(put).toEqual({ sha256: hashOf(hello), sizeBytes: 5 });
    const big = randomFillSync(Buffer.alloc(300_000));
    await store.put(Readable.from([big.subarray(0, 100_000), big.subarray(100_000)]), {
      sha256: hashOf(big),
      maxBytes: 300_000,
    });
    expect(store.has(put.sha256)).toBe(true);
    expect(store.size(hashOf(big))).toBe(300_000);
    expect(Buffer.from(store.read(put.sha256, 5)).toString()).toBe('hello');
    const part = await store.open(hashOf(big), { start: 10, end: 19 }).toArray();
    expect(Buffer.concat(part as Buffer[])).toEqual(big.subarray(10, 20));
    expect([...store.list()]).toHaveLength(2);
    expect(await store.verify()).toEqual([]);
    store.remove(put.sha256);
    expect(store.has(put.sha256)).toBe(false);
  });

  it('refuses what does not match, and what is too large, and leaves nothing', async () => {
    await expect(store.put(hello, { sha256: other, maxBytes: 10 })).rejects.toMatchObject({ code: 'HASH_MISMATCH' });
    await expect(store.put(hello, { maxBytes: 4 })).rejects.toMatchObject({ code: 'TOO_LARGE' });
    await expect(store.put(Readable.from([hello, hello]), { maxBytes: 9 })).rejects.toMatchObject({
      code: 'TOO_LARGE',
    });
    const broken = Readable.from(
      (async function* () {
        yield hello;
        throw new Error('gone');
      })(),
    );
    await expect(store.put(broken, { maxBytes: 99 })).rejects.toThrow('gone');
    expect([...store.list()]).toEqual([]);
    expect(readdirSync(paths().objectsTmp)).toEqual([]);
  });

  it('adopts a finished file only when it matches', async () => {
    const file = join(folder, 'finished');
    writeFileSync(file, hello);
    await expect(store.adopt(file, other)).rejects.toMatchObject({ code: 'HASH_MISMATCH' });
    expect(readFileSync(file).toString()).toBe('hello');
    expect(await store.adopt(file, hashOf(hello))).toEqual({ sha256: hashOf(hello), sizeBytes: 5 });
    expect(statSync(file, { throwIfNoEntry: false })).toBeUndefined();
    expect(store.has(hashOf(hello))).toBe(true);
  });

  it('never adopts a link, whatever it leads to', async () => {
    const target = join(folder, 'target');
    const link = join(folder, 'link');
    writeFileSync(target, hello);
    symlinkSync(target, link);
    await expect(store.adopt(link, hashOf(hello))).rejects.toMatchObject({ code: 'HASH_MISMATCH' });
    expect(store.has(hashOf(hello))).toBe(false);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
  });

  it('never leads outside by a name', () => {
    for (const name of ['../../etc/passwd', 'A'.repeat(64), '', 'a'.repeat(63)]) {
      expect(() => store.path(name)).toThrow('not a SHA-256');
      expect(() => store.open(name)).toThrow('not a SHA-256');
    }
  });

  it('finds altered bytes and names that are not hashes', async () => {
    const { sha256 } = await store.put(hello, { maxBytes: 5 });
    chmodSync(store.path(sha256), 0o600);
    writeFileSync(store.path(sha256), 'hellO');
    writeFileSync(join(folder, 'objects', 'sha256', sha256.slice(0, 2), 'note.txt'), '');
    const findings = await store.verify();
    expect(findings.map((finding) => finding.problem).sort()).toEqual(['bad-name', 'mismatch']);
  });

  it('survives kill -9 at any point of a write: a name is absent or complete', { timeout: 120_000 }, async () => {
    const script = join(folder, 'write.mjs');
    // Writes objects without end, each 1.5 MB in small pieces, and names what it has acknowledged.
    writeFileSync(
      script,
      `import { storeService } from ${JSON.stringify(join(import.meta.dirname, 'service.ts'))};
       import { Readable } from 'node:stream';
       import { randomFillSync } from 'node:crypto';
       const store = storeService(${JSON.stringify(paths())});
       for (;;) {
         const pieces = Array.from({ length: 100 }, () => randomFillSync(Buffer.alloc(15_000)));
         const { sha256 } = await store.put(Readable.from(pieces), { maxBytes: 1e9 });
         process.stdout.write(sha256 + '\\n');
       }`,
    );
    const acknowledged = new Set<string>();
    const rounds = isLong ? 12 : 3;
    let cut = 0;
    for (let round = 0; round < rounds; round += 1) {
      await new Promise<void>((resolve, reject) => {
        const child = spawn(process.execPath, ['--conditions=@sallyport/source', script], {
          stdio: ['ignore', 'pipe', 'pipe'],
        });
        let text = '';
        let complaint = '';
        let wanted = 1 + (round % 3);
        child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
        child.stdout.on('data', (chunk: Buffer) => {
          text += chunk.toString();
          wanted -= chunk.toString().split('\n').length - 1;
          if (wanted <= 0 && !isWatched) killInWrite();
          isWatched ||= wanted <= 0;
        });
        // In the middle of a write, each round with more of it on the disk; it writes without end, so each moment comes.
        let isWatched = false;
        const killInWrite = (): void => {
          const sizes = readdirSync(paths().objectsTmp).map(
            (name) => statSync(join(paths().objectsTmp, name), { throwIfNoEntry: false })?.size ?? 0,
          );
          if (sizes.some((size) => size >= round * 100_000)) child.kill('SIGKILL');
          else if (child.exitCode === null) setImmediate(killInWrite);
        };
        child.once('exit', (_code, signal) => {
          for (const line of text.split('\n').slice(0, -1)) acknowledged.add(line);
          if (signal === 'SIGKILL') resolve();
          else reject(new Error(complaint));
        });
      });
      cut += readdirSync(paths().objectsTmp).length;
      const again = storeService(paths());
      again.cleanTemporary();
      expect(readdirSync(paths().objectsTmp)).toEqual([]);
      expect(await again.verify()).toEqual([]);
      for (const sha256 of acknowledged) expect(again.has(sha256)).toBe(true);
    }
    expect(acknowledged.size).toBeGreaterThan(rounds - 1);
    // The kills did hit writes, or this test says nothing.
    expect(cut).toBeGreaterThan(0);
  });
});
