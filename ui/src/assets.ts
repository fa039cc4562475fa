import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

// Files of the console, served under the hash of all of them: an address never changes its content, so browsers keep it,
// and the style sheet finds its fonts beside itself.

const contentTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};

type AssetEntry = { readonly path: string; readonly file: string; readonly contentType: string };
type AssetManifest = Readonly<Record<string, AssetEntry>>;

/** Where the build puts the assets, from the sources and from the compiled files alike. */
export const assetsDir = join(import.meta.dirname, '..', 'dist', 'assets');

/** Texts of the help: a folder for each language. */
export const helpDir = join(import.meta.dirname, '..', 'help');

/** Fonts of documents, which together have the letters of the three languages. */
export const documentFonts = (): readonly string[] =>
  ['plex-latin.ttf', 'plex-cyrillic.ttf', 'plex-cyrillic-ext.ttf'].map((name) =>
    join(import.meta.dirname, '..', 'dist', 'document-fonts', name),
  );

/** Logical name (`app.css`) to address, file and type. */
export const assetManifest = (dir: string): AssetManifest => {
  const names = readdirSync(dir)
    .filter((name) => extname(name) in contentTypes)
    .sort();
  const hash = createHash('sha256');
  for (const name of names) {
    hash.update(`${name}\0`);
    hash.update(readFileSync(join(dir, name)));
  }
  const release = hash.digest('hex').slice(0, 16);
  return Object.fromEntries(
    names.map((name) => [
      name,
      {
        path: `/assets/${release}/${name}`,
        file: join(dir, name),
        contentType: contentTypes[extname(name)] ?? 'application/octet-stream',
      },
    ]),
  );
};
