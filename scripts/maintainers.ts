import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { maintainerDigest } from '../bundle-tools/src/versions/publisher.ts';

// Writes bundle-tools/src/versions/maintainers.ts from Debian's published indexes, unpacked: who maintains packages there, as agents
// report it, without the address. The shipped file has digests, no names.
//   node scripts/maintainers.ts FILE…

const file = join(import.meta.dirname, '../bundle-tools/src/versions/maintainers.ts');
const perLine = 13;

const digests = new Set<string>();
for (const path of process.argv.slice(2))
  for (const [, name = ''] of readFileSync(path, 'utf8').matchAll(/^Maintainer: (.*?)\s*<[^>]*>.*$/gm))
    digests.add(maintainerDigest(name));

const sorted = [...digests].sort();
const lines = Array.from({ length: Math.ceil(sorted.length / perLine) }, (_, n) =>
  sorted.slice(n * perLine, (n + 1) * perLine).join(' '),
);
writeFileSync(
  file,
  `// Written by scripts/maintainers.ts from the indexes of Debian 11, 12 and 13 (main, amd64).

const WRITTEN = \`
${lines.join('\n')}
\`;

/** Digests (\`maintainerDigest\`) of the names of those who maintain packages of Debian. */\nexport const MAINTAINERS: ReadonlySet<string> = new Set(WRITTEN.trim().split(/\\s+/));
`,
);
process.stdout.write(`${digests.size} maintainers\n`);
