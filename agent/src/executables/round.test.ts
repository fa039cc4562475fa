import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { runs } from '../../../test/support/chance.ts';
import { ownFolder } from '../../../test/support/test-folder.ts';
import type { Memory } from '../collectors/collector.ts';
import { collector } from '../collectors/executable.ts';
import { parseMountinfo } from '../platform/mounts.ts';
import { rootFiles } from '../platform/root-files.ts';
import { executableLimits, executableTurn, noRound, type Round } from './round.ts';
import { closedPaths } from './walk.ts';

let root = '';
const put = (path: string, content: string, mode = 0o755) => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
  chmodSync(join(root, path), mode);
};
beforeEach(() => {
  root = ownFolder('exe');
});

const sha = (text: string) => createHash('sha256').update(text).digest('hex');
const turn = (held: Round, nowMs: number, limits = {}) =>
  executableTurn(rootFiles(root), held, nowMs, { mounts: [], limits: { ...executableLimits, ...limits } });

describe('executable files', () => {
  it('are programs with an execute bit, no links and nothing else', () => {
    put('usr/bin/tool', '#!/bin/sh\n');
    put('opt/app/run', '\u007fELF-and-more');
    put('opt/app/setup.exe', 'MZ-and-more');
    put('opt/app/readme', 'text with a wrong mode');
    put('opt/app/library.so', '\u007fELF', 0o644);
    put('opt/app/empty', '');
    symlinkSync('tool', join(root, 'usr/bin/alias'));
    const done = turn(noRound, 5).done ?? [];
    expect(done.map(({ path, sha256, firstMs }) => [path, sha256, firstMs])).toEqual([
      ['opt/app/run', sha('\u007fELF-and-more'), 5],
      ['opt/app/setup.exe', sha('MZ-and-more'), 5],
      ['usr/bin/tool', sha('#!/bin/sh\n'), 5],
    ]);
  });

  it('of a round in many turns are those of one turn', () => {
    const name = fc.stringMatching(/^[a-c]{1,2}(\/[a-c.]{1,2}x){0,2}$/);
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 25 }), (paths) => {
        rmSync(root, { recursive: true, force: true });
        mkdirSync(root);
        for (const path of paths) {
          // A name may be a folder of another one.
          if (!paths.some((other) => other.startsWith(`${path}/`))) put(path, `#!${path}`);
        }
        const whole = turn(noRound, 1);
        let held = noRound;
        for (let turns = 0; held.done === undefined; turns += 1) {
          expect(turns).toBeLessThan(200);
          held = turn(held, 1, { entriesPerTurn: 4 });
        }
        expect(held).toEqual(whole);
      }),
      { numRuns: runs(30) },
    );
  });

  it('are read again only when they changed; the first time stays that of the content', () => {
    put('a', '#!one');
    put('b', '#!two');
    const day = 24 * 3600 * 1000;
    const first = turn(noRound, 1);
    expect(turn(first, 2)).toBe(first);
    put('b', '#!new');
    utimesSync(join(root, 'b'), 10, 10);
    const second = turn(first, 2 * day, { hashedBytesPerTurn: 6 });
    expect(second.done?.map(({ path, sha256, firstMs }) => [path, sha256, firstMs])).toEqual([
      ['a', sha('#!one'), 1],
      ['b', sha('#!new'), 2 * day],
    ]);
  });

  it('above the bounds are left out', () => {
    put('a', `#!${'x'.repeat(100)}`);
    put('b', '#!');
    put('c', '#!');
    expect(turn(noRound, 1, { fileBytes: 50, items: 1 }).done?.map(({ path }) => path)).toEqual(['b']);
  });

  it('are not looked for below network file systems, the kernel, or containers', () => {
    const mounts = parseMountinfo(
      [
        '22 1 8:1 / / rw - ext4 /dev/sda1 rw',
        '23 22 0:21 / /proc rw - proc proc rw',
        '24 22 0:50 / /mnt/share\\040one rw - nfs4 server:/x rw',
        '25 22 0:51 / /mnt/win rw - cifs //s/x rw',
        '26 22 0:52 / /auto rw - autofs systemd-1 rw',
        '27 22 8:17 / /media/stick rw - vfat /dev/sdb1 rw',
        '28 22 0:53 / /home/a/remote rw - fuse.sshfs a@b: rw',
        '29 22 0:54 / /tmp rw - tmpfs tmpfs rw',
      ].join('\n'),
    );
    const closed = closedPaths(mounts);
    expect([...closed].filter((path) => !path.startsWith('/var/lib/')).sort()).toEqual([
      '/auto',
      '/home/a/remote',
      '/mnt/share one',
      '/mnt/win',
      '/proc',
    ]);
    put('a/run', '#!');
    put('remote/run', '#!');
    const shut = [{ device: '0:9', within: '/', path: join(root, 'remote'), type: 'nfs4', source: 's:/' }];
    const done = executableTurn(rootFiles(root), noRound, 1, { mounts: shut, limits: executableLimits }).done;
    expect(done?.map(({ path }) => path)).toEqual(['a/run']);
  });

  it('are reported where somebody asked for it, without the names of people, and taken back afterwards', async () => {
    put('home/dana/run', '#!mine');
    const held: { value?: unknown } = {};
    const memory: Memory = { read: () => held.value, write: (_name, value) => (held.value = value) };
    const context = { files: rootFiles(root), memory, clock: () => 0 };
    expect(await collector.collect(context)).toBeUndefined();
    expect(await collector.collect({ ...context, executables: executableLimits })).toEqual([
      {
        sha256: sha('#!mine'),
        name: 'run',
        path: '/home/*/run',
        sizeBytes: 6,
        removable: false,
        firstSeenAt: '1970-01-01T00:00:00Z',
      },
    ]);
    expect(await collector.collect(context)).toEqual([]);
    expect(await collector.collect(context)).toBeUndefined();
  });
});
