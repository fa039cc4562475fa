import { timesOf } from '../../platform/filter/filter-queries.ts';
import type { Filter, Vocabulary } from '../../platform/filter/types.ts';
import type { Age } from '../devices/types.ts';

/** When a device was heard. */
export const heardMoments = 'select d.last_seen_at as value';

/** Each age that a condition asks for, once. */
export const ageList = (conditions: readonly Filter[], vocabulary: Vocabulary): Age[] => {
  const ages = conditions
    .flatMap((condition) => timesOf(condition, vocabulary))
    .flatMap((asked) => ('ms' in asked ? [asked] : []))
    // A shared item says no moment of the device: its section comes anew when it changes.
    .filter(({ rows }) => rows?.shared !== true)
    .map(({ field, rows, ms }): Age => {
      // Every moment that is declared is one value.
      const value = 'scalar' in field.source ? field.source.scalar : 'null';
      if (rows === undefined) return { moments: `select (${value}) as value`, ms };
      return {
        moments: `select (${value}) as value from section s
          join ${rows.table} r on r.device = s.device and r.section_source = s.source
          where s.device = d.id and s.collection = '${rows.name}' and s.best = 1`,
        ms,
      };
    });
  return [...new Map(ages.map((age) => [`${age.ms} ${age.moments}`, age])).values()];
};

/** The fixed moments with which conditions compare the last contact: one may pass between two contacts. */
export const fixedMoments = (conditions: readonly Filter[], vocabulary: Vocabulary): number[] =>
  conditions
    .flatMap((condition) => timesOf(condition, vocabulary))
    .flatMap((asked) =>
      'at' in asked && asked.field.name === 'lastSeen' && asked.rows === undefined ? [asked.at] : [],
    );
