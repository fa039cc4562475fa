// A part of a WHERE, with the values that it binds.

export type Condition = { readonly sql: string; readonly params: readonly unknown[] };

/** What is true of every row that all of these are true of. */
export function allTrue(conditions: readonly Condition[]): Condition {
  return {
    sql: conditions.length === 0 ? 'true' : conditions.map(({ sql }) => sql).join(' and '),
    params: conditions.flatMap(({ params }) => params),
  };
}

/** An expression is one of these; nothing where none are given. */
export function oneOf(expression: string, values: readonly (string | number)[] | undefined): Condition[] {
  if (values === undefined || values.length === 0) return [];
  return [{ sql: `${expression} in (select value from json_each(?))`, params: [JSON.stringify(values)] }];
}
