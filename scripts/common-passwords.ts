import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

// Writes appliance/src/features/accounts/common-passwords.generated.ts from the pinned package: run it when its version
// changes (node scripts/common-passwords.ts). The list lies in the source, so a build needs no package more.

const root = join(import.meta.dirname, '..');
const most = 10_000;
/** No setting allows a shorter password, so a shorter one need not be listed. */
const shortest = 8;

/** The text of the generated module. */
export function commonPasswordsModule(): string {
  const require = createRequire(join(root, 'package.json'));
  const folder = dirname(require.resolve('@zxcvbn-ts/language-common/package.json'));
  const ranked = JSON.parse(readFileSync(join(folder, 'src/passwords.json'), 'utf8')) as string[];
  const licence = readFileSync(join(folder, 'LICENSE.txt'), 'utf8').trim();
  const words = [...new Set(ranked.map((word) => word.normalize('NFKC').toLowerCase()))]
    .filter((word) => Array.from(word).length >= shortest && /^[\x21-\x7e\u0080-\uffff]+$/.test(word))
    .slice(0, most);
  return [
    `// The ${most} commonest passwords of ${shortest} characters or more: @zxcvbn-ts/language-common, by scripts/common-passwords.ts.`,
    '/*',
    licence,
    '*/',
    `export const commonPasswords: string = ${JSON.stringify(words.join(' '))};`,
    '',
  ].join('\n');
}

export const commonPasswordsFile: string = join(root, 'appliance/src/features/accounts/common-passwords.generated.ts');

if (process.argv[1] === import.meta.filename) writeFileSync(commonPasswordsFile, commonPasswordsModule());
