import fc from 'fast-check';
import { PackageURL } from 'packageurl-js';
import { describe, expect, test } from 'vitest';
import { runs } from '../../../test/support/chance.ts';
import { packageOf, readPurl, writePurl } from './purl.ts';

// [text, type, namespace, name, version], by the rule of the specification that the text is about.
const readable: Readonly<Record<string, ReadonlyArray<readonly [string, string, string, string, string]>>> = {
  'a scheme in any case, with // that is ignored': [
    ['pkg:gem/ruby-advisory-db-check@0.12.4', 'gem', '', 'ruby-advisory-db-check', '0.12.4'],
    ['pkg://gem/ruby-advisory-db-check@0.12.4', 'gem', '', 'ruby-advisory-db-check', '0.12.4'],
    ['PKG:/gem/x@1', 'gem', '', 'x', '1'],
  ],
  'a type in any case': [
    ['pkg:Maven/org.apache.xmlgraphics/batik-anim@1.9.1', 'maven', 'org.apache.xmlgraphics', 'batik-anim', '1.9.1'],
    ['pkg:NPM/foobar@12.3.1', 'npm', '', 'foobar', '12.3.1'],
  ],
  'a scope, escaped or not': [
    ['pkg:npm/%40angular/animation@12.3.1', 'npm', '@angular', 'animation', '12.3.1'],
    ['pkg:npm/@angular/animation@12.3.1', 'npm', '@angular', 'animation', '12.3.1'],
    ['pkg:npm/@angular/animation', 'npm', '@angular', 'animation', ''],
  ],
  'a namespace of several segments, empty ones left out': [
    ['pkg:golang/github.com/gorilla/context@1.0', 'golang', 'github.com/gorilla', 'context', '1.0'],
    ['pkg:golang//github.com///gorilla/context@1.0/', 'golang', 'github.com/gorilla', 'context', '1.0'],
  ],
  'escapes in every part': [
    ['pkg:generic/a%2Bb/c%20d@1%3A2~3', 'generic', 'a+b', 'c d', '1:2~3'],
    ['pkg:deb/debian/attr@1:2.4.47-2%2Bb1?arch=amd64', 'deb', 'debian', 'attr', '1:2.4.47-2+b1'],
    ['pkg:generic/%D0%BF%D1%83%D0%BB%D1%8C%D1%82@1', 'generic', '', 'пульт', '1'],
  ],
  'qualifiers and a subpath apart': [
    ['pkg:golang/google.golang.org/genproto#googleapis/api/annotations', 'golang', 'google.golang.org', 'genproto', ''],
    ['pkg:npm/x@1?vcs_url=git://host/@a/b', 'npm', '', 'x', '1'],
  ],
  'letters in the case of the type': [
    ['pkg:GitHub/Package-URL/Purl-Spec@244F', 'github', 'package-url', 'purl-spec', '244F'],
    ['pkg:PYPI/Django_Package@1.11.1', 'pypi', '', 'django-package', '1.11.1'],
    ['pkg:rpm/Fedora/PackageKit@1', 'rpm', 'fedora', 'PackageKit', '1'],
    ['pkg:composer/Laravel/Framework@5', 'composer', 'laravel', 'framework', '5'],
    ['pkg:deb/Debian/CURL@7', 'deb', 'debian', 'curl', '7'],
    ['pkg:nuget/EnterpriseLibrary.Common@6.0.1304', 'nuget', '', 'EnterpriseLibrary.Common', '6.0.1304'],
    ['pkg:npm/JSONStream@1', 'npm', '', 'JSONStream', '1'],
  ],
};

describe('package URLs', () => {
  test.each(Object.keys(readable))('are read: %s', (rule) => {
    for (const [text, type, namespace, name, version] of readable[rule] ?? [])
      expect(readPurl(text), text).toMatchObject({ type, namespace, name, version });
  });

  test('keep qualifiers by their keys in lower case, those without value left out', () => {
    const purl = readPurl('pkg:rpm/fedora/curl@7.50.3-1.fc25?Arch=i386&distro=fedora%2D25&empty=#sub');
    expect(Object.fromEntries(purl?.qualifiers ?? [])).toEqual({ arch: 'i386', distro: 'fedora-25' });
  });

  test.each([
    '',
    'x',
    'npm/x@1',
    'pkg:',
    'pkg:npm',
    'pkg:npm/',
    'pkg:npm/@1.0',
    'pkg:swift/github.com/Alamofire/@5.4.3',
    'pkg:1npm/x',
    'pkg:n%70m/x',
    'pkg:n pm/x',
    'pkg:npm/x%',
    'pkg:npm/x@%C3%28',
    'pkg:npm/x%00y',
    'pkg:npm/x?arch=%',
    'pkg:npm/x?1a=b',
    'pkg:npm/x?a=1&A=2',
    `pkg:npm/${'x'.repeat(4_100)}`,
  ])('are none: %s', (text) => {
    expect(readPurl(text)).toBeUndefined();
  });

  test('of one package are the same without version and qualifiers, however they are spelt', () => {
    const spelt = ['pkg:npm/%40scope/x@1', 'pkg://NPM/@scope/x@2?a=b', 'pkg:npm/@scope/x#lib'];
    expect(spelt.map((text) => packageOf(readPurl(text)!))).toEqual(spelt.map(() => 'pkg:npm/%40scope/x'));
  });

  test('are written as the reference library writes them, and read back', () => {
    const text = fc.string({ unit: fc.constantFrom(...'aZ9.-_~+:@/?#%&=ü!*'.split('')), minLength: 1, maxLength: 8 });
    const segment = text.map((one) => one.replaceAll('/', 'x'));
    // The library decodes qualifiers twice.
    const value = text.map((one) => one.replaceAll('%', 'x'));
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 2 }), segment, text, value, (segments, name, version, fileName) => {
        const purl = { type: 'generic', namespace: segments.join('/'), name, version };
        const qualifiers = new Map([['file_name', fileName]]);
        const written = writePurl({ ...purl, qualifiers });
        expect(readPurl(written)).toEqual({ ...purl, qualifiers });
        const read = PackageURL.fromString(written);
        expect([read.namespace ?? '', read.name, read.version, read.qualifiers?.['file_name']]).toEqual([
          purl.namespace,
          name,
          version,
          fileName,
        ]);
      }),
      { numRuns: runs(500) },
    );
  });
});
