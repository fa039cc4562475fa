import { paths } from '@sallyport/ui/paths';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Console, openConsole } from '../../../test/support/console.ts';
import { actorWith, admin, type Engines, openEngines } from '../../../test/support/engines.ts';
import { keepDailyValues } from '../../retention.ts';
import { keepToday } from './keep.ts';
import { trendService } from './service.ts';
import type { Statistic } from './types.ts';

const dayMs = 86_400_000;
const start = Date.parse('2026-11-10T08:00:00Z');

describe('what is kept day by day', () => {
  let engines: Engines;
  let value: number | null = 0;
  const statistics: Statistic[] = [
    { name: 'one', unit: 'count', right: 'devices:read', measure: () => value },
    { name: 'two', unit: 'days', right: 'exchange:read', measure: () => 7 },
  ];
  const timeZone = 'Asia/Almaty';
  const keep = (
    nowMs: number,
    measured: number | null,
    moment: { believedMs?: number; doubt?: 'CLOCK_SUSPECT' | 'CLOCK_BEHIND' } = {},
  ): void => {
    value = measured;
    keepToday({
      db: engines.db,
      statistics,
      timeZone,
      moment: { nowMs, believedMs: nowMs, doubt: undefined, ...moment },
    });
  };
  const at = (nowMs: number) =>
    trendService({ db: engines.db, statistics, timeZone: () => timeZone, clock: () => nowMs });

  beforeAll(async () => {
    engines = await openEngines();
  });
  afterAll(() => engines.close());

  it('has the last value of each day, no row for a day without one, and null where there was nothing to measure', () => {
    keep(start, 4);
    // Of the same day by the calendar of the site, though not by that of UTC.
    keep(start + 10 * 3_600_000, 6);
    keep(start + 12 * 3_600_000, 5);
    keep(start + 3 * dayMs, null);
    const { days, trends } = at(start + 3 * dayMs).list(admin, 5);
    expect(days.map(({ day }) => day)).toEqual(['2026-11-09', '2026-11-10', '2026-11-11', '2026-11-12', '2026-11-13']);
    expect(days[1]?.at).toBe(Date.parse('2026-11-10T12:00:00+05:00'));
    expect(trends[0]).toEqual({
      name: 'one',
      unit: 'count',
      since: '2026-11-10',
      kept: [
        { day: '2026-11-10', value: 6, dateInDoubt: false },
        { day: '2026-11-11', value: 5, dateInDoubt: false },
        { day: '2026-11-13', value: null, dateInDoubt: false },
      ],
    });
  });

  it('says of which days the date is in doubt: while the clock is, and of days that lie ahead since it was set back', () => {
    const later = start + 20 * dayMs;
    const doubted = (nowMs: number): string[] =>
      at(nowMs)
        .list(admin, 30)
        .trends[0]?.kept.flatMap(({ day, dateInDoubt }) => (dateInDoubt ? [day] : [])) ?? [];
    keep(later, 1, { doubt: 'CLOCK_SUSPECT' });
    keep(later + dayMs, 2);
    // What counts goes on by half while a clock that was believed is taken back.
    keep(later + 2 * dayMs, 3, { believedMs: later + dayMs });
    expect(doubted(later + 3 * dayMs)).toEqual(['2026-11-30', '2026-12-02']);
    // Measured again on the same day, by a clock that is right.
    keep(later, 4);
    expect(doubted(later + 3 * dayMs)).toEqual(['2026-12-02']);
    // Set back by ten days: what was kept of days that have not come is of other days, and stays away until they come.
    keep(later - 10 * dayMs, 5);
    expect(doubted(later - 10 * dayMs)).toEqual([]);
    expect(doubted(later + 3 * dayMs)).toEqual(['2026-11-30', '2026-12-01', '2026-12-02']);
  });

  it('is shown to who has the right over the whole site', () => {
    const seen = (actor: typeof admin): string[] =>
      at(start)
        .list(actor, 30)
        .trends.map(({ name }) => name);
    expect(seen(actorWith('devices:read'))).toEqual(['one']);
    expect(seen(actorWith('exchange:read'))).toEqual(['two']);
    expect(
      seen({ ...actorWith(), scopes: [{ roots: ['g'], rights: new Set(['devices:read']) }] } as typeof admin),
    ).toEqual([]);
  });
});

describe('the trends of a site', () => {
  let site: Console;
  beforeAll(async () => {
    site = await openConsole();
  });
  afterAll(() => site.close());
  const page = async (path: string): Promise<string> => (await (await site.as('administrator')).get(path)).text();

  it('say on a new appliance that no day was kept, and draw nothing', async () => {
    const text = await page(paths.trends());
    expect(text).toContain('No day kept yet');
    expect(text).not.toContain('class="chart"');
  });

  it('measure nothing where there is nothing, and draw no line through days that were not kept', async () => {
    keepDailyValues(site.appliance);
    const values = (): Record<string, number | null> =>
      Object.fromEntries(
        site.appliance.db
          .prepare<[], [string, number | null]>('select name, value from daily_value order by name')
          .raw()
          .all(),
      );
    expect(values()).toEqual({
      'act-days-to-fix': null,
      'act-open': null,
      'devices-heard': null,
      'oldest-advisories': null,
    });
    site.device('hmi-1');
    site.device('hmi-2');
    site.appliance.db.prepare("update device set last_seen_at = created_at where hostname = 'hmi-1'").run();
    keepDailyValues(site.appliance);
    expect(values()['devices-heard']).toBe(50);
    const put = site.appliance.db.prepare(
      "insert into daily_value (name, day, value) select name, date(day, ?), ? from daily_value where name = 'devices-heard' order by day desc limit 1",
    );
    for (const [ago, percent] of [
      [9, 80],
      [8, 81.5],
    ])
      put.run(`-${ago} days`, percent);
    const text = await page(paths.trends());
    expect(text).not.toContain('date in doubt');
    const lines = [...text.matchAll(/<path class="trip" d="([^"]*)"/g)].map(([, path = '']) => path);
    // Two kept days, seven that were not, today.
    expect(lines.map((path) => path.match(/[MHV]/g)?.join(''))).toEqual(['MHVHMH']);
    expect(text).toContain('81.5%');
    expect(text.match(/not kept/g)).toHaveLength(7 * 4 + 2 * 3);
    expect(text).toContain('nothing to measure');
  });

  it('mark the days of which the date is in doubt', async () => {
    site.appliance.db
      .prepare("update daily_value set date_in_doubt = 1 where name = 'devices-heard' and value = 81.5")
      .run();
    const text = await page(paths.trends());
    expect(text.match(/<span class="tag">date in doubt<\/span>/g)).toHaveLength(1);
    expect(text).toContain('Days with a date in doubt: 1. The clock was in doubt');
  });
});
