import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';

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
  const sql = statements(db);
  const drop = sql.run<[string, string]>(
    'delete from group_path where grp = ? or grp in (select grp from group_path where ancestor = ?)',
  );
  const add = sql.run<[string]>(`insert into group_path (ancestor, grp) ${paths(`${live} and id = ?`)}`);
  const sibling = sql.count<[string, string, string | null]>(
    `select count(*) from object_index n
       where n.kind = 'group' and n.field = 'name' and n.value = ? and n.id <> ?
         and (select p.value from object_index p where p.kind = 'group' and p.id = n.id and p.field = 'parent') is ?`,
  );
  return {
    /** Writes the paths of some groups and of all below them. In the transaction of the change. */
    derive: (groups: readonly string[]): void => {
      for (const group of groups) {
        drop(group, group);
        add(group);
      }
    },
    count: sql.count<[]>(`select count(*) from (${live})`),
    /** Levels from the top down to a group; 0 for one that is not there. */
    depth: sql.count<[group: string]>('select count(*) from group_path where grp = ?'),
    /** Levels from a group down to the lowest below it; 0 for one that is not there. */
    height: sql.count<[group: string]>(
      `with below (id) as materialized (select grp from group_path where ancestor = ?1)
       select coalesce(max(n), 0) from (select count(*) as n from group_path
         where grp in (select id from below) and ancestor in (select id from below) group by grp)`,
    ),
    /** Whether another group below the same one has this name. */
    isNameTaken: (group: string, name: string, parent: string | null): boolean => sibling(name, group, parent) > 0,
  };
}

/** What differs from the parents that groups name; for `doctor`. */
export function verifyGroupPaths(db: Database): string[] {
  const sql = statements(db);
  const differing = sql.all<[], { ancestor: string; grp: string }>(
    `select ancestor, grp from (select ancestor, grp from group_path except select ancestor, grp from (${paths(live)}))
     union select ancestor, grp from (select ancestor, grp from (${paths(live)}) except select ancestor, grp from group_path)
     limit 20`,
  );
  return differing().map(({ ancestor, grp }) => `the path from group ${ancestor} to ${grp} is not what the groups say`);
}
