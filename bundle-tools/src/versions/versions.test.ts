import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expectOrder, expectSame, linesOf, pairsOf, signsOf } from '../../test/version-order.ts';
import { apkKey } from './apk.ts';
import { dpkgKey } from './dpkg.ts';
import { ecosystemOf } from './ecosystem.ts';
import { compareKeys, HIGHEST, inBounds, keyAfter, LOWEST, toHex } from './key.ts';
import { mavenKey } from './maven.ts';
import { pep440Key } from './pep440.ts';
import { rpmKey } from './rpm.ts';
import { keyFor, schemeOf } from './scheme.ts';
import { semverKey } from './semver.ts';

const SCHEMES = { dpkg: dpkgKey, rpm: rpmKey, semver: semverKey, pep440: pep440Key, apk: apkKey } as const;
type Scheme = keyof typeof SCHEMES;

const vectors: ReadonlyArray<readonly [Scheme, string, string]> = [
  ['dpkg', '1:2.30.2-1+deb12u1', '0131 020132 ae 02023330 ae 020132 02 020131 ab646562 02023132 75 020131 02'],
  ['dpkg', '1.0', '00 020131 ae 0200 02 020002'],
  ['dpkg', '1.0-0', '00 020131 ae 0200 02 020002'],
  ['rpm', '1:3.0.7-27.el9_4', '0131 050133 0500 050137 02 01 05023237 04656c00 050139 050134 02'],
  ['semver', '1.2.3-rc.1', '020131 020132 020133 01 03726300 020131 01'],
  ['semver', '1.2', '020131 020132 01 ff'],
  ['pep440', '3.2rc1', '00 020133 020132 01 030131 00 ff 00'],
  ['pep440', '3.2', '00 020133 020132 01 ff 00 ff 00'],
  ['apk', '3.1.4b-r0', '020133 020131 020134 01 62 05 00'],
];

test.each(vectors)('%s %s', (scheme, version, hex) => {
  const key = SCHEMES[scheme](version);
  expect(key && toHex(key)).toBe(hex.replaceAll(' ', ''));
});

const ordered: Readonly<Record<Scheme, readonly string[]>> = {
  dpkg: [
    '1.0~rc1',
    '1.0~rc1-1',
    '1.0',
    '1.0-0+b1',
    '1.0-1',
    '1.0-1+deb13u1',
    '1.0-1.1',
    '1.0a',
    '1.0+dfsg',
    '1.10',
    '1:0.1',
  ],
  rpm: ['1.0~rc1', '1.0', '1.0-1', '1.0^git1', '1.0.1', '1.0.10', '2a', '2.1', '1:0'],
  semver: ['1.0.0-1', '1.0.0-alpha', '1.0.0-alpha.1', '1.0.0-beta', '1.0.0', '1.0.1', '1.10', '2'],
  pep440: ['1.dev1', '1.0a1.dev1', '1.0a1', '1.0b2', '1.0rc1', '1.0', '1.0+abc', '1.0+5', '1.0.post1', '1.1', '1!0.1'],
  apk: ['1.0_alpha1', '1.0_rc1', '1.0', '1.0_p1', '1.0-r1', '1.0a', '1.1', '1.10'],
};

test.each(Object.keys(ordered) as Scheme[])('%s: rising versions have rising keys', (scheme) => {
  // apk: 1.0_p1 is above 1.0-r1's base, so the list there is sorted by the scheme's own rule.
  const versions = scheme === 'apk' ? ordered.apk.filter((version) => version !== '1.0-r1') : ordered[scheme];
  const keys = versions.map((version) => SCHEMES[scheme](version)!);
  for (let at = 1; at < keys.length; at += 1) {
    expect(compareKeys(keys[at - 1]!, keys[at]!), `${versions[at - 1]} < ${versions[at]}`).toBeLessThan(0);
  }
});

test('equal versions have equal keys', () => {
  expect(dpkgKey('0:1.00-0')).toEqual(dpkgKey('1.0'));
  expect(semverKey('v1.2.0+build')).toEqual(semverKey('1.2'));
  expect(pep440Key('1.0-1')).toEqual(pep440Key('1.post1'));
  expect(pep440Key('V1.0.RC.1')).toEqual(pep440Key('1.0rc1'));
});

test('a version that cannot be compared has no key', () => {
  expect(dpkgKey('')).toBeNull();
  expect(dpkgKey('a:1')).toBeNull();
  expect(dpkgKey('1.0 1')).toBeNull();
  expect(dpkgKey('1.0ä')).toBeNull();
  expect(dpkgKey('1'.repeat(257))).toBeNull();
  expect(dpkgKey('1'.repeat(256))).not.toBeNull();
  expect(pep440Key('2004d')).toBeNull();
  expect(keyFor('no such ecosystem', '1.0')).toBeNull();
  expect(keyFor('Maven', '1.0')).toEqual(mavenKey('1.0'));
  expect(keyFor('Debian:13', '1.0-1')).toEqual(dpkgKey('1.0-1'));
  expect(schemeOf('Ubuntu:Pro:22.04:LTS')).toBe('dpkg');
  expect(schemeOf('Rocky Linux:9')).toBe('rpm');
});

test('bounds: half open, last affected is included, infinities hold all', () => {
  const [one, two] = [dpkgKey('1')!, dpkgKey('2')!];
  expect(inBounds(one, one, two)).toBe(true);
  expect(inBounds(two, one, two)).toBe(false);
  expect(inBounds(two, one, keyAfter(two))).toBe(true);
  expect(inBounds(two, LOWEST, HIGHEST)).toBe(true);
});

test('a platform names its ecosystem with its release', () => {
  expect(ecosystemOf({ vendor: 'debian', release: '13' })).toBe('Debian:13');
  expect(ecosystemOf({ vendor: 'almalinux', release: '9.4' })).toBe('AlmaLinux:9');
  expect(ecosystemOf({ vendor: 'ubuntu', release: '24.04' })).toBe('Ubuntu:24.04:LTS');
  expect(ecosystemOf({ vendor: 'ubuntu', release: '25.10' })).toBe('Ubuntu:25.10');
  expect(ecosystemOf({ vendor: 'debian', release: '' })).toBeNull();
  expect(ecosystemOf({ vendor: 'demo-line', release: '1' })).toBe('dpkg:demo-line:1');
  expect(ecosystemOf({ vendor: 'demo-line', release: '1', family: 'rpm' })).toBe('rpm:demo-line:1');
  expect(keyFor('dpkg:demo-line:1', '1.0-1')).toEqual(dpkgKey('1.0-1'));
  expect(ecosystemOf({ vendor: 'no such:vendor', release: '1' })).toBeNull();
});

const text = (alphabet: string, maxLength: number) =>
  fc.array(fc.constantFrom(...alphabet.split('')), { minLength: 1, maxLength }).map((parts) => parts.join(''));
const upstream = text('0019abZ.+~', 8).map((rest) => `1${rest}`);
const dpkgVersion = fc
  .tuple(fc.constantFrom('', '0:', '1:', '12:'), upstream, fc.option(text('0019abZ.+~', 5), { nil: undefined }))
  .map(([epoch, version, revision]) => `${epoch}${version}${revision === undefined ? '' : `-${revision}`}`);
const rpmVersion = fc
  .tuple(fc.constantFrom('', '0:', '1:'), text('0019abZ.+~^_', 8), fc.option(text('019ab.~^_', 5), { nil: undefined }))
  .map(([epoch, version, release]) => `${epoch}${version}${release === undefined ? '' : `-${release}`}`);
const semverVersion = fc
  .tuple(text('0019.', 6), fc.option(text('019ab.', 5), { nil: undefined }))
  .map(([core, pre]) => `1${core}1${pre === undefined ? '' : `-${pre}`}`);
const pepVersion = fc
  .tuple(
    fc.constantFrom('', '1!'),
    fc.constantFrom('1', '1.0', '1.1', '1.01', '2.0.0', '10'),
    fc.constantFrom('', 'a1', 'b2', 'rc1', '.pre', 'alpha'),
    fc.constantFrom('', '.post1', '-2', 'post'),
    fc.constantFrom('', '.dev1', 'dev'),
    fc.constantFrom('', '+a', '+a.1', '+1', '+10', '+a-b'),
  )
  .map((parts) => parts.join(''));
const apkVersion = fc
  .tuple(
    fc.constantFrom('1', '1.0', '1.01', '1.1', '1.10', '2'),
    fc.constantFrom('', 'a', 'z'),
    fc.constantFrom('', '_rc1', '_p', '_p2', '_alpha_p1'),
    fc.constantFrom('', '-r0', '-r1', '-r10'),
  )
  .map((parts) => parts.join(''));
const arbitraries: Readonly<Record<Scheme, fc.Arbitrary<string>>> = {
  dpkg: dpkgVersion,
  rpm: rpmVersion,
  semver: semverVersion,
  pep440: pepVersion,
  apk: apkVersion,
};

test.each(Object.keys(arbitraries) as Scheme[])('%s keys are an order', (scheme) => {
  expectOrder(SCHEMES[scheme], arbitraries[scheme]);
});

describe('live oracles', () => {
  test('dpkg: the same order as apt_pkg', ({ skip }) => {
    const pairs = pairsOf(dpkgVersion, 5_000);
    const program =
      'import sys,apt_pkg\napt_pkg.init_system()\nfor l in sys.stdin:\n a,b=l.split()\n print(apt_pkg.version_compare(a,b))';
    const oracle = signsOf('/usr/bin/python3', ['-c', program], linesOf(pairs));
    if (oracle === undefined) return skip('skipped: python3-apt is not installed');
    return expectSame(pairs, oracle, dpkgKey);
  });

  test('dpkg: the same order as dpkg --compare-versions', ({ skip }) => {
    if (!existsSync('/usr/bin/dpkg')) return skip('skipped: dpkg is not installed');
    const pairs = pairsOf(dpkgVersion, 30);
    const holds = (a: string, relation: string, b: string) =>
      spawnSync('/usr/bin/dpkg', ['--compare-versions', a, relation, b]).status === 0;
    const oracle = pairs.map(([a, b]) => (holds(a, 'lt', b) ? -1 : holds(a, 'gt', b) ? 1 : 0));
    return expectSame(pairs, oracle, dpkgKey);
  });

  test('rpm: the same order as rpm.vercmp', ({ skip }) => {
    const pairs = pairsOf(text('0019abZ.+~^_', 8), 2_000);
    const quoted = pairs.map(([a, b]) => `print(rpm.vercmp('${a}','${b}'),'\\n')`);
    const oracle: (number | undefined)[] = [];
    for (let at = 0; at < quoted.length; at += 500) {
      const part = signsOf('rpm', ['--eval', `%{lua:${quoted.slice(at, at + 500).join(';')}}`], '');
      if (part === undefined) return skip('skipped: rpm is not installed');
      oracle.push(...part);
    }
    return expectSame(pairs, oracle, (version) => rpmKey(version));
  });

  test('rpm: the same order as rpm.ver, with epochs and releases', ({ skip }) => {
    // rpm itself refuses some odd texts that our key accepts; ask about versions that it takes.
    const pairs = pairsOf(rpmVersion, 1_500).filter((pair) => pair.every((evr) => /^(?:\d+:)?[0-9a-z]/i.test(evr)));
    const asked = pairs.map(
      ([a, b]) => `do local a,b=rpm.ver('${a}'),rpm.ver('${b}') print(a<b and -1 or (b<a and 1 or 0),'\\n') end`,
    );
    const oracle: (number | undefined)[] = [];
    for (let at = 0; at < asked.length; at += 200) {
      const part = signsOf('rpm', ['--eval', `%{lua:${asked.slice(at, at + 200).join(' ')}}`], '');
      if (part === undefined) return skip('skipped: rpm is not installed, or has no rpm.ver');
      oracle.push(...part);
    }
    return expectSame(pairs, oracle, rpmKey);
  });

  test('PEP 440: the same order as packaging', ({ skip }) => {
    const pairs = pairsOf(pepVersion, 5_000);
    const program =
      'import sys\nfrom packaging.version import Version as V\nfor l in sys.stdin:\n a,b=map(V,l.split())\n print((a>b)-(a<b))';
    const oracle = signsOf('python3', ['-c', program], linesOf(pairs));
    if (oracle === undefined) return skip('skipped: the Python package "packaging" is not installed');
    return expectSame(pairs, oracle, pep440Key);
  });
});
