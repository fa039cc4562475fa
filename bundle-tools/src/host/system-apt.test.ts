import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSystemApt } from './system-apt.ts';

describe('readSystemApt', () => {
  let etc = '';
  beforeEach(() => {
    etc = mkdtempSync(join(tmpdir(), 'apt-'));
    mkdirSync(join(etc, 'sources.list.d'));
    mkdirSync(join(etc, 'trusted.gpg.d'));
    writeFileSync(join(etc, 'keyring.pgp'), 'x');
  });
  afterEach(() => rmSync(etc, { recursive: true }));

  it('reads one-line and deb822 entries', () => {
    writeFileSync(join(etc, 'trusted.gpg.d', 'a.gpg'), 'x');
    writeFileSync(
      join(etc, 'sources.list'),
      '# a comment\ndeb http://deb.example/debian trixie main contrib # note\ndeb-src http://deb.example/debian trixie main\n',
    );
    writeFileSync(
      join(etc, 'sources.list.d', 'b.sources'),
      `Types: deb\nURIs: https://sec.example/s\nSuites: trixie-security\n other\nComponents: main\nSigned-By: ${etc}/keyring.pgp\n\n# second\nTypes: deb\nURIs: http://off.example\nSuites: x\nComponents: main\nEnabled: no\n`,
    );
    expect(readSystemApt(etc)).toEqual({
      found: [
        {
          uri: 'http://deb.example/debian',
          suites: ['trixie'],
          components: ['main', 'contrib'],
          keyrings: [join(etc, 'trusted.gpg.d', 'a.gpg')],
        },
        {
          uri: 'https://sec.example/s',
          suites: ['trixie-security', 'other'],
          components: ['main'],
          keyrings: [join(etc, 'keyring.pgp')],
        },
      ],
      skipped: [],
    });
  });

  it('leaves out, and names, what carries no signature that can be checked', () => {
    const signed = `Signed-By: ${etc}/keyring.pgp`;
    writeFileSync(
      join(etc, 'sources.list.d', 'c.sources'),
      [
        `Types: deb\nURIs: file:/srv/repo\nSuites: stable\nComponents: main\n${signed}`,
        `Types: deb\nURIs: http://a.example\nSuites: ./\n${signed}`,
        `Types: deb\nURIs: http://b.example\nSuites: stable\nComponents: main\nTrusted: yes`,
        `Types: deb\nURIs: http://c.example\nSuites: stable\nComponents: main\nSigned-By: /nowhere/key.pgp`,
        `Types: deb\nURIs: http://d.example\nSuites: stable\nComponents: main`,
      ].join('\n\n'),
    );
    const { found, skipped } = readSystemApt(etc);
    expect(found).toEqual([]);
    expect(skipped.map(({ reason }) => reason)).toEqual([
      'is not at an http or https address',
      'is a flat repository',
      'is marked as trusted without a signature',
      'names no keyring file that is here',
      'names no keyring file that is here',
    ]);
  });

  it('finds nothing in an empty folder', () => {
    expect(readSystemApt(join(etc, 'nothing'))).toEqual({ found: [], skipped: [] });
  });
});
