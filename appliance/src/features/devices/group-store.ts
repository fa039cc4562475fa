import type { Database } from '../../platform/database.ts';

// group_path has each group under itself and under all that are above it: one join says whether a device lies below a group. It
// is written in the transaction of the group (derivations.ts).

/** Every group with its ancestors, out of the parents that objects name; `from` says of which groups. */
const paths = (from: string): string => `with recursive
  below (id) as (${from} union select i.id from below cross join object_index i
    on i.kind = 'group' and i.field = 'parent' and i.value = below.id),
  path (ancestor, grp) as (select id, id from below union select i.value, path.grp from path cross join object_index i
    on i.kind = 'group' and i.id = path.ancestor and i.field = 'parent')
  select ancestor, grp from path`;

const live = `select id from object where kind = 'group' and deleted_at is null`;

/** SQL of the tree of groups. */
export function groupStore(db: Database) {
  const drop = db.prepare<[string, string]>(
    'delete from group_path where grp = ? or grp in (select grp from group_path where ancestor = ?)',
  );
  const add = db.prepare<[string]>(`insert into group_path (ancestor, grp) ${paths(`${live} and id = ?`)}`);
  const count = db.prepare<[], number>(`select count(*) from (${live})`).pluck();
  const depth = db.prepare<[string], number>('select count(*) from group_path where grp = ?').pluck();
  const height = db
    .prepare<[{ group: string }], number>(
      `with below (id) as materialized (select grp from group_path where ancestor = @group)
       select coalesce(max(n), 0) from (select count(*) as n from group_path
         where grp in (select id from below) and ancestor in (select id from below) group by grp)`,
    )
    .pluck();
  const sibling = db
    .prepare<[string, string, string | null], number>(
      `select count(*) from object_index n
       where n.kind = 'group' and n.field = 'name' and n.value = ? and n.id <> ?
         and (select p.value from object_index p where p.kind = 'group' and p.id = n.id and p.field = 'parent') is ?`,
    )
    .pluck();
  return {
    /** Writes the paths of some groups and of all below them. In the transaction of the change. */
    derive: (groups: readonly string[]): void => {
      for (const group of groups) {
        drop.run(group, group);
        add.run(group);
      }
    },
    count: (): number => count.get() ?? 0,
    /** Levels from the top down to a group; 0 for one that is not there. */
    depth: (group: string): number => depth.get(group) ?? 0,
    /** Levels from a group down to the lowest below it; 0 for one that is not there. */
    height: (group: string): number => height.get({ group }) ?? 0,
    /** Whether another group below the same one has this name. */
    isNameTaken: (group: string, name: string, parent: string | null): boolean =>
      (sibling.get(name, group, parent) ?? 0) > 0,
  };
}

/** What differs from the parents that groups name; for `doctor`. */
export function verifyGroupPaths(db: Database): string[] {
  const differing = db.prepare<[], { ancestor: string; grp: string }>(
    `select ancestor, grp from (select ancestor, grp from group_path except select ancestor, grp from (${paths(live)}))
     union select ancestor, grp from (select ancestor, grp from (${paths(live)}) except select ancestor, grp from group_path)
     limit 20`,
  );
  return differing
    .all()
    .map(({ ancestor, grp }) => `the path from group ${ancestor} to ${grp} is not what the groups say`);
}
