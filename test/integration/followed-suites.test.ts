import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commands } from '@sallyport/bundle-tools/cli/commands';
import { silentIo } from '@sallyport/bundle-tools/cli/io';
import { runProgram } from '@sallyport/bundle-tools/cli/run';
import { env } from '@sallyport/bundle-tools/platform/ambient';
import { aptProxy, readAptSources } from '@sallyport/bundle-tools/updates/sources/apt/sources-list';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collectors, collectSections } from '../../agent/src/collectors/all.ts';
import { noMemory } from '../../agent/src/collectors/collector.ts';
import { rootFiles } from '../../agent/src/platform/root-files.ts';
import { wholeSite } from '../../appliance/src/platform/scope.ts';
import { openAppliance } from '../../appliance/test/support/appliance.ts';
import { admin } from '../../appliance/test/support/engines.ts';
import { deb, debian13, reporter } from '../../appliance/test/support/site.ts';
import { startAptRepository, type TestRepository } from '../support/apt-repository.ts';
import { isLong } from '../support/long.ts';

// What a device needs comes from its release, whatever its own list of sources says, and stays known when the host loses its
// source: a real appliance and the commands of the real host, over repositories of our own and, in the long form, over the Debian
// archive that apt on this computer is set up for.

type Site = Awaited<ReturnType<typeof openAppliance>>;

/** A site and a host that trust each other, and a medium between them. */
const exchangeOf = async (site: Site) => {
  const at = (...parts: string[]) => join(site.folder, ...parts);
  const state = ['--state', at('host')];
  const host = async (...args: string[]): Promise<Record<string, unknown>> => {
    const done = await runProgram('sallyport-bundle', commands, [...args, ...state, '--json'], silentIo);
    if (done.exit !== 0) throw new Error(`${args.join(' ')}: ${done.stderr}`);
    return JSON.parse(done.stdout) as Record<string, unknown>;
  };
  for (const part of ['medium', 'keys']) mkdirSync(at(part));
  const roots = ['a', 'b', 'c'].flatMap((name) => ['--root-key', at('keys', name)]);
  await host('trust', 'init', ...roots, '--curator-key', at('keys', 'curator'));
  const { fingerprint } = await host('trust', 'export', '--out', at('trust.tar'));
  await site.exchange.importTrust(admin, at('trust.tar'), String(fingerprint));
  const card = site.exchange.siteCard(admin);
  writeFileSync(at('card'), card.bytes);
  await host('site', 'add', at('card'), '--fingerprint', card.fingerprint);
  return {
    host,
    /** Adds the component main of a suite as a source of the suite's name. */
    addApt: async (
      suite: string,
      { uri, signedBy, proxy }: { uri: string; signedBy: readonly string[]; proxy?: string | undefined },
    ): Promise<void> => {
      const keyrings = signedBy.flatMap((path) => ['--keyring', path]);
      const through = proxy === undefined ? [] : ['--proxy', proxy];
      const place = ['--uri', uri, '--suite', suite, '--component', 'main'];
      await host('source', 'add', 'apt', suite, ...place, ...keyrings, ...through);
    },
    /** Once around: a request out, its answer in; `isBuilt`: from a catalogue that was built for it. */
    goRound: async (isBuilt = true): Promise<void> => {
      for (const name of readdirSync(at('medium'))) rmSync(at('medium', name), { recursive: true });
      site.exchange.exportRequest(admin, at('medium'));
      await host('fulfil', '--media', at('medium'), ...(isBuilt ? ['--curator-key', at('keys', 'curator')] : []));
      const bundle = readdirSync(at('medium')).find((name) => name.endsWith('.tar')) ?? '';
      await site.exchange.importBundle(admin, at('medium', bundle));
    },
  };
};

/** What a device needs, as `name version`. */
const neededOn = (site: Site, device: number): string[] =>
  site.updates
    .forDevice(device, wholeSite('job'))
    .filter(({ isNeeded }) => isNeeded)
    .map(({ update: { name, version } }) => `${name} ${version}`)
    .sort();

describe('what devices follow, over repositories of our own', () => {
  let site: Site;
  let repository: TestRepository;
  let exchange: Awaited<ReturnType<typeof exchangeOf>>;
  const names = ['hello', 'tool', 'lib'];
  const lists: Readonly<Record<number, readonly string[]>> = {
    1: ['trixie', 'trixie-security'],
    2: ['trixie'],
    3: [],
  };
  const newer = ['hello 1.0-1+deb13u1', 'tool 1.0-1+deb13u1'];
  const openSuites = () =>
    site.exchange.unfulfilled().flatMap(({ kind, want, reason }) => (kind === 'suite' ? `${reason} ${want}` : []));

  beforeAll(async () => {
    [site, repository] = await Promise.all([openAppliance(), startAptRepository()]);
    await repository.addSuite({ suite: 'trixie', packages: names.map((name) => ({ name, version: '1.0-1' })) });
    await repository.addSuite({
      suite: 'trixie-security',
      packages: ['hello', 'tool'].map((name) => ({ name, version: '1.0-1+deb13u1' })),
    });
    exchange = await exchangeOf(site);
    const report = reporter(site.inventory);
    for (const [device, suites] of Object.entries(lists)) {
      report(Number(device), 'platform', [{ ...debian13, suites }]);
      report(
        Number(device),
        'software',
        names.map((name) => deb(name, '1.0-1')),
      );
    }
  });
  afterAll(async () => {
    await repository.close();
    await site.stop();
  });

  const addSource = (suite: string) => exchange.addApt(suite, { uri: repository.url, signedBy: [repository.keyring] });

  it('says which suites no source has', async () => {
    await addSource('trixie');
    await exchange.goRound();
    expect(neededOn(site, 1)).toEqual([]);
    expect(openSuites()).toEqual([
      'NO_SOURCE Debian:13 amd64/trixie-security',
      'NO_SOURCE Debian:13 amd64/trixie-updates',
    ]);
  });

  it('gives each device the same, with the security suite in its list, without it, and with no list at all', async () => {
    await addSource('trixie-security');
    await exchange.goRound();
    for (const device of [1, 2, 3]) expect(neededOn(site, device)).toEqual(newer);
    expect(openSuites()).toEqual(['NO_SOURCE Debian:13 amd64/trixie-updates']);
    // A newer version in a security suite is a finding, whoever lists the suite.
    expect(
      site.vulnerabilities.list({ scope: wholeSite('job'), limit: 10 }).rows.map((row) => [row.package, row.devices]),
    ).toEqual([
      ['hello', 3],
      ['tool', 3],
    ]);
  });

  it('takes nothing back when the host has lost its source, and says from when it is', async () => {
    await exchange.host('source', 'remove', 'trixie-security');
    await exchange.goRound();
    for (const device of [1, 2, 3]) expect(neededOn(site, device)).toEqual(newer);
    expect(openSuites()).toContain('NO_SOURCE Debian:13 amd64/trixie-security');
    const findings = site.vulnerabilities.list({ scope: wholeSite('job'), limit: 10 }).rows;
    expect(findings).toHaveLength(2);
    for (const { state, agedSince } of findings)
      expect([state, agedSince]).toEqual(['open', expect.stringMatching(/^\d{4}-/)]);
    expect(site.events.list({ scope: wholeSite('job'), type: ['finding-closed'], limit: 10 }).total).toBe(0);
  });

  it('does not pass for filled what no build of a catalogue has looked at', async () => {
    await exchange.goRound(false);
    expect(openSuites()).toEqual(
      ['trixie', 'trixie-security', 'trixie-updates'].map((suite) => `UNKNOWN Debian:13 amd64/${suite}`),
    );
  });
});

/** Where apt on this computer takes a suite from: address, keys and proxy; undefined where it does not. */
const archiveOf = (suite: string) => {
  const entry = readAptSources().find(({ suites, signedBy }) => suites.includes(suite) && signedBy.length > 0);
  const proxies = aptProxy();
  return entry && { ...entry, proxy: entry.uri.startsWith('https:') ? proxies.https : proxies.http };
};

const suites = ['trixie', 'trixie-updates', 'trixie-security'];
const archives = suites.map(archiveOf);
/** A root of debootstrap that was made before, to save the minutes of making one. */
const madeBefore = env('SALLYPORT_DEBOOTSTRAP_ROOT');
const lacks = [
  ...(isLong ? [] : ['the long form is not asked for']),
  ...(process.getuid?.() === 0 ? [] : ['not run by root']),
  ...(existsSync('/usr/sbin/debootstrap') || madeBefore !== undefined ? [] : ['debootstrap is not here']),
  ...(archives.includes(undefined) ? ['apt is not set up for trixie with its updates and security suites'] : []),
];

describe.skipIf(lacks.length > 0)(
  `what a Debian needs equals what apt says${lacks.length > 0 ? ` (skipped: ${lacks.join(', ')})` : ''}`,
  () => {
    let site: Site;
    let root = madeBefore ?? '';
    const minutes = 60_000;
    const at = (...parts: string[]) => join(site.folder, ...parts);
    const run = (command: string, args: readonly string[]): string => {
      const done = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 64 << 20, timeout: 40 * minutes });
      if (done.status !== 0) throw new Error(`${command}: ${done.stderr.slice(-2_000)}`);
      return done.stdout;
    };
    /** Its own sources, in the form of one line each. */
    const setSources = (lines: readonly string[]): void => {
      rmSync(join(root, 'etc/apt/sources.list.d'), { recursive: true, force: true });
      writeFileSync(join(root, 'etc/apt/sources.list'), lines.map((line) => `${line}\n`).join(''));
    };
    const reportRoot = async (): Promise<void> => {
      const chosen = collectors.filter(({ collection }) => collection === 'platform' || collection === 'software');
      const context = { memory: noMemory, clock: () => 0, files: rootFiles(root) };
      for (const { collection, items } of await collectSections(context, { chosen }))
        reporter(site.inventory)(1, collection, items);
    };
    /** What apt would upgrade in the root, were the archive's suites in its list. */
    const askApt = (): string[] => {
      const lines = archives.map(
        (entry, n) => `deb [signed-by=${entry?.signedBy.join(',')}] ${entry?.uri} ${suites[n]} main\n`,
      );
      for (const folder of ['apt-state/lists/partial', 'apt-cache/archives/partial'])
        mkdirSync(at(folder), { recursive: true });
      writeFileSync(at('apt.list'), lines.join(''));
      const options = {
        'Dir::Etc::sourcelist': at('apt.list'),
        'Dir::Etc::sourceparts': '/dev/null',
        'Dir::Etc::preferences': '/dev/null',
        'Dir::Etc::preferencesparts': '/dev/null',
        'Dir::State': at('apt-state'),
        'Dir::State::status': join(root, 'var/lib/dpkg/status'),
        'Dir::Cache': at('apt-cache'),
      };
      const given = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
      run('apt-get', [...given, 'update']);
      return [...run('apt-get', [...given, '-s', 'upgrade']).matchAll(/^Inst (\S+) \[\S+\] \((\S+) /gm)]
        .map(([, name, version]) => `${name} ${version}`)
        .sort();
    };

    beforeAll(async () => {
      site = await openAppliance();
      if (madeBefore !== undefined) return;
      root = at('root');
      const keyring = archives[0]?.signedBy[0] ?? '';
      run('debootstrap', [`--keyring=${keyring}`, 'trixie', root, archives[0]?.uri ?? '']);
    }, 60 * minutes);
    afterAll(() => site.stop());

    it(
      'with its own list of sources removed, plain, and after the host has lost its sources',
      async () => {
        const wanted = askApt();
        expect(wanted.length).toBeGreaterThan(0);
        setSources([]);
        await reportRoot();
        const exchange = await exchangeOf(site);
        for (const [n, entry] of archives.entries())
          await exchange.addApt(suites[n] ?? '', { uri: '', signedBy: [], ...entry });
        await exchange.goRound();
        expect(neededOn(site, 1)).toEqual(wanted);
        expect(site.vulnerabilities.list({ scope: wholeSite('job'), limit: 1 }).total).toBeGreaterThan(0);

        setSources([`deb ${archives[0]?.uri} trixie main`]);
        await reportRoot();
        expect(neededOn(site, 1)).toEqual(wanted);

        const findings = site.vulnerabilities.list({ scope: wholeSite('job'), limit: 1 }).total;
        for (const suite of suites) await exchange.host('source', 'remove', suite);
        await exchange.goRound();
        expect(neededOn(site, 1)).toEqual(wanted);
        expect(site.vulnerabilities.list({ scope: wholeSite('job'), limit: 1 }).total).toBe(findings);
        expect(site.exchange.unfulfilled().filter(({ kind }) => kind === 'suite')).toHaveLength(suites.length);
        process.stdout.write(`${wanted.length} needed updates, ${findings} findings: as apt says, and kept\n`);
      },
      60 * minutes,
    );
  },
);
