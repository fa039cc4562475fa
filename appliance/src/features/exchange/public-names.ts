import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';

// Names of packages that anybody can look up, for the leak search: those of the shipped list, made by
// scripts/package-names.ts, and those that a feed of advisories names. docs/decisions/052-public-package-names.md

const maxBytes = 8 << 20;

const shippedNames = (): Set<string> => {
  const packed = readFileSync(join(import.meta.dirname, 'package-names.br'));
  const text = brotliDecompressSync(packed, { maxOutputLength: maxBytes }).toString('utf8');
  let name = '';
  return new Set(
    text.split('\n').map((line) => {
      name = name.slice(0, Number.parseInt(line[0] ?? '0', 36)) + line.slice(1);
      return name;
    }),
  );
};

/** Whether a whole name is that of a public package. The list is unpacked when the first name is asked for. */
export function publicNames(inFeeds: (name: string) => boolean): (name: string) => boolean {
  let shipped: Set<string> | undefined;
  return (name) => {
    shipped ??= shippedNames();
    return shipped.has(name) || inFeeds(name);
  };
}
