import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { flags } from '../support/commands.ts';
import { bundleOf, hostBench, type Json } from './host-bench.ts';

// A bundle that is larger than a medium, through the built command: volumes, the next medium, rebuild, verify, unpack,
// split.

const digestOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

describe('a bundle larger than its medium', () => {
  const { run, at, host, refused, asking } = hostBench();

  const answered = async (): Promise<Json> => {
    await asking();
    return bundleOf(
      await host(
        'fulfil',
        ...flags({ media: at('medium'), 'curator-key': at('keys', 'curator.json'), 'volume-size': '12288' }),
      ),
    );
  };
  const tars = (folder: string): string[] => readdirSync(folder).filter((name) => name.endsWith('.tar'));

  it('is written as volumes, each of which can be made again bit by bit', async () => {
    const bundle = await answered();
    const volumes = bundle['volumes'] as { n: number; file: string; sha256: string; bytes: number; path: string }[];
    expect(volumes.length).toBeGreaterThanOrEqual(3);
    expect(bundle['left']).toEqual([]);
    for (const { path, sha256, bytes } of volumes) {
      expect(statSync(path).size).toBe(bytes);
      expect(digestOf(path)).toBe(sha256);
    }
    const second = volumes[1];
    if (second === undefined) throw new Error('no second volume');
    mkdirSync(at('next'));
    const again = await host('rebuild', String(bundle['bundleId']).slice(0, 8), '--volume', '2', '--media', at('next'));
    expect(again).toMatchObject({ site: 'plant-1', of: volumes.length, left: [] });
    expect(digestOf(at('next', second.file))).toBe(second.sha256);

    expect((await refused('rebuild', 'ffffffff', '--media', at('next'))).code).toBe('NOT_FOUND');
    expect((await refused('rebuild', '../../x', '--media', at('next'))).code).toBe('USAGE');
    const none = String(bundle['bundleId']);
    expect((await refused('rebuild', none, '--volume', '99', '--media', at('next'))).code).toBe('USAGE');
    expect((await refused('fulfil', '--media', at('medium'), '--volume-size', 'floppy')).code).toBe('USAGE');

    // Any computer with the tools and the root: nothing of this host's state.
    const tool = async (...args: string[]) => {
      const done = await run(...args, '--json');
      return { ...done, json: done.status === 0 ? (JSON.parse(done.stdout) as Json) : {} };
    };
    const root = ['--root', at('trust.tar')];
    expect((await tool('verify', at('medium'), ...root)).json).toMatchObject({ volumes: volumes.length });
    const part = await tool('verify', second.path, ...root);
    expect(part.stderr).toMatch(/VOLUMES_MISSING: 1 of \d volumes are good, missing 1, 3/);
    expect((await tool('inspect', second.path)).json).toMatchObject({ kind: 'bundle' });
    const folder = at('unpacked');
    expect((await tool('unpack', at('medium'), '--dir', folder)).json).toMatchObject({ path: folder });
    expect((await tool('verify', folder, ...root)).status).toBe(0);
    const split = await tool('split', at('medium'), '--size', '700K', '--out', at('portions'));
    const folders = split.json['folders'] as string[];
    expect(folders.length).toBeGreaterThanOrEqual(2);
    expect((await tool('verify', ...folders, ...root)).status).toBe(0);
    expect((await tool('verify', folders[0] ?? '', ...root)).stderr).toMatch(/VOLUMES_MISSING/);

    // One flipped bit: the refusal names the volume.
    const bad = at('bad');
    cpSync(at('medium'), bad, { recursive: true });
    const name = tars(bad).find((file) => file === second.file) ?? '';
    const bytes = readFileSync(join(bad, name));
    const at_ = bytes.length - 1536;
    bytes[at_] = (bytes[at_] ?? 0) ^ 1;
    writeFileSync(join(bad, name), bytes);
    expect((await tool('verify', bad, ...root)).stderr).toMatch(/Error (HASH|HEADER): volume 2 of \d/);
    rmSync(join(bad, name));
    await host('rebuild', none, '--volume', '2', '--media', bad);
    expect((await tool('verify', bad, ...root)).status).toBe(0);
  });
});
