import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type InventoryLine, parseInventory } from '@sallyport/bundle-tools/documents/inventory';
import { hostRegister } from '@sallyport/bundle-tools/host/register';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { madeOnce } from '../../appliance/test/support/made-once.ts';
import { startAptRepository, type TestRepository } from '../support/apt-repository.ts';
import { commandProcess } from '../support/command-process.ts';
import type { Outcome } from '../support/commands.ts';
import { flags } from '../support/commands.ts';
import { type MadeSite, makeSite, type Platform } from './made-site.ts';

// A connected host for a test: its command, a small repository and an advisory folder to read, and sites to serve.

export type Json = Record<string, unknown>;

export const platform = (packages: Platform['packages'], suites = ['trixie', 'trixie-security']): Platform => ({
  vendor: 'debian',
  release: '13',
  arch: 'amd64',
  suites,
  packages,
});
export const installed = (name: string, version: string, all: 0 | 1 = 1) => ({
  name,
  version,
  source: name,
  source_version: version,
  all,
});
export const newer = [{ kind: 'newer' as const, id: '0' }];

export const osv = (id: string, fixed: string, modified: string) =>
  JSON.stringify({
    schema_version: '1.7.0',
    id,
    modified,
    summary: `${id} in hello`,
    affected: [
      {
        package: { ecosystem: 'Debian:13', name: 'hello' },
        ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }],
      },
    ],
  });

export const bundleOf = (fulfilled: Json) => (fulfilled['bundles'] as Json[])[0] ?? {};
export const inventoryOf = (built: Json): InventoryLine[] =>
  parseInventory(readFileSync(join(String(built['path']), 'inventory.jsonl')));

/** Registers the set-up of a host for every test of the file, and gives the tools to drive it. */
export const hostBench = () => {
  let dir = '';
  let repository: TestRepository;
  const commands = commandProcess();
  const run = (...args: string[]): Promise<Outcome> => commands.tryCommand('sallyport-bundle', args);
  const at = (...parts: string[]) => join(dir, ...parts);
  const state = () => ['--state', at('state')];
  const host = async (...args: string[]): Promise<Json> => {
    const done = await run(...args, ...(args[0] === 'catalog' && args[1] === 'sign' ? [] : state()), '--json');
    if (done.status !== 0) throw new Error(`${args.join(' ')}: exit ${done.status}\n${done.stderr}`);
    return JSON.parse(done.stdout) as Json;
  };
  const refused = async (...args: string[]): Promise<{ code: string; status: number | null; stderr: string }> => {
    const done = await run(...args, ...(args[0] === 'catalog' && args[1] === 'sign' ? [] : state()), '--json');
    const code = /^Error (\w+): /m.exec(done.stderr)?.[1] ?? `exit ${done.status}: ${done.stderr}`;
    return { code, status: done.status, stderr: done.stderr };
  };

  /** Keys, a root and its export: made once per run, they are the same for each test. */
  const ceremony = (): Promise<void> =>
    madeOnce('ceremony', at(), async (folder) => {
      await host(
        'trust',
        'init',
        ...['a', 'b', 'c'].flatMap((name) => ['--root-key', at('keys', `root-${name}.json`)]),
        ...flags({ 'curator-key': at('keys', 'curator.json') }),
      );
      await host('trust', 'export', '--out', at('trust.tar'));
      for (const part of ['state', 'keys', 'trust.tar']) cpSync(at(part), join(folder, part), { recursive: true });
    });

  const introduce = async (name: string): Promise<MadeSite> => {
    const site = makeSite(name, at('sites', name));
    await site.importTrust(at('trust.tar'));
    const fingerprint = site.writeCard(at(`${name}.card`));
    await host('site', 'add', at(`${name}.card`), '--fingerprint', fingerprint);
    return site;
  };

  const sources = async (): Promise<void> => {
    await host('source', 'add', 'osv', 'debian', at('osv'));
    await host(
      'source',
      'add',
      'apt',
      'test',
      ...flags({
        uri: repository.url,
        suite: ['trixie', 'trixie-security'],
        component: 'main',
        keyring: repository.keyring,
      }),
    );
  };

  /** A site that the host knows, with its request for what is newer on the medium. */
  const asking = async (): Promise<MadeSite> => {
    await ceremony();
    const site = await introduce('plant-1');
    await sources();
    const packages = [installed('hello', '1.0-1'), installed('tool', '2.0-1'), installed('libtool9', '1.0-1', 0)];
    site.writeRequest(at('medium'), { wants: newer, platforms: [platform(packages)] });
    return site;
  };

  const sign = (built: Json) => host('catalog', 'sign', '--key', at('keys', 'curator.json'), String(built['path']));

  beforeAll(async () => {
    repository = await startAptRepository([
      {
        suite: 'trixie',
        packages: [
          { name: 'hello', version: '1.0-1' },
          { name: 'tool', version: '3.0-1', depends: 'libtool9 (>= 2)' },
          { name: 'libtool9', version: '2.5-1' },
        ],
      },
      { suite: 'trixie-security', packages: [{ name: 'hello', version: '1.0-1+deb13u1' }] },
    ]);
  }, 60_000);
  afterAll(() => repository.close());

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'sallyport-host-'));
    for (const part of ['medium', 'osv']) mkdirSync(at(part));
    writeFileSync(at('osv', 'DSA-1.json'), osv('DSA-1', '1.0-1+deb13u1', '2026-01-02T00:00:00Z'));
    return () => {
      const foreign = existsSync(at('state')) ? hostRegister({ dir: at('state') }).undeclared : [];
      rmSync(dir, { recursive: true, force: true });
      expect(foreign, 'name a file with its entry: bundle-tools/src/host/register.ts').toEqual([]);
    };
  });
  return {
    commands,
    run,
    at,
    state,
    host,
    refused,
    ceremony,
    introduce,
    sources,
    asking,
    sign,
    repository: () => repository,
  };
};
