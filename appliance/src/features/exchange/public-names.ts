import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { tokensOf } from './leak-leaves.ts';
import type { Known } from './leak-scan.ts';

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

/** Whether a whole name is in the shipped list, which is unpacked when the first name is asked for. */
export function shippedPackages(): (name: string) => boolean {
  let shipped: Set<string> | undefined;
  return (name) => {
    shipped ??= shippedNames();
    return shipped.has(name);
  };
}

type InCatalogue = {
  readonly packages: () => readonly { readonly name: string; readonly source: string; readonly version: string }[];
  readonly suites: () => readonly string[];
};
type InFeeds = {
  readonly hasPackage: (name: string) => boolean;
  readonly versionsOf: (name: string) => readonly string[];
};

const readCatalogue = (catalogue: InCatalogue) => {
  const names = new Set<string>();
  // Versions of one distribution end alike; each is kept once.
  const versions = new Set<string>();
  for (const { name, source, version } of catalogue.packages()) {
    names.add(name).add(source);
    versions.add(` ${tokensOf(version).join(' ')} `);
  }
  return { names, versions, suites: new Set(catalogue.suites()) };
};

/**
 * What is public: packages of the shipped list, of feeds and of the catalogue; versions and suites that the catalogue has;
 * versions that feeds have of a package. Each is read when the first name is asked for, and held as long as the answer.
 */
export function publicNames(catalogue: InCatalogue, feeds: InFeeds, isShipped: (name: string) => boolean): Known {
  let known: ReturnType<typeof readCatalogue> | undefined;
  const read = () => {
    known ??= readCatalogue(catalogue);
    return known;
  };
  return {
    isPublicPackage: (name) => isShipped(name) || feeds.hasPackage(name) || read().names.has(name),
    isPublicSuite: (id) => read().suites.has(id),
    isVersionWord: (tokens, packages) => {
      const wanted = ` ${tokens.join(' ')} `;
      for (const version of read().versions) if (version.includes(wanted)) return true;
      return packages.some((name) =>
        feeds.versionsOf(name).some((version) => ` ${tokensOf(version).join(' ')} `.includes(wanted)),
      );
    },
  };
}
