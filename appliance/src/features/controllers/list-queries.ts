import { type Database, nowIn } from '../../platform/database.ts';
import { conditionsOf } from '../../platform/filter/filter-queries.ts';
import { filterLanguage } from '../../platform/filter/language.ts';
import { asksFor, type Filter } from '../../platform/filter/types.ts';
import type { Condition } from '../../platform/list/condition.ts';
import { listBuilder } from '../../platform/list/list-queries.ts';
import { controllersIn, type Scope, zonesIn } from '../../platform/scope.ts';
import { isNotJudged } from './coverage-queries.ts';
import { controllerVocabulary } from './field-queries.ts';
import type {
  ControllerCounts,
  ControllerList,
  ControllerListPage,
  ControllerListQuery,
  ControllerSort,
  CustomField,
} from './types.ts';

const maxChoices = 200;

/** Pages of controllers out of controller_row; see row.ts for how that is kept. `own`: the fields of the site. */
export const controllerList = (
  db: Database,
  own: {
    customFields(): CustomField[];
    recordsWith(wanted: ReadonlyMap<string, string>): string[];
    proposing(scope: Scope): number[];
  },
): ControllerList => {
  /** SQL of whether a record may be the same as another; where not the whole site is in reach, as one in reach. */
  const proposals = (scope: Scope): string =>
    scope.site ? 'r.proposals > 0' : `r.controller in (${own.proposing(scope).join(', ')})`;
  const vocabulary = (scope: Scope) => controllerVocabulary(own.customFields(), own.recordsWith, proposals(scope));

  /** What was merged, replaced or archived is listed where its field is asked for. */
  const where = (filter: Filter | undefined, scope: Scope): Condition[] => [
    ...(scope.site ? [] : [zonesIn(scope, 'r.zone')]),
    ...conditionsOf(filter, { vocabulary: vocabulary(scope), now: nowIn(db) }),
    ...(asksFor('state', filter) ? [] : [{ sql: `r.state = 'live'`, params: [] }]),
    ...(asksFor('decision', filter) ? [] : [{ sql: `r.decision in ('authorised', 'unauthorised')`, params: [] }]),
  ];

  const list = listBuilder<{ id: number }, ControllerSort>(db, {
    from: 'controller_row r',
    id: 'r.controller',
    orders: {
      name: { keys: ['r.name_key', 'r.controller'] },
      vendor: { keys: ['r.vendor_key', 'r.name_key', 'r.controller'] },
      family: { keys: ['r.family_key', 'r.name_key', 'r.controller'] },
      model: { keys: ['r.model_key', 'r.name_key', 'r.controller'] },
      order: { keys: ['r.order_key', 'r.name_key', 'r.controller'] },
      firmware: { keys: ['r.firmware_key', 'r.name_key', 'r.controller'] },
      address: { keys: ['r.address_key', 'r.name_key', 'r.controller'] },
      zone: { keys: ['r.zone', 'r.name_key', 'r.controller'] },
      seen: { keys: ['r.seen_key', 'r.controller'] },
      drift: { keys: ['r.drift', 'r.name_key', 'r.controller'] },
    },
    few: { most: 4_000 },
  });

  const counts = (scope: Scope): ControllerCounts | undefined => {
    const { sql, params } = zonesIn(scope, 'r.zone');
    return db
      .prepare<unknown[], ControllerCounts>(
        `select count(*) filter (where decision <> 'archived') as live,
           count(*) filter (where decision = 'unauthorised') as unauthorised,
           count(*) filter (where decision = 'archived') as archived,
           count(*) filter (where decision <> 'archived' and drift > 0) as drift,
           count(*) filter (where decision <> 'archived' and missing_firmware > 0) as missingFirmware,
           count(*) filter (where decision <> 'archived' and ${proposals(scope)}) as proposals,
           count(*) filter (where decision <> 'archived' and ${isNotJudged('r.controller')}) as notJudged
         from controller_row r where state = 'live' and ${sql}`,
      )
      .get(...params);
  };

  const choices = (field: string, scope: Scope): string[] => {
    const { sql, params } = controllersIn(scope, 'p.controller');
    return db
      .prepare<unknown[], string>(
        `select min(w.value) from controller_effective w join controller_part p on p.id = w.part and p.type = 'controller'
         where w.field = ? and ${sql} group by fold(w.value) order by 1 limit ?`,
      )
      .pluck()
      .all(field, ...params, maxChoices);
  };

  return {
    page: ({ filter, scope, ...query }: ControllerListQuery): ControllerListPage => {
      const { rows, ...page } = list.page({ ...query, where: where(filter, scope) });
      return { ...page, ids: rows.map(({ id }) => id) };
    },
    all: ({ filter, scope, ...query }: Omit<ControllerListQuery, 'after' | 'limit'>): number[] =>
      list.all({ ...query, where: where(filter, scope) }).map(({ id }) => id),
    first: (filter: Filter | undefined, limit: number, scope: Scope): number[] =>
      list.first({ sort: 'name', descending: false, where: where(filter, scope), limit }).map(({ id }) => id),
    count: (filter: Filter | undefined, scope: Scope): number => list.count({ where: where(filter, scope) }),
    counts: (scope: Scope): ControllerCounts =>
      counts(scope) ?? {
        live: 0,
        unauthorised: 0,
        archived: 0,
        drift: 0,
        missingFirmware: 0,
        proposals: 0,
        notJudged: 0,
      },
    language: (scope: Scope) => filterLanguage({ vocabulary: vocabulary(scope) }),
    choices: (field: 'vendor' | 'productFamily', scope: Scope): string[] => choices(field, scope),
  };
};
