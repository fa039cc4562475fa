// A part of a WHERE, with the values that it binds.

export type Condition = { readonly sql: string; readonly params: readonly unknown[] };

/** What is true of every row that all of these are true of. */
export function allTrue(conditions: readonly Condition[]): Condition {
  return {
    sql: conditions.length === 0 ? 'true' : conditions.map(({ sql }) => sql).join(' and '),
    params: conditions.flatMap(({ params }) => params),
  };
}

/** An expression is one of these; where none are given, anything is. */
export function oneOf(expression: string, values: readonly (string | number)[] | undefined): Condition[] {
  return values === undefined || values.length === 0 ? [] : [among(expression, values)];
}

/** An expression is one of these; where none are given, nothing is. */
export function among(expression: string, values: readonly (string | number)[]): Condition {
  return { sql: `${expression} in (select value from json_each(?))`, params: [JSON.stringify(values)] };
}
