import type { Database } from '../../platform/database.ts';
import { type NumberSet, setOf } from '../../platform/number-set.ts';

// What lists search in, as lines: 32 devices stand in one text, a line each, so that a search reads a narrow table of a few
// thousand texts instead of every device's row. A device that is not there is an empty line.

const searched = ['search', 'addresses'] as const;
type Searched = (typeof searched)[number];

const blockBits = 5;
const blockLines = 2 ** blockBits;

const tableOf = (column: Searched): string => `device_${column}_lines`;

const put = (column: Searched, device: string, line: string): string => {
  const place = `${device} & ${blockLines - 1}`;
  return `insert into ${tableOf(column)} (block, lines) values (${device} >> ${blockBits}, with_line('', ${place}, ${line}))
     on conflict (block) do update set lines = with_line(lines, ${place}, ${line});`;
};

export const textTriggers = (): { name: string; on: string; when?: string; body: string }[] => [
  {
    name: 'texts_added',
    on: 'insert on device_row',
    body: searched.map((column) => put(column, 'new.device', `new.${column}`)).join(' '),
  },
  ...searched.map((column) => ({
    name: `text_${column}`,
    on: `update of ${column} on device_row`,
    when: `old.${column} is not new.${column}`,
    body: put(column, 'new.device', `new.${column}`),
  })),
  {
    name: 'texts_gone',
    on: 'delete on device_row',
    body: searched.map((column) => put(column, 'old.device', `''`)).join(' '),
  },
];

const derived = (db: Database, column: Searched): Map<number, string> => {
  const blocks = new Map<number, string[]>();
  const rows = db.prepare<[], { device: number; text: string }>(`select device, ${column} as text from device_row`);
  for (const { device, text } of rows.iterate()) {
    const block = Math.floor(device / blockLines);
    const lines = blocks.get(block) ?? Array<string>(blockLines).fill('');
    lines[device % blockLines] = text.replaceAll('\n', ' ');
    blocks.set(block, lines);
  }
  return new Map([...blocks].map(([block, lines]) => [block, lines.join('\n').replace(/\n+$/, '')]));
};

/** Makes all of it anew. */
export const fillTexts = (db: Database): void => {
  for (const column of searched) {
    db.exec(`delete from ${tableOf(column)}`);
    const add = db.prepare<[number, string]>(`insert into ${tableOf(column)} (block, lines) values (?, ?)`);
    for (const [block, lines] of derived(db, column)) add.run(block, lines);
  }
};

/** Texts that differ from the rows; for `doctor`. */
export const verifyTexts = (db: Database): string[] =>
  searched.flatMap((column) => {
    const wanted = derived(db, column);
    const held = db.prepare<[], { block: number; lines: string }>(`select block, lines from ${tableOf(column)}`).all();
    const wrong = held.filter(({ block, lines }) => lines !== (wanted.get(block) ?? '')).map(({ block }) => block);
    const there = new Set(held.map(({ block }) => block));
    return [...wrong, ...[...wanted.keys()].filter((block) => !there.has(block))]
      .slice(0, 20)
      .map((block) => `the ${column} of block ${block} of the list are not what its rows say`);
  });

/** The devices whose line holds a text. */
export const deviceTexts = (db: Database): ((column: Searched, text: string) => NumberSet) => {
  const statements = {
    search: db.prepare<[], [number, string]>(`select block, lines from ${tableOf('search')}`).raw(),
    addresses: db.prepare<[], [number, string]>(`select block, lines from ${tableOf('addresses')}`).raw(),
  };
  return (column, asked) => {
    const text = asked.replaceAll('\n', ' ');
    const found: number[] = [];
    for (const [block, lines] of statements[column].iterate()) {
      let line = 0;
      let start = 0;
      for (let at = lines.indexOf(text); at !== -1; at = lines.indexOf(text, start)) {
        let end = lines.indexOf('\n', start);
        while (end !== -1 && end < at) {
          line += 1;
          start = end + 1;
          end = lines.indexOf('\n', start);
        }
        found.push(block * blockLines + line);
        if (end === -1) break;
        line += 1;
        start = end + 1;
      }
    }
    return setOf(found);
  };
};
