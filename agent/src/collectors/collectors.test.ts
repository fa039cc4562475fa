import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { ownFolder } from '../../../test/support/test-folder.ts';
import { deviceFacts } from '../identity/device-facts.ts';
import { rootFiles } from '../platform/root-files.ts';
import { collectors, collectSections } from './all.ts';
import { item, noMemory, sortItems } from './collector.ts';
import { parseOsRelease } from './os-release.ts';
import { aptSuites } from './platform.ts';
import { parseUtmp, sessionsOf } from './utmp.ts';

let root = '';
const context = { memory: noMemory, clock: () => 0 };
const put = (path: string, content: string | Uint8Array) => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
};
const collect = async (name: string) => {
  const chosen = collectors.filter((one) => one.collection === name);
  const [section] = await collectSections({ ...context, files: rootFiles(root) }, { chosen });
  return section?.items;
};

beforeEach(() => {
  root = ownFolder('root');
});

const record = (type: number, line: string, user: string, host: string, seconds: number): Buffer => {
  const bytes = Buffer.alloc(384);
  bytes.writeInt16LE(type, 0);
  bytes.write(line, 8);
  bytes.write(user, 44);
  bytes.write(host, 76);
  bytes.writeUInt32LE(seconds, 340);
  return bytes;
};

describe('another root', () => {
  it('is a device of its own: nothing of the machine is in it', async () => {
    put('etc/machine-id', `${'0123456789abcdef'.repeat(2)}\n`);
    put('etc/hostname', 'line-1\n');
    const files = rootFiles(root);
    expect(deviceFacts(files, 'f'.repeat(32))).toMatchObject({
      uuid: '01234567-89ab-cdef-0123-456789abcdef',
      serial: null,
      macs: [],
      hostname: 'line-1',
    });
    expect(await collect('identity')).toEqual([{ name: 'line-1', osType: 'linux' }]);
    expect(await collect('hardware')).toEqual([]);
    expect(await collect('activity')).toEqual([{ restartPending: false }]);
    const machine = rootFiles('/').text('etc/machine-id')?.trim() ?? 'none';
    const sections = JSON.stringify(await collectSections({ ...context, files }));
    expect(sections).not.toContain(machine);
  });

  it('that is empty gives sections all the same', async () => {
    const sections = await collectSections({ ...context, files: rootFiles(root) });
    // Of updates, disks and what is plugged in nothing can be known there: no section is better than an empty one.
    const unknowable = new Set([
      'os-update',
      'encryption',
      'external-device',
      'executable',
      'neighbour',
      'backup-file',
      'quarantine-file',
    ]);
    expect(sections.map((section) => section.collection)).toEqual(
      collectors.map((one) => one.collection).filter((name) => !unknowable.has(name)),
    );
    expect(deviceFacts(rootFiles(root), 'ab'.repeat(16)).uuid).toBe('abababab-abab-abab-abab-abababababab');
  });
});

describe('software', () => {
  it('leaves a list out that cannot be read, says so, and has the others', async () => {
    const chosen = collectors.filter((one) => one.collection === 'software');
    const faults: string[] = [];
    const onFault = (collection: string, error: unknown) => faults.push(`${collection}: ${String(error)}`);
    const read = async () => {
      const [section] = await collectSections({ ...context, files: rootFiles(root) }, { chosen, onFault });
      return section?.items.map((one) => one['name']);
    };
    put('var/lib/dpkg/status', 'Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5\n');
    put('var/lib/rpm/rpmdb.sqlite', 'no database');
    expect(await read()).toEqual(['bash']);
    expect(faults).toEqual([expect.stringMatching(/^software: Error: .*rpm/)]);
    rmSync(join(root, 'var/lib/dpkg/status'));
    mkdirSync(join(root, 'var/lib/dpkg/status'));
    expect(await read()).toEqual([]);
    expect(faults).toContain('software: Error: the database of dpkg cannot be read');
  });

  it('has the date of the list of files, multi-arch names too, and the vendor of os-release', async () => {
    put('etc/os-release', 'ID=debian\nVERSION_ID="13"\n');
    put(
      'var/lib/dpkg/status',
      ['b', 'a', 'a']
        .map(
          (name, n) =>
            `Package: ${name}\nStatus: install ok installed\nVersion: 1:${n}\nArchitecture: ${n === 2 ? 'i386' : 'amd64'}\n`,
        )
        .join('\n'),
    );
    for (const name of ['b.list', 'a:amd64.list']) {
      put(`var/lib/dpkg/info/${name}`, '');
      utimesSync(join(root, 'var/lib/dpkg/info', name), 1_700_000_000, 1_700_000_000);
    }
    expect(await collect('software')).toEqual([
      {
        purl: 'pkg:deb/debian/a@1:1?arch=amd64',
        type: 'deb',
        name: 'a',
        version: '1:1',
        arch: 'amd64',
        source: 'a',
        sourceVersion: '1:1',
        installedAt: '2023-11-14T22:13:20Z',
      },
      {
        purl: 'pkg:deb/debian/a@1:2?arch=i386',
        type: 'deb',
        name: 'a',
        version: '1:2',
        arch: 'i386',
        source: 'a',
        sourceVersion: '1:2',
      },
      {
        purl: 'pkg:deb/debian/b@1:0?arch=amd64',
        type: 'deb',
        name: 'b',
        version: '1:0',
        arch: 'amd64',
        source: 'b',
        sourceVersion: '1:0',
        installedAt: '2023-11-14T22:13:20Z',
      },
    ]);
  });

  it.skipIf(!existsSync('/usr/bin/dpkg-query'))('of this computer is what dpkg-query lists', async () => {
    const fields = ['db:Status-Abbrev', 'Package', 'Version', 'Architecture', 'source:Package', 'source:Version'];
    const format = `${fields.map((field) => `\${${field}}`).join('\\t')}\\n`;
    const listed = execFileSync('dpkg-query', ['-W', '-f', format], { encoding: 'utf8', maxBuffer: 1 << 26 })
      .split('\n')
      .filter((line) => line.startsWith('ii ') || line.startsWith('hi '))
      .map((line) => line.split('\t').slice(1).join(' '))
      .sort();
    const software = collectors.filter((one) => one.collection === 'software');
    const [section] = await collectSections({ ...context, files: rootFiles('/') }, { chosen: software });
    const packages = (section?.items ?? []).filter(({ type }) => type === 'deb');
    const found = packages.map((one) =>
      [one['name'], one['version'], one['arch'], one['source'], one['sourceVersion']].join(' '),
    );
    expect([...found].sort()).toEqual(listed);
    expect(found.length).toBeGreaterThan(50);
  });

  it('has the same hash each time', async () => {
    const hashes = async () =>
      (
        await collectSections(
          { ...context, files: rootFiles('/') },
          // Both ask programs that take seconds; each has a test of its own.
          { chosen: collectors.filter((one) => !['hardware', 'os-update'].includes(one.collection)) },
        )
      ).map((one) => one.hash);
    expect(await hashes()).toEqual(await hashes());
  });
});

describe('platform', () => {
  it('reads os-release as a shell would', () => {
    const text = '# comment\nID=debian\nPRETTY_NAME="A \\"B\\" \\$C"\nVERSION_ID=\'13\'\nnot an assignment\nEMPTY=\n';
    expect(parseOsRelease(text)).toEqual({ ID: 'debian', PRETTY_NAME: 'A "B" $C', VERSION_ID: '13', EMPTY: '' });
  });

  it('finds the suites of enabled binary sources in both forms', () => {
    put(
      'etc/apt/sources.list',
      '# deb http://x old main\ndeb [arch=amd64 signed-by=/k] http://x trixie main # c\ndeb-src http://x source main\ndeb http://x ./\n',
    );
    put(
      'etc/apt/sources.list.d/a.sources',
      'Types: deb deb-src\nURIs: http://x\nSuites: trixie trixie-updates\n trixie-backports\nComponents: main\n\nTypes: deb\nEnabled: no\nSuites: off\n\nTypes: deb-src\nSuites: source\n',
    );
    put('etc/apt/sources.list.d/b.list', 'deb http://x trixie-security main\n');
    put('etc/apt/sources.list.d/c.sources.bak', 'Types: deb\nSuites: backup\n');
    expect(aptSuites(rootFiles(root))).toEqual(['trixie', 'trixie-backports', 'trixie-security', 'trixie-updates']);
  });

  it('takes the architecture from dpkg and says whether updates come by themselves', async () => {
    put('etc/os-release', 'ID=debian\nVERSION_ID="13"\nVERSION_CODENAME=trixie\n');
    put('etc/debian_version', '13.1\n');
    put('var/lib/dpkg/status', 'Package: dpkg\nStatus: install ok installed\nVersion: 1\nArchitecture: arm64\n');
    put(
      'etc/apt/apt.conf.d/20auto-upgrades',
      'APT::Periodic::Update-Package-Lists "1";\nAPT::Periodic::Unattended-Upgrade "1";\n',
    );
    expect(await collect('platform')).toEqual([
      {
        vendor: 'debian',
        release: '13',
        codename: 'trixie',
        build: '13.1',
        arch: 'arm64',
        packageKinds: ['container', 'flatpak', 'npm', 'python', 'snap'],
        updateAgentState: 'automatic',
      },
    ]);
  });
});

describe('accounts', () => {
  it('knows administrators by uid, primary and further group, and who cannot log in', async () => {
    put(
      'etc/passwd',
      [
        'root:x:0:0:root:/root:/bin/bash',
        'anna:x:1000:1000:Anna A.,Room 3,,:/home/anna:/bin/bash',
        'boris:x:1001:27::/home/boris:/bin/zsh',
        'daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin',
        'left:x:1002:1002::/home/left:/bin/sh',
        'broken:x',
        '',
      ].join('\n'),
    );
    put('etc/group', 'root:x:0:\nsudo:x:27:anna\nusers:x:100:left\n');
    put('etc/shadow', 'anna:$y$secret:19000:0:99999:7:::\nleft:*:19000:0:99999:7::100:\n');
    const accounts = await collect('accounts');
    expect(accounts).toEqual([
      {
        name: 'anna',
        fullName: 'Anna A.',
        isAdmin: true,
        enabled: true,
        uid: 1000,
        passwordSetAt: '2022-01-08T00:00:00Z',
        shell: '/bin/bash',
      },
      { name: 'boris', isAdmin: true, enabled: true, uid: 1001, shell: '/bin/zsh' },
      { name: 'daemon', fullName: 'daemon', isAdmin: false, enabled: false, uid: 1, shell: '/usr/sbin/nologin' },
      {
        name: 'left',
        isAdmin: false,
        enabled: false,
        uid: 1002,
        passwordSetAt: '2022-01-08T00:00:00Z',
        shell: '/bin/sh',
      },
      { name: 'root', fullName: 'root', isAdmin: true, enabled: true, uid: 0, shell: '/bin/bash' },
    ]);
    expect(JSON.stringify(accounts)).not.toContain('secret');
  });
});

describe('sessions', () => {
  it('end with their line or with the next start of the machine', async () => {
    const log = Buffer.concat([
      Buffer.alloc(100),
      record(2, '~', 'reboot', '', 1000),
      record(7, 'pts/0', 'anna', '192.0.2.4', 1100),
      record(7, 'tty1', 'boris', '', 1150),
      record(8, 'pts/0', '', '', 1200),
      record(2, '~', 'reboot', '', 1300),
      record(7, 'pts/0', 'anna', '', 1400),
    ]);
    expect(parseUtmp(log)).toHaveLength(6);
    expect(sessionsOf(parseUtmp(log)).map((one) => [one.account, one.startedMs, one.endedMs])).toEqual([
      ['anna', 1_100_000, 1_200_000],
      ['boris', 1_150_000, 1_300_000],
      ['anna', 1_400_000, undefined],
    ]);
    put('var/log/wtmp', log);
    expect(await collect('sessions')).toEqual([
      { account: 'anna', kind: 'local', startedAt: '1970-01-01T00:23:20Z', terminal: 'pts/0' },
      {
        account: 'anna',
        kind: 'remote',
        startedAt: '1970-01-01T00:18:20Z',
        endedAt: '1970-01-01T00:20:00Z',
        terminal: 'pts/0',
        remoteAddress: '192.0.2.4',
      },
      {
        account: 'boris',
        kind: 'local',
        startedAt: '1970-01-01T00:19:10Z',
        endedAt: '1970-01-01T00:21:40Z',
        terminal: 'tty1',
      },
    ]);
  });
});

describe('items', () => {
  it('leave out what is unknown, and nothing that is false or zero', () => {
    expect(item({ a: '', b: undefined, c: null, d: [], e: 0, f: false, g: 'x', h: ['y'] })).toEqual({
      e: 0,
      f: false,
      g: 'x',
      h: ['y'],
    });
  });

  it('are sorted by code units, the same everywhere', () => {
    const sorted = sortItems([{ n: 'b' }, { n: 'B' }, { n: 'a', v: '2' }, { n: 'a', v: '1' }], 'n', 'v');
    expect(sorted).toEqual([{ n: 'B' }, { n: 'a', v: '1' }, { n: 'a', v: '2' }, { n: 'b' }]);
  });
});
