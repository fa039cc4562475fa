import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileFolder } from '../../../test/support/test-folder.ts';
import { BundleError } from '../errors.ts';
import { openFolderSource, pieceName } from './folder-source.ts';
import { encodeHeader, paddingOf } from './header.ts';
import { type BundleSource, readBody } from './source.ts';
import { openRegular, openTarSource } from './tar-source.ts';

// What a source says of entries that are absent, misplaced, cut or too many; the same for a volume and for a folder.

const folder = fileFolder('sources');

let count = 0;
const fresh = (name: string): string => {
  count += 1;
  return join(folder, `${count}-${name}`);
};

type File = [name: string, content: string | Uint8Array];
const bytesOf = (content: string | Uint8Array): Uint8Array => Buffer.from(content);

const tarBytes = (files: readonly File[], end = 1024): Buffer =>
  Buffer.concat([
    ...files.flatMap(([name, content]) => {
      const body = bytesOf(content);
      return [encodeHeader(name, body.length), body, Buffer.alloc(paddingOf(body.length))];
    }),
    Buffer.alloc(end),
  ]);

const writeFile = (bytes: Uint8Array): string => {
  const path = fresh('x.tar');
  writeFileSync(path, bytes);
  return path;
};
const tarOf = (files: readonly File[], end?: number): string => writeFile(tarBytes(files, end));

const folderOf = (files: readonly File[]): string => {
  const path = fresh('folder');
  mkdirSync(path);
  for (const [name, content] of files) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), content);
  }
  return path;
};

const said = (error: unknown): string => {
  if (!(error instanceof BundleError)) throw error;
  return `${error.code}: ${error.message}`;
};
const outcome = (step: Promise<unknown>): Promise<string> => step.then(() => 'good', said);

const using = async <T>(open: Promise<BundleSource>, use: (source: BundleSource) => Promise<T>): Promise<T> => {
  const source = await open;
  try {
    return await use(source);
  } finally {
    await source.close();
  }
};

const text = async (source: BundleSource, size: number): Promise<string> =>
  Buffer.from(await readBody(source, size)).toString();

const one = 'a'.repeat(64);
const two = 'b'.repeat(64);

describe('a regular file', () => {
  it('is opened with its size, anything else is named', async () => {
    const path = writeFile(Buffer.from('12345'));
    const { handle, size } = await openRegular(path);
    await handle.close();
    expect(size).toBe(5);
    const link = fresh('link');
    symlinkSync(path, link);
    const fifo = fresh('fifo');
    execFileSync('mkfifo', [fifo]);
    for (const other of [link, fifo, folder]) {
      expect(await outcome(openRegular(other))).toBe(`NOT_REGULAR: ${other} is no regular file`);
    }
    expect(await outcome(openRegular(join(folder, 'absent')))).toBe(
      `NO_BUNDLE: ${join(folder, 'absent')} does not exist`,
    );
    expect(await outcome(openRegular(join(path, 'below')))).toBe(
      `MEDIUM_IO: cannot read ${join(path, 'below')}: ENOTDIR`,
    );
  });
});

describe('a volume', () => {
  const files: File[] = [
    ['bundle.dsse.json', 'head'],
    [`o/${one}`, 'first'],
    [`o/${two}`, ''],
  ];

  it('is read once, from front to back, and hashed', async () => {
    const bytes = tarBytes(files);
    await using(openTarSource(writeFile(bytes)), async (source) => {
      expect(source).toMatchObject({ kind: 'tar', isPortion: false });
      expect(source.has('bundle.dsse.json')).toBe(false);
      expect(source.pieces(one)).toEqual([]);
      expect(await source.peek()).toEqual({ name: 'bundle.dsse.json', size: 4 });
      expect(await source.peek()).toEqual({ name: 'bundle.dsse.json', size: 4 });
      expect(await source.comesLater((name) => name === `o/${two}`)).toBe(true);
      expect(await source.comesLater((name) => name === 'bundle.dsse.json')).toBe(true);
      expect(await source.comesLater((name) => name === 'other')).toBe(false);
      expect(await source.enter()).toEqual({ name: 'bundle.dsse.json', size: 4 });
      expect(await text(source, 4)).toBe('head');
      await source.expect(`o/${one}`, 5);
      expect(await text(source, 5)).toBe('first');
      expect(await source.comesLater((name) => name === `o/${one}`)).toBe(false);
      expect(await source.comesLater((name) => name === `o/${two}`)).toBe(true);
      await source.expect(`o/${two}`, 0);
      expect(await text(source, 0)).toBe('');
      expect(await source.peek()).toBeUndefined();
      expect(source.digest()).toBeUndefined();
      await source.finish(bytes.length, new Set());
      expect(source.digest()).toBe(createHash('sha256').update(bytes).digest('hex'));
    });
  });

  it.each([3 * 1024 * 1024 + 7, 33 * 1024 * 1024 + 7])('of %d bytes comes as it is', async (size) => {
    const content = Buffer.alloc(size, 'sallyport');
    const bytes = tarBytes([[`o/${one}`, content]]);
    await using(openTarSource(writeFile(bytes)), async (source) => {
      await source.expect(`o/${one}`, size);
      expect(Buffer.compare(await readBody(source, size), content)).toBe(0);
      await source.finish(bytes.length, new Set());
      expect(source.digest()).toBe(createHash('sha256').update(bytes).digest('hex'));
    });
  });

  it('says what is not where it was signed to be', async () => {
    const at = (name: string, size: number) =>
      using(
        openTarSource(
          tarOf([
            [`o/${one}`, 'first'],
            [`o/${two}`, ''],
            ['policy.json', ''],
          ]),
        ),
        (source) => outcome(source.expect(name, size)),
      );
    const three = 'c'.repeat(64);
    expect(await at(`o/${one}`, 5)).toBe('good');
    expect(await at(`o/${one}`, 6)).toBe(`HEADER: o/${one} announces 5 bytes, 6 are signed`);
    expect(await at(`o/${two}`, 0)).toBe(`HEADER: o/${one} stands where o/${two} belongs`);
    expect(await at(`o/${three}`, 0)).toBe(`MISSING: o/${three} is absent`);
    const next = (first: string) =>
      using(openTarSource(tarOf([[first, '']])), (source) => outcome(source.expect(`o/${two}`, 0)));
    for (const name of [
      'policy.json',
      `o/${one}x`,
      `x/o/${one}`,
      `o/${one}.p001`,
      `o/${one}.p00001`,
      `o/${one}.pabcd`,
    ]) {
      expect(await next(name)).toBe(`HEADER: ${name} is no name under o/`);
    }
    expect(await next(`o/${one}.p0001`)).toBe(`MISSING: o/${two} is absent`);
    expect(await using(openTarSource(tarOf([])), (source) => outcome(source.expect(`o/${one}`, 0)))).toBe(
      `MISSING: o/${one} is absent`,
    );
  });

  it('ends with its marker and nothing more', async () => {
    const good = tarBytes([['a', 'x']]);
    const end = (bytes: Uint8Array, signed = good.length) => {
      const path = writeFile(bytes);
      return using(openTarSource(path), async (source) => {
        await source.enter();
        await readBody(source, 1);
        return (await outcome(source.finish(signed, new Set()))).replace(path, 'FILE');
      });
    };
    expect(await end(good)).toBe('good');
    expect(await end(good.subarray(0, -512))).toBe('TRUNCATED: FILE ends at byte 1536');
    expect(await end(good.subarray(0, -1))).toBe('TRUNCATED: FILE ends at byte 2047');
    expect(await end(Buffer.concat([good, Buffer.alloc(512)]))).toBe('TRAILING: more after byte 2048');
    const marked = Buffer.from(good);
    marked[good.length - 1] = 1;
    expect(await end(marked)).toBe('TRAILING: more after the end marker');
    expect(await end(good, good.length + 512)).toBe('TRUNCATED: the volume has 2048 bytes, 2560 are signed');
    expect(await end(good, good.length - 512)).toBe('TRAILING: the volume has 2048 bytes, 1536 are signed');
    expect(
      await end(
        tarBytes([
          ['a', 'x'],
          ['b', ''],
        ]),
      ),
    ).toBe('HEADER: b follows the last signed entry');
  });

  it('has NUL after a body, and a body that was entered', async () => {
    const bytes = tarBytes([['a', 'x']]);
    bytes[513] = 1;
    await using(openTarSource(writeFile(bytes)), async (source) => {
      expect(await outcome(readBody(source, 1))).toBe('INTERNAL: no entry was entered');
      await source.enter();
      expect(await outcome(readBody(source, 1))).toBe('HEADER: the padding after a is not NUL');
      expect(await outcome(source.enter())).toBe('INTERNAL: no entry to enter');
      expect(await outcome(readBody(source, 1))).toBe('INTERNAL: no entry was entered');
    });
    await using(openTarSource(tarOf([['a', 'x']])), async (source) => {
      await source.enter();
      expect(await outcome(readBody(source, 2))).toBe('INTERNAL: read 1 of 2 bytes');
    });
  });

  it('is cut where it ends', async () => {
    const path = writeFile(tarBytes([['a', 'x'.repeat(1000)]]).subarray(0, 700));
    await using(openTarSource(path), async (source) => {
      await source.enter();
      expect(await outcome(readBody(source, 1000))).toBe(`TRUNCATED: ${path} ends at byte 700`);
    });
    const empty = writeFile(Buffer.alloc(0));
    await using(openTarSource(empty), async (source) => {
      expect(await outcome(source.peek())).toBe(`TRUNCATED: ${empty} ends at byte 0`);
      expect(await source.comesLater(() => true)).toBe(false);
    });
    const foreign = tarBytes([
      ['a', ''],
      ['b', ''],
    ]);
    foreign[512 + 100] = 0x37;
    await using(openTarSource(writeFile(foreign)), async (source) => {
      expect(await source.comesLater((name) => name === 'b')).toBe(false);
    });
  });
});

describe('a folder', () => {
  const prelude: File[] = [
    ['inventory.jsonl', 'i'],
    ['policy.json', 'p'],
    ['tuf/3.targets.json', 't'],
    ['tuf/10.root.json', 'r10'],
    ['tuf/9.root.json', 'r9'],
    ['tuf/timestamp.json', 'ts'],
    ['tuf/4.snapshot.json', 's'],
    ['bundle.dsse.json', 'head'],
  ];
  const order = [
    'bundle.dsse.json',
    'tuf/9.root.json',
    'tuf/10.root.json',
    'tuf/timestamp.json',
    'tuf/4.snapshot.json',
    'tuf/3.targets.json',
    'policy.json',
    'inventory.jsonl',
  ];

  it('gives the prelude in the order of a volume, and each object that is asked for', async () => {
    const path = folderOf([...prelude, [`o/${two}`, ''], [`o/${one}`, 'first']]);
    await using(openFolderSource(path), async (source) => {
      expect(source).toMatchObject({ kind: 'folder', isPortion: false });
      expect(await source.comesLater((name) => name === 'policy.json')).toBe(true);
      const names: string[] = [];
      for (let entry = await source.peek(); entry !== undefined; entry = await source.peek()) {
        expect(await source.enter()).toEqual(entry);
        names.push(entry.name);
        const content = prelude.find(([name]) => name === entry?.name)?.[1];
        expect(await text(source, entry.size)).toBe(content);
      }
      expect(names).toEqual(order);
      expect(await outcome(source.enter())).toBe('INTERNAL: no entry to enter');
      expect(await source.comesLater((name) => name === 'policy.json')).toBe(false);
      expect(source.has(`o/${one}`)).toBe(true);
      expect(source.has('o/other')).toBe(false);
      expect(source.pieces(one)).toEqual([]);
      await source.expect(`o/${one}`, 5);
      expect(await text(source, 5)).toBe('first');
      expect(await outcome(readBody(source, 5))).toBe('INTERNAL: no entry was entered');
      await source.expect(`o/${two}`, 0);
      expect(await text(source, 0)).toBe('');
      expect(await outcome(source.expect(`o/${'c'.repeat(64)}`, 0))).toBe(`MISSING: o/${'c'.repeat(64)} is absent`);
      expect(await outcome(source.expect(`o/${one}`, 6))).toBe(`TRUNCATED: o/${one} has 5 bytes, 6 are signed`);
      expect(await outcome(source.expect(`o/${one}`, 4))).toBe(`TRAILING: o/${one} has 5 bytes, 4 are signed`);
      await source.finish(0, new Set());
      expect(source.digest()).toBeUndefined();
    });
  });

  it('has the packed inventory last and what nobody knows after it', async () => {
    const path = folderOf([
      ['zz', ''],
      ['aa', ''],
      ['inventory.jsonl.gz', ''],
      ['policy.json', ''],
    ]);
    await using(openFolderSource(path), async (source) => {
      const names: string[] = [];
      for (let entry = await source.peek(); entry !== undefined; entry = await source.peek()) {
        names.push((await source.enter()).name);
      }
      expect(names).toEqual(['policy.json', 'inventory.jsonl.gz', 'aa', 'zz']);
    });
  });

  it('has no file that nobody declared', async () => {
    const path = folderOf([
      ['bundle.dsse.json', 'head'],
      [`o/${one}`, 'first'],
      [`o/${two}`, ''],
    ]);
    await using(openFolderSource(path), async (source) => {
      const extra = (name: string) => `HEADER: ${name} is in the folder and not declared`;
      expect(await outcome(source.finish(0, new Set([`o/${one}`, `o/${two}`])))).toBe(extra('bundle.dsse.json'));
      await source.enter();
      expect(await outcome(source.finish(0, new Set([`o/${one}`])))).toBe(extra(`o/${two}`));
      expect(await outcome(source.finish(0, new Set([`o/${one}`, `o/${two}`])))).toBe('good');
      await source.expect(`o/${two}`, 0);
      expect(await outcome(source.finish(0, new Set([`o/${one}`])))).toBe('good');
    });
  });

  it('is a folder of files, and not of links', async () => {
    const file = writeFile(Buffer.alloc(1));
    expect(await outcome(openFolderSource(file))).toBe(`NOT_REGULAR: ${file} is no folder`);
    const absent = join(folder, 'no such folder');
    expect(await outcome(openFolderSource(absent))).toBe(`MEDIUM_IO: cannot read ${absent}: ENOENT`);
    const linked = folderOf([]);
    symlinkSync(file, join(linked, 'bundle.dsse.json'));
    await using(openFolderSource(linked), async (source) => {
      expect(await outcome(source.peek())).toBe(`NOT_REGULAR: ${join(linked, 'bundle.dsse.json')} is no regular file`);
    });
    const away = folderOf([]);
    symlinkSync(folderOf([]), join(away, 'o'));
    expect(await outcome(openFolderSource(away))).toBe(`NOT_REGULAR: ${join(away, 'o')} is no folder`);
  });

  it('notices a file that changes while it is read', async () => {
    const path = folderOf([['a', 'x'.repeat(10)]]);
    await using(openFolderSource(path), async (source) => {
      await source.enter();
      appendFileSync(join(path, 'a'), 'y');
      expect(await outcome(readBody(source, 10))).toBe('TRAILING: a grew while it was read');
    });
    await using(openFolderSource(path), async (source) => {
      await source.enter();
      truncateSync(join(path, 'a'), 4);
      expect(await outcome(readBody(source, 11))).toBe('TRUNCATED: a ends at byte 4');
    });
  });

  it('is a portion if it says so, and then has pieces', async () => {
    expect(pieceName(one, 12)).toBe(`o/${one}.c000012`);
    const files: File[] = [
      ['bundle.dsse.json', 'head'],
      ['portion.json', '{}'],
      [pieceName(one, 3), 'xyz'],
      [pieceName(one, 0), 'x'],
      [pieceName(two, 1), ''],
      [`o/${two}`, ''],
      [`o/${one}.c00001`, ''],
      [`o/${one}.c0000001`, ''],
    ];
    await using(openFolderSource(folderOf(files)), async (source) => {
      expect(source.isPortion).toBe(true);
      expect(source.pieces(one)).toEqual([
        { name: pieceName(one, 0), size: 1, offset: 0 },
        { name: pieceName(one, 3), size: 3, offset: 3 * 8 * 1024 * 1024 },
      ]);
      expect(source.pieces(two)).toEqual([{ name: pieceName(two, 1), size: 0, offset: 8 * 1024 * 1024 }]);
      expect(source.pieces('c'.repeat(64))).toEqual([]);
      await source.enter();
      expect(await source.peek()).toBeUndefined();
    });
    const whole = folderOf(files.filter(([name]) => name !== 'portion.json'));
    await using(openFolderSource(whole), async (source) => {
      expect(source.isPortion).toBe(false);
      expect(source.pieces(one)).toEqual([]);
    });
    const not = 'HEADER: portion.json is not what a portion has';
    expect(await outcome(openFolderSource(folderOf([['portion.json', 'x'.repeat(4097)]])))).toBe(not);
    expect(await outcome(openFolderSource(folderOf([['portion.json', 'x'.repeat(4096)]])))).toBe('good');
    expect(await outcome(openFolderSource(folderOf([['portion.json/x', '']])))).toBe(not);
  });
});
