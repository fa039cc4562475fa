import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';

/** Names of controllers that a refusal compares with; of a greater site the first ones. */
const mostNames = 20_000;

/** Whether zones and controllers of a name are there, as live records have them. */
export const placeQueries = (db: Database) => {
  const sql = statements(db);
  const zone = sql.value<[string], number>("select 1 from controller_row where zone = ? and state = 'live' limit 1");
  const controller = sql.value<[string], number>("select 1 from controller where public_id = ? and state = 'live'");
  const labels = sql.values<[number], string>(
    "select distinct label from controller_row where state = 'live' order by name_key limit ?",
  );
  return {
    isZone: (text: string): boolean => text !== '' && zone(text) !== undefined,
    isController: (publicId: string): boolean => controller(publicId) !== undefined,
    /** Public ids of those whose folded name it is; two say that there are several. */
    named: sql.values<[string], string>(
      "select public_id from controller_row where name_key = ? and state = 'live' limit 2",
    ),
    /** Those of some public ids that no live record has. */
    gone: sql.values<[ids: readonly string[]], string>(
      `select value from json_each(?) where not exists
       (select 1 from controller where public_id = value and state = 'live')`,
    ),
    names: (): string[] => labels(mostNames),
  };
};
