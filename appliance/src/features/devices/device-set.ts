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

/** Any of some conditions; none of none. */
export const anyCondition = (conditions: readonly Condition[]): Condition =>
  conditions.length === 0
    ? { sql: '0', params: [] }
    : {
        sql: `(${conditions.map(({ sql }) => sql).join(' or ')})`,
        params: conditions.flatMap(({ params }) => params),
      };
