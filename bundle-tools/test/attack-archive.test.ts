import { spawnSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdirSync, openSync, symlinkSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect } from 'vitest';
import { packGzip } from '../src/archive/gzip.ts';
import { encodeHeader } from '../src/archive/header.ts';
import { attack, attackEach, refusalOf } from './attack.ts';
import { entriesOf, headerWith, joinTar, type RawEntry, resign } from './forge.ts';
import { attempt, build, createWorld, freshDir, hexId, readVolumeBytes, writeTar } from './kit.ts';

// Section 9: what a medium can carry that is no bundle of ours.

const world = createWorld(['first object', 'second object', 'third object']);
const whole = readVolumeBytes(await build(world));
const entries = entriesOf(whole);
afterAll(() => world.remove());

const codeOf = (bytes: Uint8Array): Promise<string | undefined> => refusalOf(world, writeTar(world, bytes));

const swapped = (a: number, b: number): RawEntry[] =>
  entries.map((entry, index) => (index === a ? entries[b]! : index === b ? entries[a]! : entry));

describe('ends', () => {
  attack('ends', 'refuses an empty file and a missing end marker', async () => {
    expect(await codeOf(Buffer.alloc(0))).toBe('TRUNCATED');
    expect(await codeOf(joinTar(entries, 0))).toBe('TRUNCATED');
    expect(await codeOf(joinTar(entries, 512))).toBe('TRUNCATED');
  });

  attackEach('trailing', [1, 511, 512, 10_240])('refuses %i bytes after the end', async (count) => {
    expect(await codeOf(Buffer.concat([whole, Buffer.alloc(count)]))).toBe('TRAILING');
    expect(await codeOf(Buffer.concat([whole, Buffer.alloc(count, 0x41)]))).toBe('TRAILING');
  });

  attack('trailing', 'refuses a second archive after the end', async () => {
    expect(await codeOf(Buffer.concat([whole, whole]))).toBe('TRAILING');
  });
});

describe('order', () => {
  attackEach('missing', entriesNames())('refuses the bundle without its entry %i', async (index) => {
    expect(await codeOf(joinTar(entries.filter((_, other) => other !== index)))).toBe('MISSING');
  });

  attackEach('order', entriesNames())('refuses the entry %i twice', async (index) => {
    const twice = [...entries.slice(0, index + 1), ...entries.slice(index)];
    expect(await codeOf(joinTar(twice))).toBe('HEADER');
  });

  attack('order', 'refuses entries in another order', async () => {
    for (let index = 0; index + 1 < entries.length; index += 1) {
      // The object section may begin with a foreign entry only if it is not of this bundle.
      expect(await codeOf(joinTar(swapped(index, index + 1)))).toBe('HEADER');
    }
  });

  attack('order', 'refuses an extra entry, also metadata after the payload', async () => {
    const extra = { name: 'readme.txt', body: Buffer.from('hello') };
    for (let index = 1; index <= entries.length; index += 1) {
      const code = await codeOf(joinTar([...entries.slice(0, index), extra, ...entries.slice(index)]));
      expect(code, `before entry ${index}`).toBe('HEADER');
    }
    expect(await codeOf(joinTar([...entries, entries[1]!]))).toBe('HEADER');
  });

  attack('mix', 'refuses the objects of another bundle', async () => {
    const other = createWorld(['another object']);
    const foreign = entriesOf(readVolumeBytes(await build(other))).filter(({ name }) => name.startsWith('o/'));
    const prelude = entries.filter(({ name }) => !name.startsWith('o/'));
    expect(await codeOf(joinTar([...prelude, ...foreign]))).toBe('MIX');
    other.remove();
  });
});

// it.each needs the numbers before the world exists: manifest, timestamp, snapshot, targets, policy, inventory, objects.
function entriesNames(): number[] {
  return [0, 1, 2, 3, 4, 5, 6, 7, 8];
}

describe('headers', () => {
  const at = (index: number, header: Uint8Array): Buffer =>
    joinTar(entries.map((entry, other) => (other === index ? { ...entry, header } : entry)));

  const everywhere = async (make: (entry: RawEntry) => Uint8Array): Promise<void> => {
    for (const index of [0, 3, 5, 7]) expect(await codeOf(at(index, make(entries[index]!)))).toBe('HEADER');
  };

  attackEach('types', ['1', '2', '3', '4', '5', '6', '7', 'S', 'M', 'V', 'x', 'g', 'L', 'K', '\0'])(
    'refuses the type %j',
    async (type) => {
      await everywhere(({ name, body }) => headerWith(name, body.length, { 156: type }));
    },
  );

  attackEach('names', [
    ['../../etc/passwd', 'traversal'],
    ['/etc/passwd', 'absolute'],
    ['o\\x', 'backslash'],
    ['C:x', 'drive'],
    ['o/', 'trailing slash'],
    ['o/\u00e9', 'not ASCII'],
    ['', 'empty'],
  ])('refuses the name %j (%s)', async (name) => {
    await everywhere(({ body }) => headerWith('placeholder', body.length, { 0: name.padEnd(100, '\0') }));
  });

  attack('names', 'refuses a NUL inside a name, a prefix, and a name without an end', async () => {
    await everywhere(({ name, body }) => headerWith(name, body.length, { 0: `${name}\0x` }));
    await everywhere(({ name, body }) => headerWith(name, body.length, { 345: 'tuf' }));
    await everywhere(({ body }) => headerWith('placeholder', body.length, { 0: 'a'.repeat(100) }));
  });

  attack('sizes', 'refuses sizes in base 256, negative, in other digits, and a link target', async () => {
    await everywhere(({ name, body }) => {
      const block = Buffer.from(headerWith(name, body.length, {}));
      block.fill(0, 124, 136);
      block[124] = 0x80;
      block.writeUInt32BE(body.length, 132);
      return headerWith(name, body.length, { 124: block.subarray(124, 136).toString('latin1') });
    });
    await everywhere(({ name, body }) => headerWith(name, body.length, { 124: '\xff'.repeat(12) }));
    await everywhere(({ name, body }) => headerWith(name, body.length, { 124: '-0000000001 ' }));
    await everywhere(({ name, body }) =>
      headerWith(name, body.length, { 124: `${body.length.toString(8)} `.padStart(12, ' ') }),
    );
    await everywhere(({ name, body }) => headerWith(name, body.length, { 157: '/etc/passwd' }));
  });

  attackEach('types', [
    [100, '000777 \0', 'mode'],
    [108, '000001 \0', 'owner'],
    [136, '00000000001 ', 'time'],
    [257, 'ustar  \0', 'GNU magic'],
    [265, 'root', 'owner name'],
    [500, 'x', 'reserved bytes'],
  ])('refuses another value at %i: %j (%s)', async (offset, value) => {
    await everywhere(({ name, body }) => headerWith(name, body.length, { [offset]: value }));
  });

  attack('sizes', 'refuses a size that lies', async () => {
    for (const index of [0, 5, 7]) {
      const { name, body } = entries[index]!;
      for (const size of [0, body.length - 1, body.length + 1, body.length + 512]) {
        expect(await codeOf(at(index, encodeHeader(name, size)))).toBeDefined();
      }
    }
  });

  attack('pax', 'refuses an entry of 4 MiB of pax before it reads it', async () => {
    const pax = {
      name: 'PaxHeader',
      body: Buffer.alloc(4 * 1024 * 1024, 0x20),
      header: headerWith('PaxHeader', 4 * 1024 * 1024, { 156: 'x' }),
    };
    expect(await codeOf(joinTar([pax, ...entries]))).toBe('HEADER');
  });

  attack('altered', 'refuses bytes in the padding', async () => {
    const bytes = Buffer.from(whole);
    const inventoryEnd = whole.indexOf(world.inventory) + world.inventory.length;
    bytes[inventoryEnd] = 0x20;
    expect(await codeOf(bytes)).toBe('HEADER');
  });
});

describe('size', () => {
  attackEach('flood', [
    ['bundle.dsse.json', 64 * 1024 + 1],
    ['tuf/timestamp.json', 16_385],
    ['tuf/1.snapshot.json', 2_000_001],
    ['tuf/1.targets.json', 5_000_001],
    ['policy.json', 64 * 1024 + 1],
    ['inventory.jsonl', 64 * 1024 * 1024 + 1],
  ])('refuses %s of %i bytes before it reads it', async (name, size) => {
    const index = entries.findIndex((entry) => entry.name === name);
    // The header alone: the bytes that it announces do not exist.
    const bytes = Buffer.concat([joinTar(entries.slice(0, index), 0), encodeHeader(name, size)]);
    expect(await codeOf(bytes)).toBe('LIMIT');
  });

  attack('flood', 'refuses more roots than anyone makes', async () => {
    const root = Buffer.alloc(1024, 0x20);
    const roots = (count: number, body: Uint8Array) =>
      Array.from({ length: count }, (_, index) => ({ name: `tuf/${index + 2}.root.json`, body }));
    expect(await codeOf(joinTar([entries[0]!, ...roots(257, root), ...entries.slice(1)]))).toBe('LIMIT');
    const large = Buffer.alloc(512_000, 0x20);
    expect(await codeOf(joinTar([entries[0]!, ...roots(18, large), ...entries.slice(1)]))).toBe('LIMIT');
  });

  attack('flood', 'gives up on 10 GiB of roots in flat memory', async () => {
    const size = 512_000;
    const path = join(freshDir(world, 'medium'), 'roots.tar');
    const fd = openSync(path, 'w');
    // A sparse file: more headers than are ever read, and nothing between them.
    let at = writeSync(fd, joinTar(entries.slice(0, 1), 0));
    for (let version = 2; version < 600; version += 1) {
      writeSync(fd, encodeHeader(`tuf/${version}.root.json`, size), 0, 512, at);
      at += 512 + size;
    }
    ftruncateSync(fd, 10 * 1024 ** 3);
    closeSync(fd);
    const before = process.memoryUsage.rss();
    expect((await attempt(world, path)).code).toBe('LIMIT');
    expect(process.memoryUsage.rss() - before).toBeLessThan(64 * 1024 * 1024);
  });

  attack('inflation', 'stops a packed inventory one byte past its declared size, in flat memory', async () => {
    const packed = packGzip(Buffer.alloc(32 * 1024 * 1024, 0x41));
    const bomb = entries.map((entry) =>
      entry.name === 'inventory.jsonl' ? { name: 'inventory.jsonl.gz', body: packed } : entry,
    );
    const bytes = resign(bomb, [world.keys.fulfil], (manifest) => ({
      ...manifest,
      inventory: { ...manifest.inventory, encoding: 'gzip', packed_size: packed.length },
    }));
    const before = process.memoryUsage.rss();
    expect(await codeOf(bytes)).toBe('LIMIT');
    expect(process.memoryUsage.rss() - before).toBeLessThan(64 * 1024 * 1024);
  });

  attack('inflation', 'refuses a packed inventory with another head or with more after it', async () => {
    const pack = async (packed: Uint8Array): Promise<string | undefined> =>
      codeOf(
        resign(
          entries.map((entry) =>
            entry.name === 'inventory.jsonl' ? { name: 'inventory.jsonl.gz', body: packed } : entry,
          ),
          [world.keys.fulfil],
          (manifest) => ({
            ...manifest,
            inventory: { ...manifest.inventory, encoding: 'gzip', packed_size: packed.length },
          }),
        ),
      );
    const good = packGzip(world.inventory);
    expect(await pack(good)).toBeUndefined();
    const dated = Buffer.from(good);
    dated[4] = 1;
    expect(await pack(dated)).toBe('METADATA');
    expect(['HASH', 'TRAILING']).toContain(await pack(Buffer.concat([good, Buffer.from('more')])));
    expect(['HASH', 'TRAILING']).toContain(await pack(Buffer.concat([good, Buffer.alloc(4)])));
    expect(['HASH', 'TRAILING']).toContain(await pack(Buffer.concat([good, packGzip(new Uint8Array(0))])));
    expect(await pack(good.subarray(0, -4))).toBe('HASH');
  });
});

describe('what is no file', () => {
  attack('no-file', 'refuses a link, a folder without a bundle, a fifo and nothing', async () => {
    const dir = freshDir(world, 'odd');
    const real = writeTar(world, whole);
    symlinkSync(real, join(dir, 'link.tar'));
    expect((await attempt(world, join(dir, 'link.tar'))).code).toBe('NOT_REGULAR');
    expect((await attempt(world, join(dir, 'absent.tar'))).code).toBe('NO_BUNDLE');
    mkdirSync(join(dir, 'empty'));
    expect((await attempt(world, join(dir, 'empty'))).code).toBe('NO_BUNDLE');
    expect(spawnSync('mkfifo', [join(dir, 'fifo.tar')]).status).toBe(0);
    expect((await attempt(world, join(dir, 'fifo.tar'))).code).toBe('NOT_REGULAR');
    // A medium whose only candidate is a link is not followed either.
    expect((await attempt(world, dir)).code).toBe('NO_BUNDLE');
  });

  attack('medium', 'says that an empty file on a medium is cut, and never guesses between bundles', async () => {
    const medium = freshDir(world, 'medium');
    writeFileSync(join(medium, 'a.tar'), '');
    expect((await attempt(world, medium)).code).toBe('TRUNCATED');
    writeFileSync(join(medium, 'b.tar'), whole);
    expect((await attempt(world, medium)).verdict).toBeDefined();
    writeFileSync(join(medium, '._b.tar'), whole);
    expect((await attempt(world, medium)).verdict).toBeDefined();
    writeFileSync(join(medium, 'c.tar'), readVolumeBytes(await build(world, { bundleId: hexId(7), seq: 2 })));
    expect((await attempt(world, medium)).code).toBe('AMBIGUOUS');
  });
});
