import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deniedTables } from '../appliance/src/features/queries/denied-tables.ts';

// Writes the names of osquery's tables and columns, less what no query may read, into the guard of live queries:
// node scripts/osquery-tables.ts SPECS, the folder specs/ of a checkout of osquery. Names are facts; no text is taken.

const target = 'appliance/src/features/queries/osquery-tables.generated.ts';
/** Columns that a table shows only where they are asked for; they steer what it reads. These steer nothing else. */
const keptHidden: Readonly<Record<string, readonly string[]>> = {
  windows_eventlog: ['xpath', 'time_range', 'timestamp'],
};

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: node scripts/osquery-tables.ts SPECS');

const tables = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.table') && path !== 'example.table')
  .map((path): [string, string[]] => {
    const text = readFileSync(join(folder, path), 'utf8');
    const name = /table_name\(\s*"(\w+)"/.exec(text)?.[1];
    if (name === undefined) throw new Error(`${path} names no table`);
    const columns = [...text.matchAll(/^\s*Column\(\s*"(\w+)"(.*(?:\n(?!\s*(?:Column|ForeignKey|\])).*)*)/gm)];
    const shown = columns.filter(
      ([, column = '', rest = '']) => !/hidden\s*=\s*True/.test(rest) || keptHidden[name]?.includes(column),
    );
    return [name, [...new Set(shown.map(([, column = '']) => column))]];
  })
  .filter(([name]) => !Object.hasOwn(deniedTables, name))
  .toSorted(([a], [b]) => (a < b ? -1 : 1));

const lines = tables.map(([name, columns]) => `  ${name}: '${columns.join(' ')}',\n`);
writeFileSync(
  target,
  `// Written by scripts/osquery-tables.ts from osquery's specs. Tables that a live query may read, with their columns.\n\nexport const osqueryTables: Readonly<Record<string, string>> = {\n${lines.join('')}};\n`,
);
