import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { wordsOf } from '../ui/src/i18n/catalogue.ts';
import { langs, type Template } from '../ui/src/i18n/types.ts';

// Prints every sentence of the console in three columns, for native editors: key, English, Russian, Kazakh, apart by tabs. A star
// stands before what is new or changed since they last looked; REVIEWED=1 notes that they have looked at all of it now.

const noted = join(import.meta.dirname, '../docs/words-reviewed.json');

const textOf = (template: Template | undefined): string =>
  typeof template === 'string'
    ? template
    : Object.entries(template ?? {})
        .map(([form, text]) => `${form}: ${text}`)
        .join(' | ');

const hashOf = (texts: readonly string[]): string =>
  createHash('sha256').update(texts.join('\0')).digest('hex').slice(0, 12);

const seen: Readonly<Record<string, string>> = existsSync(noted) ? JSON.parse(readFileSync(noted, 'utf8')) : {};
const words = langs.map(wordsOf);
const keys = Object.keys(wordsOf('en')).sort();
const rows = keys.map((key) => {
  const texts = words.map((of) => textOf(of[key]));
  return { key, texts, hash: hashOf(texts) };
});

if (process.env['REVIEWED'] === '1') {
  writeFileSync(noted, `${JSON.stringify(Object.fromEntries(rows.map(({ key, hash }) => [key, hash])), null, 1)}\n`);
} else {
  console.log(['', 'key', ...langs].join('\t'));
  for (const { key, texts, hash } of rows) console.log([seen[key] === hash ? '' : '*', key, ...texts].join('\t'));
}
