import { describe, expect, it } from 'vitest';
import { nextAbout, shownUnfulfilled, unfulfilledLines } from './unfulfilled.ts';

const row = (kind: string, want: string, since = '2026-05-02T00:00:00Z', reason = 'NO_SOURCE') => ({
  kind,
  want,
  reason,
  since,
});

describe('what a person is told to do about what was not brought', () => {
  it.each([
    'AlmaLinux:9 x86_64',
    'SUSE:Linux Enterprise Server 15 SP6 x86_64',
    'Alpine:v3.20 x86_64',
    'rpm:centos:7 x86_64',
  ])('is one line for %s, and never a source of apt', (system) => {
    const shown = shownUnfulfilled([
      row('newer', system),
      row('suite', `${system}/baseos`, '2026-05-01T00:00:00Z'),
      row('suite', `${system}/appstream`),
    ]);
    expect(shown).toEqual([row('unread', system, '2026-05-01T00:00:00Z')]);
    expect(nextAbout(shown[0] ?? row('', ''))).toMatch(/^nothing here can yet/);
    expect(unfulfilledLines(shown).join()).not.toContain('source add apt');
  });

  it.each(['Debian:13 amd64', 'Ubuntu:24.04:LTS amd64', 'Echo amd64', 'dpkg:astra:1.7 amd64'])(
    'names each suite of %s, which a source of apt brings',
    (system) => {
      const rows = [row('newer', system), row('suite', `${system}/trixie-security`)];
      expect(shownUnfulfilled(rows)).toEqual(rows);
      for (const one of rows) expect(nextAbout(one)).toContain('source add apt');
    },
  );

  it('leaves other reasons and other wishes as they are', () => {
    const rows = [
      row('suite', 'AlmaLinux:9 x86_64/baseos', undefined, 'FETCH_FAILED'),
      row('coverage', 'AlmaLinux:9'),
      row('update', 'AlmaLinux:9/openssl'),
    ];
    expect(shownUnfulfilled(rows)).toEqual(rows);
  });
});
