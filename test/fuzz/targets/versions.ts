import { compareKeys, inBounds, keyAfter } from '@sallyport/bundle-tools/versions/key';
import { keyFor } from '@sallyport/bundle-tools/versions/scheme';
import { demand, type FuzzTarget } from '../target.ts';

const ecosystems = [
  'Debian:13',
  'Alpine:v3.20',
  'Red Hat',
  'npm',
  'PyPI',
  'Go',
  'Ubuntu:24.04',
  'crates.io',
  'Maven',
  'NuGet',
  'RubyGems',
  'Packagist',
  'CRAN',
  'Hackage',
  'Hex',
  'Pub',
];

// Three versions, one per line: whatever they are, their order is one.
export const target: FuzzTarget = {
  name: 'versions',
  maxBytes: 600,
  run: (data) => {
    const texts = data.toString('utf8').split('\n').slice(0, 3);
    for (const ecosystem of ecosystems) {
      const keys = texts.map((text) => keyFor(ecosystem, text)).filter((key) => key !== null);
      for (const key of keys) {
        demand(compareKeys(key, keyAfter(key)) < 0, 'what follows a key is above it');
        demand(inBounds(key, key, keyAfter(key)), 'a key is within its own bounds');
      }
      const [a, b, c] = keys;
      if (a === undefined || b === undefined) continue;
      demand(Math.sign(compareKeys(a, b)) === -Math.sign(compareKeys(b, a)), 'the order has two sides');
      if (c !== undefined && compareKeys(a, b) <= 0 && compareKeys(b, c) <= 0)
        demand(compareKeys(a, c) <= 0, 'the order is one');
    }
  },
  seeds: () => [
    '1:2.0-1~bpo12+1\n1:2.0-1\n1:2.0-1+b1',
    '1.2.3-rc.1+b\n1.2.3\n1.10.0',
    '1.0.dev1\n1!2.0rc1.post2+local.1\nv1',
    '3.1_p2-r3\n3.1_rc1\n3.1a',
    '0:5.el9_2~x^y\n5.el9\n5',
    '1-alpha\n1.sp.1\n1.0.0.Final-redhat-1',
    'v1.2-patch3\n2010-01-02.dev\n1.x-dev',
  ],
  words: [
    '~',
    '^',
    '_rc',
    '.post',
    '.dev',
    '1!',
    '+',
    '-r1',
    'alpha',
    '00000000000000000000001',
    '18446744073709551616',
  ],
};
