import { z } from 'zod';
import { operationsOver } from '../../server/operations/operation.ts';
import type { TrendService } from './service.ts';
import { keptDays, trendUnits } from './types.ts';

// What is kept day by day: four numbers of the whole site.

const { operation } = operationsOver<{ trends: TrendService }>({ area: 'work', bound: 'owner' });

const day = z.string().describe('YYYY-MM-DD by the calendar of the site');

const trendSchema = z.object({
  name: z.string(),
  unit: z.enum(trendUnits),
  since: day.nullable().describe('The first day that was kept; null: none yet'),
  kept: z.array(
    z.object({
      day,
      value: z.number().nullable().describe('null: there was nothing that it could be measured on'),
      dateInDoubt: z
        .boolean()
        .describe(
          'The clock was in doubt when the value was measured, or was set back since: it may be of another day',
        ),
    }),
  ),
});

export const trendSchemas = { Trend: trendSchema };

export const trendOperations = [
  operation({
    name: 'trend.list',
    http: { method: 'get', path: '/trends' },
    right: 'any',
    summary: 'What was kept day by day of the site: those that the caller may see of the whole site',
    description: 'A day that is not there was not kept: the appliance did not run on it.',
    input: z.strictObject({
      days: z.coerce.number().int().min(1).max(keptDays).default(30).describe('How many days up to today'),
    }),
    output: z.object({ from: day, to: day, trends: z.array(trendSchema) }),
    run: ({ trends, actor }, { days }) => {
      const found = trends.list(actor, days);
      return { from: found.days[0]?.day ?? '', to: found.days.at(-1)?.day ?? '', trends: found.trends };
    },
    command: {
      example: 'sallyport trend list --days 90',
      print: (out, { from, to, trends }) => {
        const days = [...new Set(trends.flatMap(({ kept }) => kept.map((one) => one.day)))].sort();
        const inDoubt = new Set(
          trends.flatMap(({ kept }) => kept.flatMap((one) => (one.dateInDoubt ? [one.day] : []))),
        );
        const byDay = trends.map(({ kept }) => new Map(kept.map((one) => [one.day, one.value])));
        const valueOn = (at: string, values: ReadonlyMap<string, number | null>): string => {
          const found = values.get(at);
          return found === undefined ? 'not kept' : found === null ? 'nothing to measure' : String(found);
        };
        if (days.length > 0)
          out.table(
            ['DAY', ...trends.map(({ name, unit }) => `${name}, ${unit}`.toUpperCase())],
            days.map((at) => [
              inDoubt.has(at) ? `${at} (date in doubt)` : at,
              ...byDay.map((values) => valueOn(at, values)),
            ]),
          );
        out.note(
          trends.length === 0
            ? 'None of what is kept may be seen with the rights of the caller over the whole site.'
            : `${from} to ${to}: ${days.length} days were kept${inDoubt.size === 0 ? '' : `, ${inDoubt.size} with a date in doubt: the clock was, when they were measured, or was set back since`}.`,
        );
      },
    },
  }),
];
