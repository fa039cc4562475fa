import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deniedTables } from '../appliance/src/features/queries/denied-tables.ts';

// Writes the names of osquery's tables and columns, less what no query may read, into the guard of live queries:
// node scripts/osquery-tables.ts SPECS, the folder specs/ of a checkout of osquery. Names are facts; no text is taken.

const target = 'appliance/src/features/queries/osquery-tables.generated.ts';
/** Columns whose value says what a table opens are marked in the specs; those of them that hold paths are told by their names. */
const isMarked = /(?:index|required|additional)\s*=\s*True/;
const isPath = /path|directory|dir$|folder|^file/;

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: node scripts/osquery-tables.ts SPECS');

const tables = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.table') && path !== 'example.table')
  .map((path): { name: string; columns: string[]; paths: string[] } => {
    const text = readFileSync(join(folder, path), 'utf8');
    const name = /table_name\(\s*"(\w+)"/.exec(text)?.[1];
    if (name === undefined) throw new Error(`${path} names no table`);
    const columns = [...text.matchAll(/^\s*Column\(\s*"(\w+)"(.*(?:\n(?!\s*(?:Column|ForeignKey|\])).*)*)/gm)];
    // A column that is shown only where it is asked for steers what the table reads.
    const shown = columns.filter(([, , rest = '']) => !/hidden\s*=\s*True/.test(rest));
    const paths = shown.filter(([, column = '', rest = '']) => isMarked.test(rest) && isPath.test(column));
    const names = (of: typeof shown): string[] => [...new Set(of.map(([, column = '']) => column))];
    return { name, columns: names(shown), paths: names(paths) };
  })
  .filter(({ name }) => !Object.hasOwn(deniedTables, name))
  .toSorted((a, b) => (a.name < b.name ? -1 : 1));

const lines = tables.map(({ name, columns }) => `  ${name}: '${columns.join(' ')}',\n`);
const pathLines = tables
  .filter(({ paths }) => paths.length > 0)
  .map(({ name, paths }) => `  ${name}: [${paths.map((column) => `'${column}'`).join(', ')}],\n`);
writeFileSync(
  target,
  `// Written by scripts/osquery-tables.ts from osquery's specs. Tables that a live query may read, with their columns.\n\nexport const osqueryTables: Readonly<Record<string, string>> = {\n${lines.join('')}};\n\n/** Columns whose value says which file or folder a table opens. */\nexport const pathColumns: Readonly<Record<string, readonly string[]>> = {\n${pathLines.join('')}};\n`,
);
