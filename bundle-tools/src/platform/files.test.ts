import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { syncDir, writeNewFile } from './files.ts';

describe('the sync of a folder', () => {
  const failing = (code: string) => () => {
    throw Object.assign(new Error(`${code}: fsync`), { code });
  };

  it.each([
    ['win32', 'EPERM', false],
    ['win32', 'EIO', true],
    ['win32', 'ENOSPC', true],
    ['linux', 'EPERM', true],
    ['linux', 'EIO', true],
    ['darwin', 'EPERM', true],
  ] as const)('on %s that answers %s throws: %s', (platform, code, throws) => {
    const call = () => syncDir(tmpdir(), { platform, sync: failing(code) });
    if (throws) expect(call).toThrow(code);
    else expect(call).not.toThrow();
  });

  it('still needs the folder on Windows, and leaves nothing open', () => {
    expect(() => syncDir('/does/not/exist', { platform: 'win32' })).toThrow('ENOENT');
    const open = () => readdirSync('/proc/self/fd').length;
    const before = open();
    syncDir(tmpdir(), { platform: 'win32', sync: failing('EPERM') });
    expect(open()).toBe(before);
  });
});

describe('a file that a person named', () => {
  it('is written over nothing, is named where it is there, and leaves nothing beside it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'files-'));
    const path = join(folder, 'plant.card');
    writeNewFile(path, 'first');
    expect(() => writeNewFile(path, 'second')).toThrow(
      expect.objectContaining({ code: 'EEXIST', path, message: `EEXIST: ${path} is there already` }),
    );
    expect([readdirSync(folder), readFileSync(path, 'utf8')]).toEqual([['plant.card'], 'first']);
    writeNewFile(path, 'second', { replace: true });
    expect([readdirSync(folder), readFileSync(path, 'utf8')]).toEqual([['plant.card'], 'second']);
    rmSync(folder, { recursive: true });
  });
});
