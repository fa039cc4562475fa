import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';
import type { KnownThreat } from '../vulnerabilities/types.ts';
import type { Threat } from './types.ts';

// What catalogues of exploitation say, as matches were made with it: controller_threat. What is known is kept in state, so that a
// page tells of it without the snapshot, and so that a catalogue that changed leads to just the vulnerabilities it named.

export type ThreatLookUp = { get(vulnerability: string): Partial<Threat> | undefined };

const COLUMNS = `vulnerability, exploited_since as exploitedSince, exploited_due as exploitedDue, ransomware, exploitation,
  automatable, impact`;

const isSame = (a: KnownThreat, b: KnownThreat): boolean =>
  a.exploitedSince === b.exploitedSince &&
  a.exploitedDue === b.exploitedDue &&
  a.ransomware === b.ransomware &&
  a.exploitation === b.exploitation &&
  a.automatable === b.automatable &&
  a.impact === b.impact;

const toThreat = ({ exploitedSince, exploitation, automatable, impact }: KnownThreat): Partial<Threat> => ({
  ...(exploitation === null ? {} : { exploitation: exploitation as Threat['exploitation'] }),
  ...(automatable === null ? {} : { automatable: automatable as Threat['automatable'] }),
  ...(impact === null ? {} : { impact: impact as Threat['impact'] }),
  // Seen in use goes before what anybody judged of it.
  ...(exploitedSince === null ? {} : { exploitation: 'active' as const }),
});

type ThreatDifference = { readonly changed: readonly KnownThreat[]; readonly gone: readonly string[] };

export const threatStore = (db: Database) => {
  const sql = statements(db);
  const all = sql.all<[], KnownThreat>(`select ${COLUMNS} from controller_threat`);
  const one = sql.get<[string], KnownThreat>(`select ${COLUMNS} from controller_threat where vulnerability = ?`);
  const put = sql.run(
    `insert into controller_threat values (@vulnerability, @exploitedSince, @exploitedDue, @ransomware, @exploitation, @automatable,
       @impact)
     on conflict (vulnerability) do update set exploited_since = excluded.exploited_since, exploited_due = excluded.exploited_due,
       ransomware = excluded.ransomware, exploitation = excluded.exploitation, automatable = excluded.automatable,
       impact = excluded.impact`,
  );
  const drop = sql.run('delete from controller_threat where vulnerability = ?');
  return {
    find: (vulnerability: string): KnownThreat | undefined => one(vulnerability),
    /** Looks vulnerabilities up, each once; for one piece of work. */
    lookUp: (): ThreatLookUp => {
      const held = new Map<string, Partial<Threat> | undefined>();
      return {
        get: (vulnerability) => {
          if (held.has(vulnerability)) return held.get(vulnerability);
          const row = one(vulnerability);
          const threat = row && toThreat(row);
          held.set(vulnerability, threat);
          return threat;
        },
      };
    },
    compare: (now: readonly KnownThreat[]): ThreatDifference => {
      const before = new Map(all().map((row) => [row.vulnerability, row]));
      const changed = now.filter((row) => {
        const old = before.get(row.vulnerability);
        before.delete(row.vulnerability);
        return old === undefined || !isSame(old, row);
      });
      return { changed, gone: [...before.keys()] };
    },
    /** In a transaction. */
    take: ({ changed, gone }: ThreatDifference): void => {
      for (const row of changed) put(row);
      for (const vulnerability of gone) drop(vulnerability);
    },
  };
};

export type ThreatStore = ReturnType<typeof threatStore>;
