import { toHex } from '@sallyport/bundle-tools/versions/key';
import { keyFor } from '@sallyport/bundle-tools/versions/scheme';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { advisory, part, range } from '../../../test/support/advisory-parts.ts';
import { openMatching } from '../../../test/support/matching-site.ts';
import { deb, debian13, packageKinds } from '../../../test/support/site.ts';
import { wholeSite } from '../../platform/scope.ts';

// What "no findings" is worth on a device, from its inventory and the feeds that are here.

let open: Awaited<ReturnType<typeof openMatching>>;

beforeEach(async () => {
  open = await openMatching();
});
afterEach(() => open.close());

const coverage = (device = 1) => {
  const { state, reasons, judgedBy, system } = open.vulnerabilities.coverage([device]).get(device) ?? {};
  return {
    state,
    system,
    reasons: reasons?.map(({ code, ecosystem, components }) => `${code} ${ecosystem} ${components}`),
    judgedBy: judgedBy?.map(({ ecosystem, components, feeds }) => `${ecosystem} ${components} ${feeds.join()}`),
  };
};
const report = (platform: Record<string, string>, software: Record<string, unknown>[]): void => {
  open.site.report(1, 'platform', [{ ...debian13, packageKinds, ...platform }]);
  open.site.report(1, 'software', software);
};
const rpm = (name: string, version: string, source = name) => ({
  type: 'rpm',
  name,
  version,
  source,
  sourceVersion: version,
});
const about = (ecosystem: string, name: string) => {
  const hi = toHex(keyFor(ecosystem, '2.0-1') ?? new Uint8Array());
  return advisory(`A-${name}`, {
    ecosystem,
    package: name,
    ranges: [{ lo: '', hi, fixed: '2.0-1', comparable: true }],
  });
};

describe('a device of which no feed speaks', () => {
  it('is not judged without any advisories, and is once a feed covers it', async () => {
    report({}, [deb('openssl', '3.5.0-1'), deb('bash', '5.2-1')]);
    expect(coverage()).toEqual({ state: 'not-judged', system: false, reasons: ['no-feed Debian:13 2'], judgedBy: [] });
    await open.publish(await part('', [advisory('A', { ranges: [range('1.0-1')] })]));
    expect(coverage()).toMatchObject({ state: 'judged', system: true, reasons: [] });
    expect(coverage().judgedBy).toEqual([`Debian:13 2 ${open.vulnerabilities.feedsOf(1)[0]?.feed}`]);
  });

  it('is not judged by the feed of another release', async () => {
    await open.publish(await part('', [advisory('A', { ranges: [range('1.0-1')] })]));
    report({ release: '12' }, [deb('openssl', '3.5.0-1')]);
    expect(coverage()).toMatchObject({ state: 'not-judged', reasons: ['no-feed Debian:12 1'] });
  });

  it('is not judged any more once all records about its system are withdrawn', async () => {
    report({}, [deb('openssl', '3.5.0-1')]);
    await open.publish(await part('', [advisory('A', { ranges: [range('1.0-1')] })]));
    await open.publish(await part('', [about('AlmaLinux:9', 'openssl')]));
    expect(coverage()).toMatchObject({ state: 'not-judged', reasons: ['no-feed Debian:13 1'] });
  });

  it.each([
    ['windows', { vendor: 'windows', release: '10.0.17763' }, 'no-reader windows:10.0.17763 2'],
    ['a system without a release', { vendor: 'debian', release: '' }, 'no-release debian 2'],
    ['an openEuler without its service pack', { vendor: 'openEuler', release: '22.03' }, 'no-release openeuler 2'],
  ])('%s is not judged, and says why', async (_, platform, reason) => {
    await open.publish(await part('', [advisory('A', { ranges: [range('1.0-1')] })]));
    const type = platform.vendor === 'windows' ? 'program' : 'deb';
    report(platform, [
      { type, name: 'one', version: '1' },
      { type, name: 'two', version: '2' },
    ]);
    expect(coverage()).toEqual({ state: 'not-judged', system: false, reasons: [reason], judgedBy: [] });
  });

  it('says so where it has reported nothing', () => {
    expect(coverage(2)).toMatchObject({ state: 'not-judged', reasons: ['no-inventory  0'] });
  });
});

describe('a device of which a part is judged', () => {
  it('names what is left out', async () => {
    await open.publish(await part('', [advisory('A', { ranges: [range('1.0-1')] })]));
    report({}, [
      deb('openssl', '3.5.0-1'),
      deb('dash', 'not a version'),
      { type: 'pypi', name: 'flask', version: '1.0', purl: 'pkg:pypi/flask@1.0' },
      { type: 'program', name: 'own', version: '1' },
    ]);
    expect(coverage()).toMatchObject({
      state: 'partly',
      system: true,
      reasons: ['not-comparable Debian:13 1', 'no-feed PyPI 1', 'not-named  1'],
    });
  });

  it('does not count what nobody knows the source of as judged', async () => {
    const { source: _, sourceVersion: __, publisher: ___, ...bare } = deb('libssl3t64', '3.5.0-1');
    await open.publish(await part('', [advisory('A', { ranges: [range('3.5.4-1')] })]));
    report({}, [bare, deb('tar', '1.35-3')]);
    expect(coverage()).toMatchObject({ state: 'partly', reasons: ['no-source-name Debian:13 1'] });
  });
});

it('keys that rpm keeps as packages are neither judged nor left out', async () => {
  await open.publish(await part('', [about('AlmaLinux:9', 'bash')]));
  report({ vendor: 'almalinux', release: '9.4' }, [rpm('bash', '2.0-1'), rpm('gpg-pubkey', '8483c65d-5ccc5b19')]);
  expect(coverage()).toMatchObject({
    state: 'judged',
    reasons: [],
    judgedBy: [expect.stringMatching(/^AlmaLinux:9 1 /)],
  });
});

it('a build of a minor release of Red Hat is for review by fixes of another line, and certain by those of its own', async () => {
  const ecosystem = 'Red Hat:enterprise_linux:9';
  const fix = (id: string, channel: string, fixed: string) => ({
    ...advisory(id, {
      ecosystem,
      package: 'openssl',
      ranges: [{ lo: '', hi: toHex(keyFor(ecosystem, fixed) ?? new Uint8Array()), fixed, comparable: true }],
      qualifiers: { channel },
    }),
  });
  await open.publish(
    await part('', [
      fix('RHSA-MAIN', 'enterprise_linux:9', '3.0.7-28.el9'),
      fix('RHSA-EUS', 'rhel_eus:9.4', '3.0.7-27.el9_4.3'),
    ]),
  );
  const found = (version: string) => {
    report({ vendor: 'rhel', release: '9.4' }, [rpm('openssl', version)]);
    return open.vulnerabilities
      .forDevice(1, wholeSite('job'))
      .map(({ advisory: id, verdict }) => `${id} ${verdict}`)
      .sort();
  };
  expect(found('3.0.7-27.el9_4.2')).toEqual(['RHSA-EUS affected', 'RHSA-MAIN review']);
  expect(found('3.0.7-27.el9_4.3')).toEqual(['RHSA-MAIN review']);
  expect(found('3.0.7-26.el9')).toEqual(['RHSA-EUS affected', 'RHSA-MAIN affected']);
  expect(found('3.0.7-28.el9')).toEqual([]);
});

it('a library of SUSE is judged by its source package', async () => {
  await open.publish(await part('', [about('openSUSE:Leap 15.6', 'openssl-3')]));
  report({ vendor: 'opensuse-leap', release: '15.6' }, [rpm('libopenssl3', '1.0-1', 'openssl-3')]);
  expect(coverage()).toMatchObject({ state: 'judged', system: true });
  expect(open.vulnerabilities.forDevice(1, wholeSite('job')).map(({ package: name }) => name)).toEqual(['openssl-3']);
});

it('a feed name that no rule reads is named', async () => {
  await open.publish(await part('', [about('Debian:bookworm', 'openssl'), about('PyPI', 'flask')]));
  expect(open.vulnerabilities.unreadEcosystems().map(({ ecosystem }) => ecosystem)).toEqual(['Debian:bookworm']);
});
