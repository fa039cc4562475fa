import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { minifySync } from 'rolldown/utils';
import subsetFont from 'subset-font';

// Makes ui/dist/assets from ui/src/assets and node_modules: offline, and the same bytes every time.

const root = join(import.meta.dirname, '..');
const source = join(root, 'ui/src/assets');
const require = createRequire(join(root, 'ui/package.json'));

/** Comments, indentation, line ends, noughts before a point and quotes that a selector does not need go; nothing else changes. No string of the sheet holds a brace or a comment. */
export const minifyCss = (css: string): string =>
  css
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\s+/g, ' ')
    .replace(/ ?([{};>]) ?/g, '$1')
    .replace(/([:,]) /g, '$1')
    .replace(/;}/g, '}')
    .replace(/(?<![\d.])0\.(?=\d)/g, '.')
    .replace(/="([a-z][a-z-]*)"\]/g, '=$1]')
    .trim();

const range = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, index) => String.fromCodePoint(from + index)).join('');

const kazakh = 'ӘәҒғҚқҢңӨөҮүҺһ';
// CONSOLE "Type": what the three languages need. The unicode-range of app.css is wider, so a rare letter falls back to
// the system's font one by one.
const fonts: ReadonlyArray<readonly [name: string, file: string, text: string]> = [
  ['plex-latin.woff2', 'latin', `${range(0x20, 0x7e)}${range(0xa0, 0xff)}–—‘’“”„…•‹›€−\u2009\u202f`],
  ['plex-cyrillic.woff2', 'cyrillic', `${range(0x400, 0x45f)}ҐґҰұ№`],
  ['plex-cyrillic-ext.woff2', 'cyrillic-ext', kazakh],
];

/** The same letters for documents: one weight, as outlines that a PDF takes in. */
const buildDocumentFonts = async (out: string): Promise<void> => {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const plex = dirname(require.resolve('@fontsource-variable/ibm-plex-sans/package.json'));
  for (const [name, subset, text] of fonts) {
    const bytes = readFileSync(join(plex, `files/ibm-plex-sans-${subset}-wght-normal.woff2`));
    const cut = await subsetFont(bytes, text, {
      targetFormat: 'sfnt',
      variationAxes: { wght: 400 },
      noHinting: true,
    });
    writeFileSync(join(out, name.replace('.woff2', '.ttf')), cut);
  }
  cpSync(join(plex, 'LICENSE'), join(out, 'plex-license.txt'));
};

/** Writes every asset of the console; returns the folder. */
const buildAssets = async (out = join(root, 'ui/dist/assets')): Promise<string> => {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  for (const file of ['sprite.svg', 'favicon.svg']) cpSync(join(source, file), join(out, file));
  for (const file of ['app.js', 'feedback.js']) {
    const { code, errors } = minifySync(file, readFileSync(join(source, file), 'utf8'));
    if (errors.length > 0) throw new Error(`${file} cannot be read: ${errors[0]?.message}`);
    writeFileSync(join(out, file), code);
  }
  for (const file of ['app.css', 'print.css'])
    writeFileSync(join(out, file), minifyCss(readFileSync(join(source, file), 'utf8')));

  const plex = dirname(require.resolve('@fontsource-variable/ibm-plex-sans/package.json'));
  for (const [name, subset, text] of fonts) {
    const bytes = await subsetFont(readFileSync(join(plex, `files/ibm-plex-sans-${subset}-wght-normal.woff2`)), text, {
      targetFormat: 'woff2',
      variationAxes: { wght: { min: 400, max: 700 } },
      keepFeatures: ['kern', 'locl', 'ccmp', 'mark'],
      noHinting: true,
    });
    writeFileSync(join(out, name), bytes);
  }
  cpSync(join(plex, 'LICENSE'), join(out, 'plex-license.txt'));

  const htmx = dirname(require.resolve('htmx.org/package.json'));
  for (const file of ['htmx.min.js', 'ext/hx-sse.min.js']) {
    // The source map is not served, so its address goes.
    const text = readFileSync(join(htmx, 'dist', file), 'utf8').replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '\n');
    writeFileSync(join(out, file.replace('ext/', '')), text);
  }
  return out;
};

if (process.argv[1] === import.meta.filename) {
  await buildAssets();
  await buildDocumentFonts(join(root, 'ui/dist/document-fonts'));
}
