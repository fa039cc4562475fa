import BetterSqlite3 from 'better-sqlite3';
import { presentSnapshot } from './snapshot-file-store.ts';
import type { KnownThreat } from './types.ts';

// Reads of `advisories/<n>.db` what catalogues of exploitation say: threat.

/** Of several catalogues, and of several CVEs, the worse word holds: first day, earliest deadline, most that is known. */
export const WORST_THREAT = `min(exploited_since) AS exploitedSince, min(exploited_due) AS exploitedDue,
  max(ransomware) AS ransomware,
  CASE min(CASE exploitation WHEN 'active' THEN 0 WHEN 'poc' THEN 1 WHEN 'none' THEN 2 END)
    WHEN 0 THEN 'active' WHEN 1 THEN 'poc' WHEN 2 THEN 'none' END AS exploitation,
  max(automatable) AS automatable, max(impact) AS impact`;

const ALL = `SELECT vuln AS vulnerability, ${WORST_THREAT} FROM threat GROUP BY vuln ORDER BY vuln`;

/** What snapshot `number` knows of exploitation, ordered by CVE; nothing where it has no catalogue. */
export const knownThreats = (folder: string, number: number): KnownThreat[] => {
  const path = presentSnapshot(folder, number);
  if (path === undefined) return [];
  const db = new BetterSqlite3(path, { readonly: true, fileMustExist: true });
  try {
    return db.prepare<[], KnownThreat>(ALL).all();
  } finally {
    db.close();
  }
};
