import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

// Writes appliance/src/features/exchange/package-names.br from the indexes that distributions publish, unpacked: Debian's and Ubuntu's Packages and Sources (`Package:`, `Source:`), Alpine's APKINDEX (`P:`, `o:`) and
// the primary.xml of rpm repositories (`<name>`, `<rpm:sourcerpm>`).
//   node scripts/package-names.ts FILE…

const file = join(import.meta.dirname, '../appliance/src/features/exchange/package-names.br');

/** The names of packages and of their sources in an index. */
function* namesIn(index: string): Generator<string> {
  for (const [, name = ''] of index.matchAll(/^(?:Package|Source|P|o): ?(\S+)/gm)) yield name;
  for (const [, name = ''] of index.matchAll(/<name>([^<]+)<\/name>/g)) yield name;
  for (const [, name = ''] of index.matchAll(/<rpm:sourcerpm>([^<]+)-[^<-]+-[^<-]+\.src\.rpm</g)) yield name;
}

/** Sorted, each with the length of what it shares with the one before it as a digit of base 36 in front, and compressed. */
function packNames(names: Iterable<string>): Uint8Array {
  const sorted = [...new Set(names)].filter((name) => /^[\x21-\x7e]+$/.test(name)).sort();
  let before = '';
  const lines = sorted.map((name) => {
    let shared = 0;
    while (shared < 35 && shared < before.length && before[shared] === name[shared]) shared += 1;
    before = name;
    return `${shared.toString(36)}${name.slice(shared)}`;
  });
  const text = Buffer.from(lines.join('\n'));
  return brotliCompressSync(text, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_LGWIN]: 24,
      [constants.BROTLI_PARAM_SIZE_HINT]: text.length,
    },
  });
}

const packed = packNames(process.argv.slice(2).flatMap((path) => [...namesIn(readFileSync(path, 'utf8'))]));
writeFileSync(file, packed);
process.stdout.write(`${packed.length} bytes\n`);
