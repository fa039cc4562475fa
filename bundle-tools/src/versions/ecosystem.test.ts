import { describe, expect, test } from 'vitest';
import { ecosystemOf, feedEcosystem, namesSources } from './ecosystem.ts';
import { keyFor } from './scheme.ts';

// `ID` and `VERSION_ID` as the distributions' own os-release files have them; names of feeds as OSV's export has them.
const distributions: readonly [
  id: string,
  release: string,
  feeds: readonly string[],
  version: string,
  source: boolean,
][] = [
  ['debian', '12', ['Debian:12'], '2.36-9+deb12u4', true],
  ['ubuntu', '22.04', ['Ubuntu:22.04:LTS'], '3.0.2-0ubuntu1.18', true],
  ['ubuntu', '25.10', ['Ubuntu:25.10'], '3.0.2-0ubuntu1.18', true],
  ['almalinux', '9.4', ['AlmaLinux:9'], '1:3.0.7-27.el9', false],
  ['rocky', '8.10', ['Rocky Linux:8'], '1:3.0.7-27.el9', false],
  [
    'rhel',
    '9.4',
    [
      'Red Hat:enterprise_linux:9',
      'Red Hat:enterprise_linux:9::baseos',
      'Red Hat:enterprise_linux:9::appstream',
      'Red Hat:rhel_eus:9.4::baseos',
      'Red Hat:rhel_eus:9.4::appstream',
      'Red Hat:rhel_e4s:9.2::nfv',
    ],
    '1:3.0.7-27.el9',
    false,
  ],
  ['rhel', '10.0', ['Red Hat:enterprise_linux:10.0', 'Red Hat:enterprise_linux_eus:10.0'], '3-1.el10', false],
  ['rhel', '7.9', ['Red Hat:rhel_els:7', 'Red Hat:enterprise_linux:7::server'], '3-1.el7_9', false],
  ['ol', '9.4', ['Oracle Linux:9'], '1:3.0.7-27.0.3.el9', false],
  ['amzn', '2023', ['Amazon Linux:2023'], '3.0.8-1.amzn2023.0.14', false],
  [
    'sles',
    '15.6',
    [
      'SUSE:Linux Enterprise Server 15 SP6',
      'SUSE:Linux Enterprise Server 15 SP6-LTSS',
      'SUSE:Linux Enterprise Module for Basesystem 15 SP6',
      'SUSE:Linux Enterprise Module for Python 3 15 SP6',
      'SUSE:Linux Enterprise Server for SAP Applications 15 SP6',
      'SUSE:Package Hub 15 SP6',
    ],
    '3.1.4-150600.5.15.1',
    true,
  ],
  ['sles', '16.0', ['SUSE:Linux Enterprise Server 16.0'], '3.5.0-160000.3.1', true],
  ['sle-micro', '5.5', ['SUSE:Linux Enterprise Micro 5.5'], '1.1.1l-150500.17.3.1', true],
  ['opensuse-leap', '15.6', ['openSUSE:Leap 15.6'], '3.1.4-150600.5.15.1', true],
  ['opensuse-tumbleweed', '20260101', ['openSUSE:Tumbleweed'], '3.5.0-1.1', true],
  ['alpine', '3.20.3', ['Alpine:v3.20'], '3.3.2-r1', true],
  ['mageia', '9', ['Mageia:9'], '3.0.15-1.mga9', true],
  ['openEuler', '22.03-LTS-SP3', ['openEuler:22.03-LTS-SP3'], '1.1.1wa-7.oe2203sp3', true],
  ['openEuler', '24.03-LTS', ['openEuler:24.03-LTS'], '3.0.12-5.oe2403', true],
  ['azurelinux', '3.0', ['Azure Linux:3'], '3.3.0-1.azl3', true],
  ['mariner', '2.0', ['Azure Linux:2'], '1.1.1k-28.cm2', true],
  ['photon', '5.0', ['Photon OS:5.0', 'Photon OS:5'], '3.0.13-1.ph5', true],
  ['chainguard', '20230214', ['Chainguard'], '3.3.2-r1', true],
  ['wolfi', '20230201', ['Wolfi'], '3.3.2-r1', true],
];

describe('a system and the feeds that judge it have one name, and its versions an order', () => {
  test.each(distributions)('%s %s', (id, release, feeds, version, isSource) => {
    const ecosystem = ecosystemOf({ vendor: id, release }) ?? '';
    for (const feed of feeds) expect(feedEcosystem(feed)).toEqual({ ecosystem, isKnown: true });
    expect(keyFor(ecosystem, version)).not.toBeNull();
    expect(namesSources(ecosystem)).toBe(isSource);
  });
});

test.each([
  'Red Hat:openshift:4.14::el9',
  'Red Hat',
  'Ubuntu:Pro:22.04:LTS',
  'SUSE:Manager Server 4.3',
  'openSUSE:Leap Micro 5.5',
  'Debian',
])('%s is a product that judges no system reporting another one', (feed) => {
  const { ecosystem, isKnown } = feedEcosystem(feed);
  expect(isKnown).toBe(true);
  for (const [id, release] of distributions) expect(ecosystemOf({ vendor: id, release })).not.toBe(ecosystem);
});

test.each(['Alpaquita:23', 'openEuler:next', 'Debian:bookworm', 'AlmaLinux:9.4', 'SUSE:?', 'Windows', 'rpm:'])(
  'no rule reads %s, and its name stays as it is',
  (feed) => {
    expect(feedEcosystem(feed)).toEqual({ ecosystem: feed, isKnown: false });
  },
);

test.each([
  ['centos', 'rpm:centos:7'],
  ['redos', 'rpm:redos:7'],
  ['postmarketos', 'apk:postmarketos:7'],
  ['astra', 'dpkg:astra:7'],
])('%s, of which OSV knows nothing, is named by its own package manager', (vendor, ecosystem) => {
  expect(ecosystemOf({ vendor, release: '7' })).toBe(ecosystem);
});

test('what languages publish is for any system, wherever OSV says that it is from', () => {
  expect(feedEcosystem('PyPI')).toEqual({ ecosystem: 'PyPI', isKnown: true });
  expect(feedEcosystem('Maven:https://repo1.maven.org/maven2/')).toEqual({ ecosystem: 'Maven', isKnown: true });
});

test.each([
  ['openEuler', '22.03'],
  ['debian', ''],
  ['alpine', 'edge-1'],
])('%s without a release that advisories are written for (%s) has no ecosystem', (vendor, release) => {
  expect(ecosystemOf({ vendor, release })).toBeNull();
});
