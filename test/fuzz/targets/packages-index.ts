import { parseParagraphs } from '@sallyport/bundle-tools/updates/sources/apt/deb822';
import { readPackages } from '@sallyport/bundle-tools/updates/sources/apt/packages';
import { parseRelations, versionSatisfies } from '@sallyport/bundle-tools/updates/sources/apt/relations';
import type { FuzzTarget } from '../target.ts';

const once = async function* (bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes.subarray(0, bytes.length >> 1);
  yield bytes.subarray(bytes.length >> 1);
};

export const target: FuzzTarget = {
  name: 'packages-index',
  run: async (data) => {
    parseParagraphs(data.toString('utf8'));
    for (const found of await readPackages(once(data)))
      for (const group of parseRelations(`${found.depends}, ${found.provides}`) ?? [])
        for (const relation of group) versionSatisfies(relation, found.version);
  },
  seeds: () => [
    `Package: hello\nVersion: 1:2.0-1\nArchitecture: amd64\nSource: greetings (2.0-1)\nDepends: libc6 (>= 2.38) | x [amd64] <!nocheck>, y:any\nProvides: h (= 2)\nFilename: pool/h.deb\nSize: 12\nSHA256: ${'ab'.repeat(32)}\nDescription: says hello\n more\n .\n\nPackage: b\nVersion: 1\nArchitecture: all\nFilename: pool/b.deb\nSize: 1\nSHA256: ${'cd'.repeat(32)}\n`,
  ],
  words: [
    'Package:',
    'Version:',
    'Pre-Depends:',
    'Filename:',
    ' (>= ',
    ' (<< ',
    '\n .\n',
    ':any',
    '[linux-any]',
    '<!cross>',
  ],
};
