import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BundleErrorCode } from '@sallyport/bundle-tools/errors';
import { catalogue, sharedKey, wordsOf } from '@sallyport/ui/i18n/catalogue';
import { langs } from '@sallyport/ui/i18n/types';
import { type RefusalCall, refusalCalls } from '@sallyport/ui/refusals';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allFacts } from '../../appliance/src/engine/inventory/all-collections.ts';
import { provisionService } from '../../appliance/src/features/data-register/service.ts';
import { admin, type Engines, openEngines } from '../../appliance/test/support/engines.ts';
import { codeOnly, repositoryRoot, type SourceFile, sourceFile, sourceFiles } from '../support/sources.ts';
import { type GoneWord, goneWords, storyWords } from './gone-words.ts';

// Views cannot miss a word, since the compiler knows their keys. What routes say goes by name; this looks at every name.

let engines: Engines;
beforeAll(async () => {
  engines = await openEngines();
});
afterAll(() => engines.close());

const prefixes =
  'toast|confirm|filter|csv|login|right|secret|verdict|facts|validation|vuln|updates|events|provision|nav|common|overview|decision|level|register|exchange.detail|intro|story';

const quoted = (): string[] => {
  const folder = join(repositoryRoot, 'appliance/src');
  const found = new Set<string>();
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!/\.tsx?$/.test(name) || /\.test\.tsx?$/.test(name)) continue;
    const text = readFileSync(join(folder, name), 'utf8');
    // The name of an operation is its command.
    for (const match of text.matchAll(new RegExp(`(?<!\\bname: )'((?:${prefixes})\\.[A-Za-z][A-Za-z0-9.-]*)'`, 'g')))
      if (match[1] !== undefined && !match[1].endsWith('.jsonl')) found.add(match[1]);
  }
  return [...found];
};

const actions = [
  ...['approve', 'revoke', 'move', 'ungroup'].map((name) => `devices.${name}`),
  ...['approve', 'decline', 'clear'].map((name) => `updates.${name}`),
];

type Field = { readonly type: string; readonly choices?: readonly string[]; readonly known?: readonly string[] };
type Declared = { readonly name: string; readonly fields: Readonly<Record<string, Field>> };

/** Codes of the connected host's command line, which no bundle and no console shows as a refusal. */
type HostCode =
  | 'USAGE'
  | 'NOT_FOUND'
  | 'EXISTS'
  | 'FETCH_FAILED'
  | 'PROXY_AUTH'
  | 'SOURCE_FULL'
  | 'SOURCE_DENIED'
  | 'SOURCE_INVALID';
/** A code that joins the closed list without words does not compile. */
const explained: Readonly<Record<Exclude<BundleErrorCode, HostCode>, RefusalCall>> = refusalCalls;

describe('what routes say', () => {
  it('explains every refusal of the bundle format', () => {
    const words = catalogue('en');
    for (const code of Object.keys(explained)) expect(words.has(`error.${code}.next`)).toBe(true);
  });

  const isSetting = (key: string): boolean => engines.objects.settings().some(({ setting }) => setting.name === key);

  it.each(langs)('is there in %s', (lang) => {
    const words = catalogue(lang);
    const made = actions.flatMap((name) => [
      `toast.${name}`,
      ...['question', 'consequence', 'button'].map((part) => `confirm.${name}.${part}`),
    ]);
    const declared = [
      ...[...engines.inventory.collections(), ...Object.values<Declared>(allFacts)].flatMap(({ name, fields }) => [
        ...['title', 'source', 'purpose'].map((part) => `collection.${name}.${part}`),
        ...Object.keys(fields).map((field) => `collection.${name}.field.${field}`),
        ...Object.entries(fields).flatMap(([field, { choices = [], known = [] }]) =>
          [...choices, ...known].map((choice) => `collection.${name}.choice.${field}.${choice}`),
        ),
      ]),
      ...engines.objects
        .kinds()
        .flatMap(({ name, fields }) => [
          ...['title', 'source', 'purpose'].map((part) => `kind.${name}.${part}`),
          ...Object.keys(fields).map((field) => `kind.${name}.field.${field}`),
          ...Object.entries(fields).flatMap(([field, { options = [] }]) =>
            options.map((option) => `kind.${name}.option.${field}.${option}`),
          ),
        ]),
      ...engines.objects
        .settings()
        .flatMap(({ setting }) => [
          `setting.${setting.name}.title`,
          `setting.${setting.name}.help`,
          ...(setting.options ?? []).map((option) => `setting.${setting.name}.option.${option}`),
        ]),
      ...engines.events.types().map(({ type }) => `event.${type}`),
      ...provisionService({ ...engines, store: { list: () => [] }, clock: () => 0 })
        .register(admin)
        .entries.flatMap((entry) => [entry.title, entry.source, entry.purpose, ...(entry.leaves?.fields ?? [])]),
    ];
    const keys = new Set([...quoted().filter((key) => !isSetting(key)), ...made, ...declared]);
    expect(keys.size).toBeGreaterThan(300);
    expect(
      [...keys].filter((key) => !words.has(key)),
      'keys of no table: add them to ui/src/<name>/words.ts',
    ).toEqual([]);
    const own = Object.keys(wordsOf(lang));
    const asked = new Set(declared.filter((key) => !own.includes(key)).map(sharedKey));
    expect(
      own.filter((key) => /^(?:field|option)\.|^kind\.source$/.test(key) && !asked.has(key)),
      'no kind and no collection shares these words: remove them',
    ).toEqual([]);
  });
});

/** Names in the code, whole and by their parts, in lower case. */
const nameParts = (text: string): Set<string> =>
  new Set(
    [...codeOnly(text.replace(/`(?:[^`\\]|\\.)*`/g, '``')).matchAll(/[A-Za-z_$][\w$]*/g)].flatMap(([name]) => [
      name.replaceAll('_', '').toLowerCase(),
      ...name
        .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
        .toLowerCase()
        .split(/[^a-z]+/),
    ]),
  );

type Named = { path: string; parts: ReadonlySet<string> };

const named = (sources: readonly SourceFile[]): Named[] =>
  sources.map(({ path, text }) => ({
    path,
    parts: nameParts(`${text}\n${path.split('/').at(-1)?.replaceAll('-', '_')}`),
  }));

/** Sources with a name, or of a name, that has a word which is gone. */
const pathsWith = ({ forms }: GoneWord, sources: readonly Named[]): string[] =>
  sources.filter(({ parts }) => forms.some((form) => parts.has(form))).map(({ path }) => path);

const linesWithStories = (sources: readonly SourceFile[]): string[] =>
  sources.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, at) => (storyWords.test(line) ? [`${path}:${at + 1}`] : [])),
  );

describe('words that the glossary has replaced', () => {
  const production = sourceFiles('appliance/src', 'bundle-tools/src', 'agent/src', 'ui/src').filter(
    ({ path }) => !/\.test\.tsx?$|\.generated\.ts$/.test(path),
  );
  const schema = 'appliance/src/schema.sql';
  const withSchema = [...production, sourceFile(schema, readFileSync(join(repositoryRoot, schema), 'utf8'))];
  const names = named(
    withSchema.map((file) => (file.path === schema ? { ...file, text: file.text.replace(/--.*/g, '') } : file)),
  );
  const planted = [
    sourceFile('ui/src/a.ts', "// Nobody reads it.\nexport const text = 'to whoever asks';\n"),
    sourceFile('ui/src/settle-b.ts', "export const c = 'dirty';\nexport const isDirty = 1;\n"),
  ];

  it('finds a planted one in a comment, a text, a name and the name of a file', () => {
    expect(linesWithStories(planted)).toEqual(['ui/src/a.ts:1', 'ui/src/a.ts:2']);
    const found = goneWords.flatMap((word) =>
      pathsWith(word, named(planted)).map((path) => `${word.forms[0]} ${path}`),
    );
    expect(found.sort()).toEqual(['dirty ui/src/settle-b.ts', 'settle ui/src/settle-b.ts']);
  });

  it('tells no stories', () => {
    expect(linesWithStories(withSchema)).toEqual([]);
  });

  it.each(goneWords)('has $forms in no further file', (word) => {
    expect(pathsWith(word, names).sort()).toEqual([...word.left].sort());
  });
});
