import type { Database } from '../../../platform/database.ts';
import { DECISIONS } from '../../vulnerabilities/types.ts';
import type { Urgency } from './types.ts';

// Reads plc_match, plc_part_identity, plc_priority, plc_threat, plc_held. What is held back makes no hurry.
const WORST = `
select min(r.rank) as worst, count(*) as n from plc_match m
cross join plc_part_identity p on p.identity = m.identity
cross join plc_priority r on r.threat = m.threat and r.context = p.context
where m.until is null and m.verdict = 'affected' and m.vulnerability in (select value from json_each(@vulnerabilities))
  and not exists (select 1 from plc_held h
    where h.identity = m.identity and h.vulnerability = m.vulnerability and h.plc = p.plc and h.until > @now)`;

export const urgencyQuery = (db: Database, clock: () => number) => {
  const all = db.prepare<[{ vulnerabilities: string; now: number }], { worst: number | null; n: number }>(WORST);
  const some = db.prepare<
    [{ vulnerabilities: string; now: number; plcs: string }],
    { worst: number | null; n: number }
  >(`${WORST} and p.plc in (select value from json_each(@plcs))`);
  const exploited = db.prepare<[string], { vulnerability: string; due: string | null }>(
    `select vulnerability, exploited_due as due from plc_threat
     where exploited_since is not null and vulnerability in (select value from json_each(?)) order by vulnerability`,
  );
  /** Over these controllers, or over all without `plcs`. */
  return (wanted: readonly string[], plcs?: readonly number[]): Urgency => {
    const vulnerabilities = JSON.stringify(wanted);
    const row =
      plcs === undefined
        ? all.get({ vulnerabilities, now: clock() })
        : some.get({ vulnerabilities, now: clock(), plcs: JSON.stringify(plcs) });
    const known = exploited.all(vulnerabilities);
    const days = known.flatMap(({ due }) => due ?? []).sort();
    return {
      decision: row?.worst === null || row === undefined ? null : (DECISIONS[row.worst] ?? null),
      findings: row?.n ?? 0,
      exploited: known.map(({ vulnerability }) => vulnerability),
      due: days[0] ?? '',
    };
  };
};
