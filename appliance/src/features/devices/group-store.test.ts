import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import { openAppliance } from '../../../test/support/appliance.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { toFailure } from '../../platform/errors.ts';
import { verifyGroupPaths } from './group-store.ts';

// The tree of groups against a plain map of parents, over drawn sequences of writes.

const site = await openAppliance();
afterAll(() => site.stop());

const stored = (): string[] =>
  site.db.prepare<[], string>("select ancestor || '>' || grp from group_path order by 1").pluck().all();

/** Runs a write; what it was refused with. */
const tried = (write: () => unknown): string => {
  try {
    write();
    return 'done';
  } catch (error) {
    const { code, details } = toFailure(error);
    return Object.values(details.fields ?? {})[0]?.key ?? code;
  }
};

const depthOf = (tree: ReadonlyMap<string, Plain>, id: string | undefined): number =>
  id === undefined ? 0 : 1 + depthOf(tree, tree.get(id)?.parent);
type Plain = { name: string; parent: string | undefined };

const above = (tree: ReadonlyMap<string, Plain>, id: string): string[] => {
  const parent = tree.get(id)?.parent;
  return parent === undefined ? [id] : [id, ...above(tree, parent)];
};

describe('the tree of groups', () => {
  const step = fc.record({
    act: fc.constantFrom('create', 'create', 'move', 'rename', 'remove', 'restore'),
    which: fc.nat(30),
    parent: fc.option(fc.nat(30), { nil: undefined }),
    name: fc.constantFrom('Line 1', 'Line 2', 'Hall', 'Цех'),
  });

  it('has each group under itself and all above it after any writes, and refuses what it cannot have', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const tree = new Map<string, Plain>();
        const gone = new Map<string, Plain>();
        const { objects } = site;
        for (const { act, which, parent: at, name } of steps) {
          const ids = [...tree.keys()];
          const parent = at === undefined ? undefined : ids[at % Math.max(1, ids.length)];
          const id = ids[which % Math.max(1, ids.length)];
          const siblingHas = (of: Plain, except?: string): boolean =>
            [...tree].some(([other, { name: n, parent: p }]) => other !== except && n === of.name && p === of.parent);
          if (act === 'create') {
            const plain = { name, parent };
            const isTaken = siblingHas(plain);
            let made = '';
            const said = tried(() => {
              made = objects.create(systemActor, 'group', { name, ...(parent === undefined ? {} : { parent }) }).id;
            });
            expect(said).toBe(isTaken ? 'validation.taken' : 'done');
            if (!isTaken) tree.set(made, plain);
          } else if (act === 'restore') {
            const [back, plain] = [...gone][which % Math.max(1, gone.size)] ?? [];
            if (back === undefined || plain === undefined) continue;
            const said = tried(() => objects.restore(systemActor, 'group', back));
            const isWrong = siblingHas(plain) || (plain.parent !== undefined && !tree.has(plain.parent));
            expect(said === 'done').toBe(!isWrong);
            if (isWrong) continue;
            gone.delete(back);
            tree.set(back, plain);
          } else if (id !== undefined && act === 'remove') {
            const isUsed = [...tree.values()].some((other) => other.parent === id);
            expect(tried(() => objects.remove(systemActor, 'group', id))).toBe(isUsed ? 'IN_USE' : 'done');
            if (isUsed) continue;
            gone.set(id, tree.get(id) as Plain);
            tree.delete(id);
          } else if (id !== undefined) {
            const held = tree.get(id) as Plain;
            const plain = act === 'move' ? { ...held, parent } : { ...held, name };
            const isCircle = plain.parent !== undefined && above(tree, plain.parent).includes(id);
            const isTaken = siblingHas(plain, id);
            const said = tried(() =>
              objects.update(systemActor, 'group', id, { name: plain.name, parent: plain.parent ?? null }),
            );
            expect(said === 'done').toBe(!isCircle && !isTaken);
            if (said === 'done') tree.set(id, plain);
          }
          expect(stored()).toEqual(
            [...tree.keys()].flatMap((one) => above(tree, one).map((top) => `${top}>${one}`)).sort(),
          );
        }
        expect(verifyGroupPaths(site.db)).toEqual([]);
        for (const id of [...tree.keys()].sort((a, b) => depthOf(tree, b) - depthOf(tree, a)))
          objects.remove(systemActor, 'group', id);
      }),
      { numRuns: runs(40) },
    );
  });

  it('is sixteen levels deep, however a level comes in', () => {
    const { objects } = site;
    const make = (name: string, parent?: string): string =>
      objects.create(systemActor, 'group', { name, ...(parent === undefined ? {} : { parent }) }).id;
    const chain: string[] = [];
    for (let level = 1; level <= 16; level += 1) chain.push(make(`Level ${level}`, chain.at(-1)));
    expect(tried(() => make('Level 17', chain.at(-1)))).toBe('validation.depth');
    const top = make('Above');
    expect(tried(() => objects.update(systemActor, 'group', chain[0] ?? '', { parent: top }))).toBe('validation.depth');
    expect(tried(() => objects.update(systemActor, 'group', chain[1] ?? '', { parent: top }))).toBe('done');
  });

  it('is judged by doctor', () => {
    site.db.prepare("insert into group_path (ancestor, grp) values ('a', 'b')").run();
    expect(verifyGroupPaths(site.db)).toEqual(['the path from group a to b is not what the groups say']);
    site.db.prepare("delete from group_path where ancestor = 'a'").run();
    expect(verifyGroupPaths(site.db)).toEqual([]);
  });
});
