// A set of devices that SQL cannot find by itself. A small one is a list that SQLite looks up; a large one is a string of
// bytes, one per device id, which costs one look at a byte for each row that comes by.

const listedAtMost = 2_000;

export type Condition = { sql: string; params: unknown[] };

/** The condition that `device` (an SQL expression) is one of some ids. */
export const inDevices = (device: string, ids: ArrayLike<number>): Condition => {
  if (ids.length <= listedAtMost)
    return { sql: `${device} in (select value from json_each(?))`, params: [JSON.stringify(Array.from(ids))] };
  let most = 0;
  for (let at = 0; at < ids.length; at += 1) most = Math.max(most, ids[at] as number);
  const bytes = Buffer.alloc(most + 1);
  for (let at = 0; at < ids.length; at += 1) bytes[ids[at] as number] = 1;
  return { sql: `substr(?, ${device} + 1, 1) = x'01'`, params: [bytes] };
};

/** Ids that are in at least one set of each group of alternatives. */
export const inAll = (groups: readonly (readonly ArrayLike<number>[])[]): number[] => {
  // How many groups in a row an id was found in: one byte per id, whatever the sets' sizes.
  let marks = new Uint8Array(0);
  for (const [step, sets] of groups.entries())
    for (const set of sets)
      for (let at = 0; at < set.length; at += 1) {
        const id = set[at] as number;
        if (id >= marks.length) {
          const wider = new Uint8Array(Math.max(id + 1, marks.length * 2));
          wider.set(marks);
          marks = wider;
        }
        if (marks[id] === step) marks[id] = step + 1;
      }
  const found: number[] = [];
  for (let id = 0; id < marks.length; id += 1) if (marks[id] === groups.length) found.push(id);
  return found;
};

/** Any of some conditions; none of none. */
export const anyCondition = (conditions: readonly Condition[]): Condition =>
  conditions.length === 0
    ? { sql: '0', params: [] }
    : {
        sql: `(${conditions.map(({ sql }) => sql).join(' or ')})`,
        params: conditions.flatMap(({ params }) => params),
      };
