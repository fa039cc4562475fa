import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { wholeSite } from '@sallyport/appliance/platform/scope';
import { commands } from '@sallyport/bundle-tools/cli/commands';
import { silentIo } from '@sallyport/bundle-tools/cli/io';
import { runProgram } from '@sallyport/bundle-tools/cli/run';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collectors, collectSections } from '../../agent/src/collectors/all.ts';
import { noMemory } from '../../agent/src/collectors/collector.ts';
import { rootFiles } from '../../agent/src/platform/root-files.ts';
import { openAppliance } from '../../appliance/test/support/appliance.ts';
import { admin } from '../../appliance/test/support/engines.ts';
import { reporter } from '../../appliance/test/support/site.ts';

// Two streams of one module, as packages that rpmbuild made with rpm's label: a host has an older build of the one, the connected
// host has newer builds of both. What the site asks for, and what it gets, is of the stream that is installed.

const hasRpm = existsSync('/usr/bin/rpmbuild') && existsSync('/usr/bin/rpm');

/** A fix of one stream, as AlmaLinux's records write it. */
const record = (id: string, stream: string, fixed: string): string =>
  JSON.stringify({
    id,
    modified: '2026-01-02T00:00:00Z',
    summary: `Important: ${stream} security update`,
    affected: [
      {
        package: { ecosystem: 'AlmaLinux:8', name: 'nodejs' },
        ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }],
      },
    ],
  });

describe.skipIf(!hasRpm)('an update of a module (skipped without rpmbuild)', () => {
  let site: Awaited<ReturnType<typeof openAppliance>>;
  const at = (...parts: string[]) => join(site.folder, ...parts);
  const host = async (...args: string[]): Promise<Record<string, unknown>> => {
    const done = await runProgram('sallyport-bundle', commands, [...args, '--json'], silentIo);
    if (done.exit !== 0) throw new Error(`${args.join(' ')}: ${done.stderr}`);
    return JSON.parse(done.stdout) as Record<string, unknown>;
  };
  const state = () => ['--state', at('host')];

  const build = (version: string, release: string, stream: string): string => {
    const folder = at('build', `${stream}-${release}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(folder, 'nodejs.spec'),
      `Name: nodejs\nVersion: ${version}\nRelease: ${release}\nModularityLabel: nodejs:${stream}:8090020240101:abcdef\n` +
        'BuildArch: noarch\nSummary: x\nLicense: MIT\n%description\nx\n%files\n',
    );
    execFileSync('rpmbuild', ['--define', `_topdir ${folder}`, '-bb', join(folder, 'nodejs.spec')], { stdio: 'pipe' });
    const found = readdirSync(join(folder, 'RPMS'), { recursive: true, encoding: 'utf8' });
    return join(folder, 'RPMS', found.find((name) => name.endsWith('.rpm')) ?? '');
  };
  const offer = (path: string, version: string, stream?: string): void => {
    const name = path.split('/').at(-1) ?? '';
    copyFileSync(path, at('files', name));
    writeFileSync(
      at('files', `${name}.sallyport.json`),
      JSON.stringify({
        product: 'nodejs',
        version,
        sha256: createHash('sha256').update(readFileSync(path)).digest('hex'),
        appliesTo: { vendor: 'almalinux', release: '8.10', ...(stream === undefined ? {} : { module: stream }) },
      }),
    );
  };
  /** A trip to the connected host and back; the request that left, and what came. */
  const trip = async () => {
    const medium = at(`medium-${site.exchange.state().seq}`);
    mkdirSync(medium);
    site.exchange.exportRequest(admin, medium);
    const { wants, platforms } = JSON.parse(site.exchange.preview().text) as {
      wants: { kind: string; id: string; min?: string }[];
      platforms: { packages: { name: string }[] }[];
    };
    const done = await host('fulfil', '--media', medium, '--curator-key', at('keys', 'curator'), ...state());
    const bundle = readdirSync(medium).find((name) => name.endsWith('.tar')) ?? '';
    await site.exchange.importBundle(admin, join(medium, bundle));
    return { wants, platforms, done };
  };

  beforeAll(async () => {
    site = await openAppliance();
    for (const part of ['keys', 'osv', 'files', 'root/etc', 'root/usr/lib/sysimage/rpm'])
      mkdirSync(at(part), { recursive: true });
    writeFileSync(at('root/etc/os-release'), 'ID="almalinux"\nVERSION_ID="8.10"\n');
    const rpm = (...args: string[]) =>
      execFileSync('rpm', ['--dbpath', at('root/usr/lib/sysimage/rpm'), ...args], { stdio: 'pipe' });
    rpm('--initdb');
    rpm('--justdb', '--nodeps', '--nosignature', '-i', build('18.1.0', '1.module_el8.9.0+1+aa', '18'));
    offer(build('18.2.0', '1.module_el8.9.0+2+bb', '18'), '18.2.0-1.module_el8.9.0+2+bb', 'nodejs:18');
    offer(build('20.1.0', '1.module_el8.9.0+3+cc', '20'), '20.1.0-1.module_el8.9.0+3+cc', 'nodejs:20');
    // Without its stream a build of a module is left out, not guessed.
    offer(build('22.1.0', '1.module_el8.9.0+4+dd', '22'), '22.1.0-1.module_el8.9.0+4+dd');
    writeFileSync(at('osv', 'A-18.json'), record('A-18', 'nodejs:18', '18.2.0-1.module_el8.9.0+2+bb'));
    writeFileSync(at('osv', 'A-20.json'), record('A-20', 'nodejs:20', '20.1.0-1.module_el8.9.0+3+cc'));
    const roots = ['a', 'b', 'c'].flatMap((name) => ['--root-key', at('keys', name)]);
    await host('trust', 'init', ...roots, '--curator-key', at('keys', 'curator'), ...state());
    const { fingerprint } = await host('trust', 'export', '--out', at('trust.tar'), ...state());
    await site.exchange.importTrust(admin, at('trust.tar'), String(fingerprint));
    const card = site.exchange.siteCard(admin);
    writeFileSync(at('card'), card.bytes);
    await host('site', 'add', at('card'), '--fingerprint', card.fingerprint, ...state());
    await host('source', 'add', 'osv', 'alma', at('osv'), ...state());
    const report = reporter(site.inventory);
    const chosen = collectors.filter(({ collection }) => collection === 'platform' || collection === 'software');
    for (const { collection, items } of await collectSections(
      { files: rootFiles(at('root')), memory: noMemory, clock: () => 0 },
      { chosen },
    ))
      report(1, collection, items);
  });
  afterAll(() => site?.stop());

  it('is asked for, chosen and needed by the stream that is installed', async () => {
    const first = await trip();
    expect(first.platforms[0]?.packages.map(({ name }) => name)).toEqual(['nodejs:18/nodejs']);
    expect(site.vulnerabilities.forDevice(1, wholeSite('job')).map(({ advisory }) => advisory)).toEqual(['A-18']);
    // The advisory is here, its fix is not: it is asked for by name. No source has it yet.
    const want = { kind: 'update', id: 'AlmaLinux:8/nodejs:18/nodejs', min: '18.2.0-1.module_el8.9.0+2+bb' };
    const second = await trip();
    expect(second.wants).toContainEqual(want);
    expect(second.wants.filter(({ kind }) => kind === 'update')).toEqual([want]);
    expect(site.updates.list({ scope: wholeSite('job'), limit: 10 }).rows).toMatchObject([
      { supply: 'unfulfilled', reason: 'NO_SOURCE' },
    ]);

    await host('source', 'add', 'files', 'vendor', at('files'), ...state());
    const third = await trip();
    expect(third.done['bundles']).toMatchObject([{ updates: 1 }]);
    expect(JSON.stringify(third.done['bundles'])).not.toContain('NO_SOURCE AlmaLinux:8');
    expect(site.updates.list({ scope: wholeSite('job'), limit: 10 }).rows).toMatchObject([
      { name: 'nodejs', version: '18.2.0-1.module_el8.9.0+2+bb', supply: 'arrived', devices: 1, findings: 1 },
    ]);
    expect(site.updates.forDevice(1, wholeSite('job'))).toMatchObject([
      { installedVersion: '18.1.0-1.module_el8.9.0+1+aa', isNeeded: true },
    ]);
    // Nothing more is wanted of either stream.
    expect(site.updates.wants()).toEqual([]);
  });
});
