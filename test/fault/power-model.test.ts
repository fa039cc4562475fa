import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { random } from '../bench/support/random.ts';
import { seed } from '../support/chance.ts';
import { temporaryFolder } from '../support/commands.ts';
import { canMountFuse, type FuseMount, fuseNeeds, mountFuse } from '../support/fuse/mount.ts';
import { type Loss, losses, writeCut } from '../support/power/cut.ts';
import { readHistory } from '../support/power/history.ts';
import { readRecord } from '../support/power/record.ts';

// The model of a power cut against real files: with no loss it gives what lies on the disk, and it loses what it should.

/** Every file below a folder with its bytes, and every folder. */
const treeOf = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .sort()
      .map((name) => {
        const path = join(folder, name);
        return [name, lstatSync(path).isFile() ? readFileSync(path).toString('base64') : 'folder'];
      }),
  );

const syncPath = (path: string): void => {
  const fd = openSync(path, 'r');
  fsyncSync(fd);
  closeSync(fd);
};

const can = canMountFuse();

describe.skipIf(!can)('the model of a power cut', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let disk: FuseMount;
  beforeEach(async () => {
    folder = temporaryFolder('power-model');
    mkdirSync(join(folder.path, 'disk', 'files', 'kept'), { recursive: true });
    mkdirSync(join(folder.path, 'start', 'kept'), { recursive: true });
    disk = await mountFuse(join(folder.path, 'disk'), { log: join(folder.path, 'record') });
  });
  afterEach(async () => {
    await disk.remove();
    folder.remove();
  });

  const at = (...names: string[]): string => join(disk.path, ...names);
  const write = (path: string, text: string, isSynced: boolean): void => {
    const fd = openSync(path, 'w');
    writeSync(fd, text);
    if (isSynced) fsyncSync(fd);
    closeSync(fd);
  };
  const lost = random(seed);
  const left = (loss: Loss): Record<string, string> => {
    const steps = readRecord(join(folder.path, 'record'));
    const out = join(folder.path, `left-${loss}`);
    rmSync(out, { recursive: true, force: true });
    writeCut(readHistory(join(folder.path, 'start'), steps), steps.length, loss, out, lost.next);
    return treeOf(out);
  };
  const base64 = (text: string): string => Buffer.from(text).toString('base64');

  it('gives the disk itself when nothing is lost, and always when everything was synced', async () => {
    const { next, below } = random(seed);
    const names = ['a', 'b', 'c', 'kept/a', 'kept/b', 'x/a', 'x/b'];
    mkdirSync(at('x'));
    const pick = (): string => at(names[below(names.length)] ?? 'a');
    for (let count = 0; count < 400; count += 1) {
      const path = pick();
      const isThere = lstatSync(path, { throwIfNoEntry: false }) !== undefined;
      const kind = next();
      if (kind < 0.6) {
        const fd = openSync(path, isThere && next() < 0.7 ? 'r+' : 'w');
        writeSync(fd, Buffer.alloc(1 + below(9_000), below(256)), 0, undefined, below(10_000));
        if (next() < 0.2) ftruncateSync(fd, below(12_000));
        closeSync(fd);
      } else if (isThere && kind < 0.8) renameSync(path, pick());
      else if (isThere) unlinkSync(path);
    }
    const real = treeOf(disk.folder);
    expect(left('none')).toEqual(real);
    for (const name of readdirSync(disk.path, { recursive: true, encoding: 'utf8' })) syncPath(at(name));
    syncPath(disk.path);
    for (const loss of losses) expect(left(loss), loss).toEqual(real);
  });

  it('loses bytes and names that were not synced', () => {
    write(at('kept', 'a'), 'old', true);
    syncPath(at('kept'));
    write(at('kept', 'b'), 'new', false);
    renameSync(at('kept', 'b'), at('kept', 'a'));
    expect(left('all-unsynced')).toEqual({ kept: 'folder', 'kept/a': base64('old') });
    expect(left('names')).toEqual({ kept: 'folder', 'kept/a': base64('old') });
    expect(left('data')).toEqual({ kept: 'folder', 'kept/a': '' });
    expect(left('none')).toEqual({ kept: 'folder', 'kept/a': base64('new') });
  });

  it('loses a synced file whose name was not, and a folder with all that is in it', () => {
    mkdirSync(at('x'));
    write(at('x', 'a'), 'synced', true);
    syncPath(at('x'));
    expect(left('all-unsynced')).toEqual({ kept: 'folder' });
    syncPath(disk.path);
    expect(left('all-unsynced')).toEqual({ kept: 'folder', x: 'folder', 'x/a': base64('synced') });
  });

  it('never loses a file on its way from one folder to another', () => {
    mkdirSync(at('x'));
    write(at('x', 'a'), 'synced', true);
    for (const path of [at('x'), disk.path]) syncPath(path);
    renameSync(at('x', 'a'), at('kept', 'b'));
    expect(left('all-unsynced')).toEqual({ kept: 'folder', x: 'folder', 'x/a': base64('synced') });
    syncPath(at('x'));
    expect(left('all-unsynced')).toEqual({ kept: 'folder', x: 'folder', 'kept/b': base64('synced') });
  });

  it('tears a write at sectors', () => {
    write(at('kept', 'a'), 'o'.repeat(64 * 512), true);
    for (const path of [at('kept'), disk.path]) syncPath(path);
    const fd = openSync(at('kept', 'a'), 'r+');
    writeSync(fd, 'n'.repeat(64 * 512), 0);
    closeSync(fd);
    const kinds = new Set<string>();
    for (let count = 0; count < 20; count += 1) {
      const bytes = Buffer.from(left('random-512')['kept/a'] ?? '', 'base64').toString();
      expect(bytes).toMatch(/^(?:o{512}|n{512}){64}$/);
      kinds.add(bytes);
    }
    expect(kinds.size).toBeGreaterThan(3);
  });
});

if (!can) it('the model of a power cut', (context) => context.skip(fuseNeeds));
