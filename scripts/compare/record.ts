import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { allHelp as AllHelp } from '../../appliance/src/cli/main.ts';
import type { commands as HostCommands } from '../../bundle-tools/src/cli/commands.ts';
import { type Form, formsOf } from './forms.ts';
import { heldWords, normalHtml, withoutDrawn } from './normal.ts';
import { recordName } from './places.ts';
import { recordPosts } from './posts.ts';
import { loaderOf, openRecorded, ROLES } from './recorded-site.ts';

// record.ts TREE SITE LINKS OUT ADDRESSES: what the sources of TREE answer over the site, a file for each record: pages by role and language,
// forms that were sent, the document of the API, the help of every command, the schema. ADDRESSES has the pages that are asked for.

const [tree = '', site = '', links = '', out = '', addressFile = ''] = process.argv.slice(2);
const load = loaderOf(tree);
const { db, browsers, places, close } = await openRecorded(tree, site, links);

const LANGUAGES = ['en', 'ru', 'kk'] as const;

const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(out, path)), { recursive: true });
  writeFileSync(join(out, path), text.endsWith('\n') ? text : `${text}\n`);
};

/** Every word that the site holds, as both recordings do. */
const held = new Set<string>();
const tables = db
  .prepare<[], string>(`select name from sqlite_master where type = 'table' and name not like 'sqlite_%'`)
  .pluck()
  .all();
for (const name of tables)
  for (const row of db.prepare<[], unknown[]>(`select * from "${name}"`).raw().iterate())
    for (const value of row) if (typeof value === 'string') for (const word of heldWords(value)) held.add(word);
const plain = (text: string): string => withoutDrawn(text, (value) => held.has(value));

const forms = new Map<string, Form>();
const noteForms = (html: string): void => {
  for (const form of formsOf(html)) {
    const key = `${places.postOf(form.action)} ${form.fields.map(([name]) => name).join()} ${form.submit.join('=')}`;
    if (!forms.has(key)) forms.set(key, form);
  }
};

const recordPages = async (): Promise<number> => {
  const addresses = JSON.parse(readFileSync(addressFile, 'utf8')) as string[];
  for (const address of addresses)
    for (const role of ROLES)
      for (const language of LANGUAGES) {
        const response = await browsers[role].get(address, { 'accept-language': language });
        const type = response.headers.get('content-type') ?? '';
        const isHtml = type.startsWith('text/html');
        const text = /^text\/|json/.test(type) ? await response.text() : '';
        if (isHtml && role === 'administrator' && language === 'en') noteForms(text);
        const head = [
          response.status,
          type,
          response.headers.get('location'),
          response.headers.get('content-disposition'),
        ];
        write(
          `pages/${recordName(address)}/${role}.${language}`,
          plain(`${head.filter((part) => part !== null).join(' ')}\n${isHtml ? normalHtml(text) : text}`),
        );
      }
  return addresses.length * ROLES.length * LANGUAGES.length;
};

const recordHelp = async (): Promise<number> => {
  const { allHelp } = await load<{ allHelp: typeof AllHelp }>('appliance/src/cli/main.ts');
  const { commands } = await load<{ commands: typeof HostCommands }>('bundle-tools/src/cli/commands.ts');
  const all = await allHelp();
  for (const [words, { help }] of all) write(`help/sallyport ${words}`, help);
  for (const { words, summary } of commands) write(`help/sallyport-bundle ${words.join(' ')}`, summary);
  return all.size + commands.length;
};

const recordSchema = (): void => {
  const rows = db.prepare<[], string>(`select coalesce(sql, '') from sqlite_master order by type, name`).pluck().all();
  write('schema.sql', rows.join('\n'));
};

recordSchema();
const pages = await recordPages();
const document = await browsers.administrator.get('/api/v1/openapi.json');
write('openapi.json', JSON.stringify(await document.json(), null, 1));
const help = await recordHelp();
const sent = await recordPosts({ db, places, forms, browsers, write, plain });
const counts = `${pages} pages, ${sent.rows} forms sent to ${sent.reached} of ${places.posts.length} addresses, ${help} commands`;
write('counts', counts);
process.stdout.write(`\n${counts}\n`);
await close();
process.exit(0);
