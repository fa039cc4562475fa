import { describe, expect, it } from 'vitest';
import { coverageAnswers, coverageGaps, coverageText } from './coverage.ts';

// What the host says of each part of a site that nothing judges.

const digest = 'ab'.repeat(32);
const line = (feed: string) => ({
  path: `advisories/${feed}/0-0123456789abcdef.jsonl.gz`,
  kind: 'advisory' as const,
  sha256: digest,
  size: 1,
});
const coverage = [
  { ecosystem: 'SUSE:Linux Enterprise Server 15 SP6', components: 812, devices: 3 },
  { ecosystem: 'AlmaLinux:9', components: 400, devices: 2 },
  { ecosystem: 'PyPI', components: 4, devices: 1 },
  { ecosystem: 'windows:10.0.17763', components: 60, devices: 2 },
  { ecosystem: 'dpkg:astra:1.7', components: 900, devices: 1 },
];
const feeds = [
  { feed: 'alma', ecosystems: ['AlmaLinux:9'] },
  { feed: 'pypi', ecosystems: ['PyPI'] },
];
const answers = () => coverageAnswers({ coverage }, feeds, [line('pypi')] as never);

describe('what a site cannot judge', () => {
  it('is on its way, waits for a curator, or has no source, and each says what to do', () => {
    expect(answers().map(({ ecosystem, state, feeds: about }) => [ecosystem, state, about.join()])).toEqual([
      ['SUSE:Linux Enterprise Server 15 SP6', 'no-source', ''],
      ['AlmaLinux:9', 'waits', 'alma'],
      ['PyPI', 'on-the-way', 'pypi'],
      ['windows:10.0.17763', 'no-source', ''],
      ['dpkg:astra:1.7', 'no-source', ''],
    ]);
    const next = answers().map((answer) => answer.next);
    expect(next[0]).toContain("OSV's records of SUSE");
    expect(next[3]).toContain('no source that this host reads');
    expect(next[4]).toContain('dpkg:astra:1.7');
    expect(coverageText(answers()[0] as never)).toContain('812 packages on 3 devices: no feed');
  });

  it('answers the wants of the manifest, and one that the request does not explain is not silently met', () => {
    const wants = [
      { kind: 'newer' as const, id: '0' },
      ...coverage.map(({ ecosystem: id }) => ({ kind: 'coverage' as const, id })),
      { kind: 'coverage' as const, id: 'Mageia:9' },
    ];
    expect(coverageGaps({ wants }, answers()).map(({ reason, wants: positions }) => `${reason} ${positions}`)).toEqual([
      'NO_SOURCE 1',
      'NOT_APPROVED 2',
      'NO_SOURCE 4',
      'NO_SOURCE 5',
      'NO_SOURCE 6',
    ]);
  });
});
