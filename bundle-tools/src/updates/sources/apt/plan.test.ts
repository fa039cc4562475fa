import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { aptIndexSample, aptPackageSample } from '../../../../test/samples.ts';
import { suiteAdvisories } from '../../../advisories/sources/suite.ts';
import type { RequestPlatform } from '../../../documents/request.ts';
import { dpkgKey } from '../../../versions/dpkg.ts';
import { toHex } from '../../../versions/key.ts';
import { encodeUpdates, parseUpdates } from '../../update.ts';
import type { AptPackage } from './packages.ts';
import { type AptWant, planUpdates } from './plan.ts';
import { parseRelations, versionSatisfies } from './relations.ts';
import { readAptSources } from './sources-list.ts';

const NEWER: AptWant[] = [{ position: 0, kind: 'newer' }];

const platform = (
  packages: [string, string, (0 | 1)?][],
  suites = ['trixie', 'trixie-security', 'trixie-backports'],
): RequestPlatform => ({
  vendor: 'debian',
  release: '13',
  arch: 'amd64',
  suites,
  packages: packages.map(([name, version, all = 1]) => ({ name, version, source: name, source_version: version, all })),
});

const names = (plan: ReturnType<typeof planUpdates>): string[] =>
  plan.updates.map(({ update, carried }) => `${carried ? '+' : ''}${update.name} ${update.version}`).sort();

describe('what is newer', () => {
  test('the newest version of the own suites, security marked, nothing that is current', () => {
    const indexes = [
      aptIndexSample('trixie', [
        aptPackageSample('a', '1.2'),
        aptPackageSample('b', '1'),
        aptPackageSample('c', '2'),
        aptPackageSample('d', '3'),
      ]),
      aptIndexSample('trixie-security', [aptPackageSample('a', '1.1'), aptPackageSample('c', '2.1')]),
      aptIndexSample('sid', [aptPackageSample('a', '9'), aptPackageSample('b', '9')]),
    ];
    const plan = planUpdates({
      platform: platform([
        ['a', '1.0'],
        ['b', '1'],
        ['c', '2'],
        ['d', '2'],
        ['local', '1'],
      ]),
      indexes,
      wants: NEWER,
    });
    expect(names(plan)).toEqual(['a 1.2', 'c 2.1', 'd 3']);
    expect(
      plan.updates
        .filter(({ update }) => update.security)
        .map(({ update }) => update.name)
        .sort(),
    ).toEqual(['a', 'c']);
    expect(plan.counts).toEqual({ packages: 5, unknown: 1, current: 1, newer: 3, carried: 0, security: 2 });
    expect(plan.unfulfilled).toEqual([]);
    const one = plan.updates.find(({ update }) => update.name === 'c');
    expect(one).toMatchObject({
      wants: [0],
      files: [{ url: 'http://host/debian/pool/c_2.1.deb', sizeBytes: 1_000 }],
      update: {
        purl: 'pkg:deb/debian/c@2.1?arch=amd64&distro=debian-13',
        ecosystem: 'Debian:13',
        suites: ['trixie-security'],
        signer: 'openpgp:00',
      },
    });
    expect(parseUpdates(encodeUpdates(plan.updates.map(({ update }) => update)))).toHaveLength(3);
  });

  test('of several installed versions the lowest decides', () => {
    const plan = planUpdates({
      platform: platform([
        ['a', '2', 0],
        ['a', '1', 0],
      ]),
      indexes: [aptIndexSample('trixie', [aptPackageSample('a', '2')])],
      wants: NEWER,
    });
    expect(names(plan)).toEqual(['a 2']);
  });

  test('backports serve only what came from there', () => {
    const backports = aptIndexSample(
      'trixie-backports',
      [aptPackageSample('a', '3~bpo13+2'), aptPackageSample('b', '3~bpo13+2')],
      {
        notAutomatic: true,
        butAutomaticUpgrades: true,
      },
    );
    const indexes = [aptIndexSample('trixie', [aptPackageSample('a', '1'), aptPackageSample('b', '1')]), backports];
    expect(
      names(
        planUpdates({
          platform: platform([
            ['a', '1'],
            ['b', '3~bpo13+1'],
          ]),
          indexes,
          wants: NEWER,
        }),
      ),
    ).toEqual(['b 3~bpo13+2']);
  });

  test('a platform that no rule knows gets what is published for its release and on by default', () => {
    const indexes = [
      aptIndexSample('trixie', [aptPackageSample('a', '2')]),
      aptIndexSample('bookworm', [aptPackageSample('a', '3')], { version: '12' }),
      aptIndexSample('trixie-backports', [aptPackageSample('a', '4')], { notAutomatic: true }),
    ];
    expect(names(planUpdates({ platform: platform([['a', '1']], ['*']), indexes, wants: NEWER }))).toEqual(['a 2']);
    expect(names(planUpdates({ platform: platform([['a', '1']], []), indexes, wants: NEWER }))).toEqual([]);
  });

  test('an update says its suites by the names that the platform follows', () => {
    const stable = aptIndexSample('stable', [aptPackageSample('a', '2')], { codename: 'trixie', suite: 'stable' });
    const suitesOf = (suites: string[]) =>
      planUpdates({ platform: platform([['a', '1']], suites), indexes: [stable], wants: NEWER }).updates.map(
        ({ update }) => update.suites,
      );
    expect(suitesOf(['trixie', 'trixie-security'])).toEqual([['trixie']]);
    expect(suitesOf(['*', 'stable', 'other'])).toEqual([['*', 'stable']]);
    expect(suitesOf(['other'])).toEqual([]);
  });

  test('a source package by name, with its lowest version', () => {
    const indexes = [
      aptIndexSample('trixie', [
        aptPackageSample('libx', '2-1', { source: 'x', sourceVersion: '2-1' }),
        aptPackageSample('a', '2'),
      ]),
    ];
    const own = platform([
      ['libx', '1-1'],
      ['a', '1'],
    ]);
    own.packages[0]!.source = 'x';
    const ask = (source: string, min?: string) =>
      planUpdates({ platform: own, indexes, wants: [{ position: 3, kind: 'update', source, min }] });
    expect(names(ask('x', '2-1'))).toEqual(['libx 2-1']);
    expect(ask('x', '2-1').unfulfilled).toEqual([]);
    expect(ask('x', '3').unfulfilled).toMatchObject([{ reason: 'NO_SOURCE', wants: [3], what: 'x' }]);
    expect(ask('y').unfulfilled).toMatchObject([{ reason: 'NO_SOURCE', wants: [3], what: 'y' }]);
  });
});

describe('what cannot be had has its reason', () => {
  test('no suite, no comparable version, a file too large, a dependency that no source has', () => {
    expect(
      planUpdates({
        platform: platform([['a', '1']], ['noble']),
        indexes: [aptIndexSample('trixie', [])],
        wants: NEWER,
      }).unfulfilled,
    ).toMatchObject([{ reason: 'NO_SOURCE', wants: [0] }]);
    const indexes = [
      aptIndexSample('trixie', [
        aptPackageSample('a', '2', { sizeBytes: 5_000 }),
        aptPackageSample('b', '2', { depends: 'a (>= 2)' }),
        aptPackageSample('c', '2', { depends: 'nowhere' }),
        aptPackageSample('d', '2'),
      ]),
    ];
    const plan = planUpdates({
      platform: platform([
        ['a', '1'],
        ['b', '1'],
        ['c', '1'],
        ['d', '1'],
        ['e', 'a:1'],
      ]),
      indexes,
      wants: NEWER,
      maxFileBytes: 2_000,
    });
    expect(names(plan)).toEqual(['d 2']);
    expect(plan.unfulfilled.map(({ reason, what }) => [reason, what])).toEqual([
      ['UNKNOWN', 'e'],
      ['TOO_LARGE', 'a 2'],
      ['NO_SOURCE', 'b 2'],
      ['NO_SOURCE', 'c 2'],
    ]);
  });
});

describe('dependencies', () => {
  const plan = (packages: [string, string, (0 | 1)?][], offers: AptPackage[]) =>
    planUpdates({ platform: platform(packages), indexes: [aptIndexSample('trixie', offers)], wants: NEWER });

  test('only what is on every device is taken as there', () => {
    const offers = [
      aptPackageSample('a', '2', { depends: 'every, some, versioned (>= 2), fresh' }),
      ...['every', 'some', 'versioned', 'fresh'].map((name) => aptPackageSample(name, '2')),
    ];
    const got = plan(
      [
        ['a', '1'],
        ['every', '2'],
        ['some', '2', 0],
        ['versioned', '2'],
        ['versioned', '1', 0],
      ],
      offers,
    );
    expect(names(got)).toEqual(['+fresh 2', '+some 2', 'a 2', 'versioned 2']);
    const a = got.updates.find(({ update }) => update.name === 'a');
    const ids = new Map(got.updates.map(({ update }) => [update.id, update.name]));
    expect(a?.update.depends.map((id) => ids.get(id)).sort()).toEqual(['fresh', 'some']);
    expect(got.updates.every(({ wants }) => wants.includes(0))).toBe(true);
  });

  test('an older version on every device does not fulfil a newer demand', () => {
    const got = plan(
      [
        ['a', '1'],
        ['lib', '1'],
      ],
      [aptPackageSample('a', '2', { depends: 'lib (= 2)' }), aptPackageSample('lib', '2')],
    );
    expect(got.updates.find(({ update }) => update.name === 'a')?.update.depends).toHaveLength(1);
  });

  test('alternatives, virtual names, qualifiers, chains and circles', () => {
    const offers = [
      aptPackageSample('a', '2', { depends: 'absent | second:any, mta, r (>= 1)' }),
      aptPackageSample('second', '1', { depends: 'third' }),
      aptPackageSample('third', '1', { depends: 'second' }),
      aptPackageSample('mailer', '1', { provides: 'mta' }),
      aptPackageSample('r-real', '1', { provides: 'r (= 1.5)' }),
      aptPackageSample('r-old', '1', { provides: 'r (= 0.5)' }),
      aptPackageSample('r-bare', '1', { provides: 'r' }),
    ];
    expect(names(plan([['a', '1']], offers))).toEqual(['+mailer 1', '+r-real 1', '+second 1', '+third 1', 'a 2']);
    expect(
      names(
        plan(
          [
            ['a', '1'],
            ['mailer', '1'],
            ['second', '1'],
          ],
          offers,
        ),
      ),
    ).toEqual(['+r-real 1', 'a 2']);
  });

  test('what is carried for a failed update is dropped again', () => {
    const offers = [
      aptPackageSample('a', '2', { depends: 'x, nowhere' }),
      aptPackageSample('b', '2', { depends: 'y' }),
      aptPackageSample('x', '1'),
      aptPackageSample('y', '1', { depends: 'nowhere' }),
    ];
    const got = plan(
      [
        ['a', '1'],
        ['b', '1'],
      ],
      offers,
    );
    expect(names(got)).toEqual([]);
    expect(got.unfulfilled.map(({ what }) => what)).toEqual(['a 2', 'b 2']);
  });

  test('relations are read as policy has them', () => {
    expect(parseRelations('a (>= 1:2) | b:any [amd64] <!nocheck>, c')).toEqual([
      [{ name: 'a', operator: '>=', version: '1:2' }, { name: 'b' }],
      [{ name: 'c' }],
    ]);
    expect(parseRelations('a (~ 1)')).toBeNull();
    const holds = (operator: '<<' | '<=' | '=' | '>=' | '>>', version: string | undefined) =>
      versionSatisfies({ name: 'a', operator, version: '1.0' }, version);
    expect([
      holds('<<', '1.0~1'),
      holds('<=', '1.0'),
      holds('=', '1.00'),
      holds('>=', '0.9'),
      holds('>>', '1.0+1'),
      holds('=', undefined),
    ]).toEqual([true, true, true, false, true, false]);
  });
});

test('a security suite gives one advisory per source package, up to its newest version', () => {
  const indexes = [
    aptIndexSample('trixie', [aptPackageSample('a', '9')]),
    aptIndexSample('trixie-security', [
      aptPackageSample('liba', '1.0-2+b1', { source: 'a', sourceVersion: '1.0-2' }),
      aptPackageSample('a', '1.0-1'),
      aptPackageSample('b', '2'),
    ]),
  ];
  const advisories = suiteAdvisories({
    ecosystem: 'Debian:13',
    indexes,
    feed: 'suites',
    named: (source) => source === 'b',
  });
  expect(advisories).toMatchObject([
    {
      id: 'suite:trixie-security:a:1.0-2',
      modified: '2026-01-02T03:04:05Z',
      affected: [
        {
          ecosystem: 'Debian:13',
          package: 'a',
          ranges: [{ lo: '', hi: toHex(dpkgKey('1.0-2')!), fixed: '1.0-2', comparable: true }],
        },
      ],
    },
  ]);
  const before = suiteAdvisories({
    ecosystem: 'Debian:13',
    indexes,
    feed: 'suites',
    firstSeen: () => '2025-01-01T00:00:00Z',
  });
  expect(before.map(({ modified }) => modified)).toEqual(['2025-01-01T00:00:00Z', '2025-01-01T00:00:00Z']);
});

test('the own sources of a computer: signed ones over http alone', () => {
  const root = mkdtempSync(join(tmpdir(), 'apt-root-'));
  const put = (path: string, text: string) => writeFileSync(join(root, path), text);
  mkdirSync(join(root, 'etc/apt/sources.list.d'), { recursive: true });
  mkdirSync(join(root, 'etc/apt/trusted.gpg.d'));
  put('etc/apt/trusted.gpg.d/vendor.asc', 'key');
  put(
    'etc/apt/sources.list.d/a.sources',
    [
      '# comment\nTypes: deb deb-src\nURIs: http://one/debian https://two/debian\nSuites: trixie trixie-updates\nComponents: main contrib\nSigned-By: /usr/share/keyrings/one.gpg\n',
      'Types: deb\nURIs: http://off/debian\nSuites: trixie\nComponents: main\nEnabled: no\nSigned-By: /k.gpg\n',
      'Types: deb-src\nURIs: http://src/debian\nSuites: trixie\nComponents: main\nSigned-By: /k.gpg\n',
      'Types: deb\nURIs: http://blind/debian\nSuites: trixie\nComponents: main\nTrusted: yes\n',
      'Types: deb\nURIs: file:/srv/debian\nSuites: ./\nTrusted: yes\n',
      'Types: deb\nURIs: https://own/debian\nSuites: stable\nComponents: main\nSigned-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc\n -----END PGP PUBLIC KEY BLOCK-----\n',
    ].join('\n'),
  );
  put(
    'etc/apt/sources.list',
    '# deb http://no/debian x main\ndeb [arch=amd64 signed-by=/k/l.gpg] http://line/debian trixie main # note\ndeb cdrom:[x]/ trixie main\ndeb [trusted=yes] http://blind/debian trixie main\ndeb http://default/debian trixie main\n',
  );
  const entry = (uri: string, suites: string[], components: string[], signedBy: string[]) => ({
    uri,
    suites,
    components,
    signedBy: signedBy.map((path) => join(root, path)),
  });
  expect(readAptSources(root)).toEqual([
    entry('http://one/debian', ['trixie', 'trixie-updates'], ['main', 'contrib'], ['usr/share/keyrings/one.gpg']),
    entry('https://two/debian', ['trixie', 'trixie-updates'], ['main', 'contrib'], ['usr/share/keyrings/one.gpg']),
    {
      ...entry('https://own/debian', ['stable'], ['main'], []),
      armoredKey: '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nabc\n-----END PGP PUBLIC KEY BLOCK-----\n',
    },
    entry('http://line/debian', ['trixie'], ['main'], ['k/l.gpg']),
    entry('http://default/debian', ['trixie'], ['main'], ['etc/apt/trusted.gpg.d/vendor.asc']),
  ]);
  expect(readAptSources(join(root, 'none'))).toEqual([]);
  rmSync(root, { recursive: true });
});
