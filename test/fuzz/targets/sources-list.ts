import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readAptSources } from '@sallyport/bundle-tools/updates/sources/apt/sources-list';
import { scratchFolder } from '../scratch.ts';
import type { FuzzTarget } from '../target.ts';

const root = scratchFolder();
const folder = join(root, 'etc/apt/sources.list.d');
mkdirSync(folder, { recursive: true });

export const target: FuzzTarget = {
  name: 'sources-list',
  run: (data) => {
    writeFileSync(join(folder, 'a.list'), data);
    writeFileSync(join(folder, 'b.sources'), data);
    readAptSources(root);
  },
  seeds: () => [
    '# own\n\n',
    'deb [arch=amd64 signed-by=/k.gpg] https://deb.example/debian trixie main # c\n',
    'Types: deb\nURIs: http://deb.example/debian\nSuites: trixie trixie-updates\nComponents: main\nSigned-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc\n',
  ],
  words: ['deb ', 'Types: deb', 'Signed-By:', 'Enabled: no', 'Trusted: yes', '[trusted=yes]', 'signed-by='],
};
