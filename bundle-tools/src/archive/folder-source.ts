import type { FileHandle } from 'node:fs/promises';
import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { BundleError } from '../errors.ts';
import { createByteStream } from './byte-stream.ts';
import { mediumError, systemCode } from './medium-errors.ts';
import type { BundleSource, Entry } from './source.ts';
import { openRegular } from './tar-source.ts';

// The names of a volume's entries as files (`bundle unpack --dir`). No name of a file is ever joined to a path but
// those that the prelude's fixed names and the signed list give.

const rootName = /^tuf\/([1-9][0-9]{0,15})\.root\.json$/;
const maxFiles = 250_000;

const rank = (name: string): number => {
  if (name === 'bundle.dsse.json') return 0;
  if (rootName.test(name)) return 1;
  if (name === 'tuf/timestamp.json') return 2;
  if (/^tuf\/.*\.snapshot\.json$/.test(name)) return 3;
  if (/^tuf\/.*\.targets\.json$/.test(name)) return 4;
  if (name === 'policy.json') return 5;
  if (/^inventory\.jsonl(\.gz)?$/.test(name)) return 6;
  return 7;
};

const preludeOrder = (a: string, b: string): number =>
  rank(a) - rank(b) || Number(rootName.exec(a)?.[1] ?? 0) - Number(rootName.exec(b)?.[1] ?? 0) || (a < b ? -1 : 1);

const listFolder = async (folder: string, prefix: string): Promise<string[]> => {
  const names: string[] = [];
  try {
    const stat = await lstat(folder);
    if (!stat.isDirectory()) throw new BundleError('NOT_REGULAR', `${folder} is no folder`);
    for await (const item of await opendir(folder)) {
      if (names.length === maxFiles) throw new BundleError('LIMIT', `${folder} has more than ${maxFiles} files`);
      names.push(`${prefix}${item.name}`);
    }
  } catch (error) {
    if (systemCode(error) === 'ENOENT' && prefix !== '') return names;
    throw mediumError(folder, error);
  }
  return names;
};

/** An unpacked bundle as a source. */
export const openFolderSource = async (folder: string): Promise<BundleSource> => {
  const top = await listFolder(folder, '');
  const names = [
    ...top.filter((name) => name !== 'tuf' && name !== 'o'),
    ...(await listFolder(join(folder, 'tuf'), 'tuf/')),
  ].sort(preludeOrder);
  const objects = await listFolder(join(folder, 'o'), 'o/');
  const objectSet = new Set(objects);
  let at = 0;
  let opened: { handle: FileHandle; entry: Entry } | undefined;

  const openEntry = async (name: string): Promise<Entry> => {
    if (opened?.entry.name === name) return opened.entry;
    await opened?.handle.close();
    opened = undefined;
    const { handle, size } = await openRegular(join(folder, name));
    opened = { handle, entry: { name, size } };
    return opened.entry;
  };

  const peek = async (): Promise<Entry | undefined> => {
    const name = names[at];
    return name === undefined ? undefined : openEntry(name);
  };

  return {
    kind: 'folder',
    peek,
    enter: async () => {
      const entry = await peek();
      if (entry === undefined) throw new BundleError('INTERNAL', 'no entry to enter');
      at += 1;
      return entry;
    },
    expect: async (name, size) => {
      if (!objectSet.has(name)) throw new BundleError('MISSING', `${name} is absent`);
      const entry = await openEntry(name);
      if (entry.size !== size) {
        const code = entry.size < size ? 'TRUNCATED' : 'TRAILING';
        throw new BundleError(code, `${name} has ${entry.size} bytes, ${size} are signed`);
      }
    },
    body: async function* body() {
      if (opened === undefined) throw new BundleError('INTERNAL', 'no entry was entered');
      const { handle, entry } = opened;
      opened = undefined;
      const stream = createByteStream(handle, { what: entry.name, sizeBytes: entry.size });
      try {
        for (let left = entry.size; left > 0; ) {
          const piece = await stream.some(left);
          left -= piece.length;
          yield piece;
        }
        if (!(await stream.atEnd())) throw new BundleError('TRAILING', `${entry.name} grew while it was read`);
      } finally {
        await stream.settle();
        await handle.close();
      }
    },
    comesLater: async (fits) => names.slice(at).some(fits),
    finish: async (_volumeBytes, declared) => {
      const extra = [...names.slice(at), ...objects.filter((name) => !declared.has(name))][0];
      if (extra !== undefined) throw new BundleError('HEADER', `${extra} is in the folder and not declared`);
    },
    digest: () => undefined,
    close: async () => {
      await opened?.handle.close();
      opened = undefined;
    },
  };
};
