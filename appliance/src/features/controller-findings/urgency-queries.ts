import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';
import { DECISIONS } from '../vulnerabilities/types.ts';
import type { Urgency } from './types.ts';

// Reads controller_match, controller_part_identity, controller_priority, controller_threat, controller_held. What is held back makes no hurry.
const WORST = `
select min(r.rank) as worst, count(*) as n from controller_match m
cross join controller_part_identity p on p.identity = m.identity
cross join controller_priority r on r.threat = m.threat and r.context = p.context
where m.until is null and m.verdict = 'affected' and m.vulnerability in (select value from json_each(@vulnerabilities))
  and not exists (select 1 from controller_held h
    where h.identity = m.identity and h.vulnerability = m.vulnerability and h.controller = p.controller and h.until > @now)`;

export const urgencyQuery = (db: Database, clock: () => number) => {
  const sql = statements(db);
  const all = sql.get<[{ vulnerabilities: string; now: number }], { worst: number | null; n: number }>(WORST);
  const some = sql.get<
    [{ vulnerabilities: string; now: number; controllers: string }],
    { worst: number | null; n: number }
  >(`${WORST} and p.controller in (select value from json_each(@controllers))`);
  const exploited = sql.all<[string], { vulnerability: string; due: string | null }>(
    `select vulnerability, exploited_due as due from controller_threat
     where exploited_since is not null and vulnerability in (select value from json_each(?)) order by vulnerability`,
  );
  /** Over these controllers, or over all without `controllers`. */
  return (wanted: readonly string[], controllers?: readonly number[]): Urgency => {
    const vulnerabilities = JSON.stringify(wanted);
    const row =
      controllers === undefined
        ? all({ vulnerabilities, now: clock() })
        : some({ vulnerabilities, now: clock(), controllers: JSON.stringify(controllers) });
    const known = exploited(vulnerabilities);
    const days = known.flatMap(({ due }) => due ?? []).sort();
    return {
      decision: row?.worst === null || row === undefined ? null : (DECISIONS[row.worst] ?? null),
      findings: row?.n ?? 0,
      exploited: known.map(({ vulnerability }) => vulnerability),
      due: days[0] ?? '',
    };
  };
};
