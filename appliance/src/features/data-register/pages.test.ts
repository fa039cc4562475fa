import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { paths } from '@sallyport/ui/paths';
import { afterAll, describe, expect, it } from 'vitest';
import { openConsole } from '../../../test/support/console.ts';
import { systemActor } from '../../engine/objects/types.ts';

const site = await openConsole();
afterAll(() => site.close());

/** Each group of the register with whether it is unfolded, and the rows that it has. */
const groupsOf = (html: string): { name: string; isOpen: boolean; rows: number }[] =>
  [...html.matchAll(/<details class="op whole" id="([a-z]+)"( open="")?>(.*?)<\/table>/gs)].map(
    ([, name = '', open, inner = '']) => ({ name, isOpen: open !== undefined, rows: inner.split('<tr>').length - 2 }),
  );

describe('the page of the register', () => {
  const groups = async (query: Record<string, string> = {}) =>
    groupsOf(await (await (await site.as('administrator')).get(paths.provision(query))).text());

  it('has every entry, folded by where it comes from, and unfolded for print', async () => {
    const { entries } = site.appliance.provision.register(systemActor);
    const folded = await groups();
    const counts = Map.groupBy(entries, ({ pillar }) => pillar);
    expect(folded).toEqual([...counts].map(([name, of]) => ({ name, isOpen: false, rows: of.length })));
    expect(await groups({ open: 'all' })).toEqual(folded.map((group) => ({ ...group, isOpen: true })));
  });

  it('shows what was looked for unfolded, by every word of an entry', async () => {
    const found = await groups({ q: 'agents on the device' });
    expect(await groups({ q: 'nothing has this name' })).toEqual([]);
    expect(found.length).toBeGreaterThan(0);
    expect(found.filter(({ isOpen }) => !isOpen)).toEqual([]);
  });

  it('names a table and files that no entry has', async () => {
    const { db, provision, paths: data } = site.appliance;
    const before = provision.register(systemActor).undeclared;
    db.exec('create table extra_names (name text) strict');
    mkdirSync(join(data.data, 'copies', 'old'), { recursive: true });
    writeFileSync(join(data.data, 'copies', 'old', 'people.csv'), 'x');
    writeFileSync(join(data.data, 'notes.txt'), 'x');
    const added = ['file copies/old/people.csv', 'file notes.txt', 'table extra_names'];
    const { undeclared } = provision.register(systemActor);
    expect(undeclared.filter((name) => !before.includes(name)).sort()).toEqual(added);
    const html = await (await (await site.as('administrator')).get(paths.provision())).text();
    for (const name of added) expect(html).toContain(name);
    db.exec('drop table extra_names');
  });
});
