import { describe, expect, it } from 'vitest';
import { componentOf, keyOfComponent } from './component.ts';

const debian = { vendor: 'debian', release: '13' };

describe('componentOf', () => {
  it('names the source package and its version for Debian', () => {
    const item = {
      type: 'deb',
      name: 'libssl3t64',
      version: '3.5.1-1+b1',
      source: 'openssl',
      sourceVersion: '3.5.1-1',
    };
    expect(componentOf(item, debian)).toMatchObject({ eco: 'Debian:13', name: 'openssl', version: '3.5.1-1' });
  });

  it('falls back to the binary package where no source is reported', () => {
    expect(componentOf({ type: 'deb', name: 'bash', version: '5.2-1' }, debian)).toMatchObject({
      eco: 'Debian:13',
      name: 'bash',
      version: '5.2-1',
    });
  });

  it('never guesses a release', () => {
    const item = { type: 'deb', name: 'bash', version: '5.2-1' };
    expect(componentOf(item, undefined)).toBeUndefined();
    expect(componentOf(item, { vendor: 'debian', release: '' })).toBeUndefined();
  });

  it('gives a derivative an ecosystem of its own, compared by its package format', () => {
    const found = componentOf(
      { type: 'deb', name: 'line-tools', version: '1.0-1' },
      { vendor: 'demo-line', release: '1' },
    );
    expect(found).toMatchObject({ eco: 'dpkg:demo-line:1', name: 'line-tools' });
    expect(found && keyOfComponent(found)).not.toBeNull();
  });

  it('names the binary package for rpm and skips keys', () => {
    const alma = { vendor: 'almalinux', release: '9.4' };
    expect(componentOf({ type: 'rpm', name: 'openssl-libs', version: '1:3.0.7-27.el9' }, alma)).toMatchObject({
      eco: 'AlmaLinux:9',
      name: 'openssl-libs',
      version: '1:3.0.7-27.el9',
    });
    expect(componentOf({ type: 'rpm', name: 'gpg-pubkey', version: '1-1' }, alma)).toBeUndefined();
  });

  it('reads a language package from its purl, on any system', () => {
    const item = { type: 'pypi', name: 'Flask_Login', version: '1.0', purl: 'pkg:pypi/Flask_Login@1.0' };
    expect(componentOf(item, undefined)).toMatchObject({ eco: 'PyPI', name: 'flask-login', version: '1.0' });
    expect(componentOf({ type: 'npm', name: 'x', version: '1', purl: 'pkg:npm/%40scope/x@1' }, debian)?.name).toBe(
      '@scope/x',
    );
    // In any spelling that the reader accepts.
    for (const [purl, eco, name] of [
      ['PKG://NPM/@scope/x@1', 'npm', '@scope/x'],
      ['pkg:Maven/org.apache.logging.log4j/log4j-core@2.14', 'Maven', 'org.apache.logging.log4j:log4j-core'],
      ['pkg:golang/github.com/Masterminds/goutils@v1', 'Go', 'github.com/masterminds/goutils'],
      ['pkg:composer/Symfony/Http-Kernel@5', 'Packagist', 'symfony/http-kernel'],
      ['pkg:cran/readxl@1.3.1', 'CRAN', 'readxl'],
      ['pkg:hackage/aeson@1.0', 'Hackage', 'aeson'],
      ['pkg:hex/Plug@1.0.0', 'Hex', 'plug'],
      ['pkg:pub/http@0.13.0', 'Pub', 'http'],
    ])
      expect(componentOf({ type: 'library', name: 'x', version: '1.0.0', purl: purl ?? '' }, debian)).toMatchObject({
        eco,
        name,
      });
    expect(componentOf({ type: 'generic', name: 'x', version: '1', purl: 'pkg:generic/x@1' }, debian)).toBeUndefined();
  });
});
