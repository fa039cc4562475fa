import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tryCommand } from '../support/commands.ts';
import { hostBench, type Json, osv } from './host-bench.ts';

// One source of a connected host cannot be read: the others are, and who, why and what to do is said wherever a person looks.
// The host is driven as its unit drives it, by a user without rights over other people's files.

const reader = 65_534;
const isRoot = process.getuid?.() === 0;
const asReader = isRoot ? ['setpriv', `--reuid=${reader}`, `--regid=${reader}`, '--clear-groups'] : [];
/** As the wrapper of the package runs root's commands. */
const rights = '-all,+dac_override,+dac_read_search';
const asWrapper = [...asReader, `--inh-caps=${rights}`, `--ambient-caps=${rights}`, `--bounding-set=${rights}`];

const give = (path: string): void => {
  if (!isRoot) return;
  chownSync(path, reader, reader);
  if (lstatSync(path).isDirectory()) for (const name of readdirSync(path)) give(join(path, name));
};

describe('a source of the connected host that cannot be read', () => {
  const { at, state, host, asking, repository } = hostBench();
  const run = (args: readonly string[], prefix: readonly string[] = asReader) =>
    tryCommand('sallyport-bundle', [...args, ...state()], prefix);

  /** Three folders, of which the second is closed to the host's user, and an apt source; a site asks for what is newer. */
  const withClosedFolder = async (): Promise<void> => {
    await asking();
    for (const name of ['closed', 'later']) {
      mkdirSync(at(name));
      writeFileSync(at(name, 'DSA-7.json'), osv('DSA-7', '9', '2026-01-05T00:00:00Z'));
      await host('source', 'add', 'osv', name, at(name));
    }
    chmodSync(dirname(repository().keyring), 0o755);
    give(at());
    chmodSync(at('closed'), 0);
    if (isRoot) chownSync(at('closed'), 0, 0);
  };

  it('fails alone and by name in the nightly run, which reads the rest and ends with 3', async () => {
    await withClosedFolder();
    const { status, stdout, stderr } = await run(['source', 'sync']);
    expect(`${stdout}${stderr}`).toContain(`closed: not read: SOURCE_DENIED: ${at('closed')}`);
    expect(stdout).toMatch(/^debian: 1 advisories/m);
    expect(stdout).toMatch(/^later: 1 advisories/m);
    expect(stdout).toMatch(/^test: trixie amd64/m);
    expect(stdout).toContain('1 of 4 sources was not read: closed');
    expect(status).toBe(3);
  });

  it('fails alone and by name in the catalogue, in its diff, and in the answer to a site', async () => {
    await withClosedFolder();
    mkdirSync(at('empty'));
    give(at('empty'));
    for (const [kind, name] of [
      ['osv', 'empty'],
      ['files', 'vendor'],
      ['firmware', 'controllers'],
    ] as const) {
      const place = kind === 'osv' ? at('empty') : at(name);
      if (kind !== 'osv') mkdirSync(place);
      give(place);
      expect(await run(['source', 'add', kind, name, place])).toMatchObject({ status: 0 });
      if (kind !== 'osv') chmodSync(place, 0);
      if (kind !== 'osv' && isRoot) chownSync(place, 0, 0);
    }
    const built = await run(['catalog', 'build', '--media', at('medium'), '--json']);
    expect(built.status, built.stderr).toBe(3);
    const catalog = JSON.parse(built.stdout) as Json;
    expect(catalog['unread']).toMatchObject([
      { source: 'closed', code: 'SOURCE_DENIED' },
      { source: 'empty', code: 'SOURCE_INVALID' },
      { source: 'vendor', code: 'SOURCE_DENIED' },
      { source: 'controllers', code: 'SOURCE_DENIED' },
    ]);
    expect(catalog['sites']).toMatchObject([{ site: 'plant-1', updates: 3 }]);
    const diff = readFileSync(join(String(catalog['path']), 'diff.txt'), 'utf8');
    expect(diff).toContain('Sources that were not read:');
    expect(diff).toMatch(/^ {2}closed: SOURCE_DENIED: /m);
    expect(diff).toMatch(/^ {2}empty: SOURCE_INVALID: /m);

    await host('catalog', 'sign', '--key', at('keys', 'curator.json'), String(catalog['path']));
    give(at('state'));
    const fulfilled = await run(['fulfil', '--media', at('medium')]);
    expect(fulfilled.status, fulfilled.stderr).toBe(3);
    expect(fulfilled.stdout).toContain('site plant-1: request 1 answered by');
    expect(fulfilled.stdout).toMatch(/^source closed was not read for catalog \d+: SOURCE_DENIED: /m);
    expect(fulfilled.stdout).toMatch(/^source empty was not read for catalog \d+: SOURCE_INVALID: /m);
  });

  it('is refused when it is added: tried as the unit will, not with the rights of who adds it', async (context) => {
    if (!isRoot) return context.skip('takes root, to run as the wrapper of the package does');
    await asking();
    give(at());
    mkdirSync(at('mine'), { mode: 0o700 });
    writeFileSync(at('mine', 'DSA-3.json'), osv('DSA-3', '3', '2026-01-05T00:00:00Z'));
    mkdirSync(at('half'));
    writeFileSync(at('half', 'DSA-4.json'), osv('DSA-4', '3', '2026-01-05T00:00:00Z'), { mode: 0o600 });
    for (const [place, named] of [
      [at('mine'), at('mine')],
      [at('mine', 'DSA-3.json'), at('mine')],
      [at('half'), at('half', 'DSA-4.json')],
    ] as const) {
      const added = await run(['source', 'add', 'osv', 'own', place], asWrapper);
      expect(added, place).toMatchObject({ status: 1, stdout: '' });
      expect(added.stderr, place).toMatch(/^Error SOURCE_DENIED: /);
      expect(added.stderr, place).toContain(named);
      expect(added.stderr, place).toContain('user 65534');
    }
    const absent = await run(['source', 'add', 'osv', 'own', at('nowhere')], asWrapper);
    expect(absent.stderr).toContain('Error NOT_FOUND');
    const keyring = at('mine', 'key.asc');
    writeFileSync(keyring, readFileSync(repository().keyring));
    const apt = ['source', 'add', 'apt', 'own', '--uri', repository().url, '--suite', 'trixie', '--keyring', keyring];
    expect((await run(apt, asWrapper)).stderr).toContain('Error SOURCE_DENIED');
    expect((await run(['source', 'list', '--json'])).stdout).not.toContain('"own"');
    spawnSync('chmod', ['-R', 'a+rX', at('mine'), at('half')]);
    for (const [name, place] of [
      ['own', at('mine')],
      ['other', at('half')],
    ] as const)
      expect(await run(['source', 'add', 'osv', name, place], asWrapper)).toMatchObject({ status: 0 });
    expect(await run(['source', 'sync', 'own', 'other'])).toMatchObject({ status: 0 });
  });

  it('is tried alike when it is added from a folder that only root enters', async (context) => {
    if (!isRoot) return context.skip('takes root, to run as the wrapper of the package does');
    await asking();
    give(at());
    mkdirSync(at('root'), { mode: 0o700 });
    mkdirSync(at('open'));
    writeFileSync(at('open', 'DSA-5.json'), osv('DSA-5', '3', '2026-01-05T00:00:00Z'));
    const added = await run(
      ['source', 'add', 'osv', 'open', at('open')],
      ['env', `--chdir=${at('root')}`, ...asWrapper],
    );
    expect(added.status, added.stderr).toBe(0);
  });
});
