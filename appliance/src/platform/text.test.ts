import BetterSqlite3 from 'better-sqlite3';
import { expect, it } from 'vitest';
import { likePattern } from './text.ts';

it('a pattern finds exactly the texts that have what was asked, whatever characters that has', () => {
  const db = new BetterSqlite3(':memory:');
  const stored = ['pump', '100 %', 'a_b', 'back\\slash', 'насос', 'x'];
  const find = db.prepare<[string, string], string>(
    `select value from json_each(?) where value like ? escape '\\' order by key`,
  );
  const found = (text: string): string[] => find.pluck().all(JSON.stringify(stored), likePattern(text));
  for (const text of ['um', '%', '_', '\\', 'сос', '', '\0', '\0pump', 'x\0y', 'pump\0'])
    expect(found(text), JSON.stringify(text)).toEqual(stored.filter((one) => one.includes(text)));
  db.close();
});
