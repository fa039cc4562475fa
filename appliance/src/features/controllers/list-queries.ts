import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import type { Database } from '../../platform/database.ts';
import { conditionsOf } from '../../platform/filter/filter-queries.ts';
import { filterLanguage } from '../../platform/filter/language.ts';
import { asksFor, type Filter } from '../../platform/filter/types.ts';
import type { Condition } from '../../platform/list/condition.ts';
import { listBuilder } from '../../platform/list/list-queries.ts';
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
  },
): ControllerList => {
  const vocabulary = () => controllerVocabulary(own.customFields(), own.recordsWith);

  /** What was merged, replaced or archived is listed where its field is asked for. */
  const where = (filter: Filter | undefined): Condition[] => [
    ...conditionsOf(filter, { vocabulary: vocabulary(), now: nowMs() }),
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

  const counts = db.prepare<[], ControllerCounts>(
    `select count(*) filter (where decision <> 'archived') as live,
       count(*) filter (where decision = 'unauthorised') as unauthorised,
       count(*) filter (where decision = 'archived') as archived,
       count(*) filter (where decision <> 'archived' and drift > 0) as drift,
       count(*) filter (where decision <> 'archived' and missing_firmware > 0) as missingFirmware,
       count(*) filter (where decision <> 'archived' and proposals > 0) as proposals
     from controller_row where state = 'live'`,
  );

  const choices = (field: string): string[] =>
    db
      .prepare<[string, number], string>(
        `select min(w.value) from controller_effective w join controller_part p on p.id = w.part and p.type = 'controller'
         where w.field = ? group by fold(w.value) order by 1 limit ?`,
      )
      .pluck()
      .all(field, maxChoices);

  return {
    page: ({ filter, ...query }: ControllerListQuery): ControllerListPage => {
      const { rows, ...page } = list.page({ ...query, where: where(filter) });
      return { ...page, ids: rows.map(({ id }) => id) };
    },
    all: ({ filter, ...query }: Omit<ControllerListQuery, 'after' | 'limit'>): number[] =>
      list.all({ ...query, where: where(filter) }).map(({ id }) => id),
    count: (filter: Filter | undefined): number => list.count({ where: where(filter) }),
    counts: (): ControllerCounts =>
      counts.get() ?? { live: 0, unauthorised: 0, archived: 0, drift: 0, missingFirmware: 0, proposals: 0 },
    language: () => filterLanguage({ vocabulary: vocabulary() }),
    choices: (field: 'vendor' | 'productFamily' | 'zone' | 'role'): string[] => choices(field),
  };
};
