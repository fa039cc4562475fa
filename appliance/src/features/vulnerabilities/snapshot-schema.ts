import { createHash } from 'node:crypto';
import { join } from 'node:path';

/** Raised when the tables below change; a snapshot with a number that nothing leads from is rebuilt from a full import. */
export const SNAPSHOT_SCHEMA = 4;

/** Since these, snapshots hold documents about controllers, and what catalogues of exploitation say. */
export const DOCUMENTS_SINCE = 2;
export const THREATS_SINCE = 3;

// Documents about controllers: their bodies packed, and what is asked for without unpacking them.
const CSAF_SQL = `
CREATE TABLE csaf (
  adv INTEGER PRIMARY KEY, key TEXT NOT NULL, revision TEXT NOT NULL, category TEXT NOT NULL, status TEXT NOT NULL,
  publisher TEXT NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE INDEX csaf_key ON csaf (key);
CREATE TABLE csaf_vuln (vuln TEXT NOT NULL, adv INTEGER NOT NULL, PRIMARY KEY (vuln, adv)) STRICT, WITHOUT ROWID;
CREATE INDEX csaf_vuln_adv ON csaf_vuln (adv);`;

// What a catalogue says of a CVE, one row for each catalogue.
const THREAT_SQL = `
CREATE TABLE threat (
  adv INTEGER PRIMARY KEY, vuln TEXT NOT NULL, exploited_since TEXT, exploited_due TEXT, ransomware INTEGER,
  exploitation TEXT, automatable TEXT, impact TEXT
) STRICT;
CREATE INDEX threat_vuln ON threat (vuln);`;

// Which advisories differ from the snapshot that this one was made from, so that only those are matched again. Without a
// row in base, all of them do.
const CHANGE_SQL = `
CREATE TABLE base (one INTEGER PRIMARY KEY CHECK (one = 1), number INTEGER NOT NULL) STRICT;
CREATE TABLE change (adv INTEGER PRIMARY KEY) STRICT;`;

const step = (...sql: string[]): string => `${sql.join('\n')}\nPRAGMA user_version = ${SNAPSHOT_SCHEMA};`;

/** From an earlier schema to the present one, where that only adds: no earlier snapshot held such records. */
export const SNAPSHOT_STEPS: ReadonlyMap<number, string> = new Map([
  [1, step(CSAF_SQL, THREAT_SQL, CHANGE_SQL)],
  [2, step(THREAT_SQL, CHANGE_SQL)],
  [3, step(CHANGE_SQL)],
]);

// advisories/<n>.db: one snapshot, read-only once it is named. Ranges are memcomparable keys, so that "affected" is a
// comparison of bytes inside one covering index.
export const SNAPSHOT_SQL = `
CREATE TABLE source (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, licence TEXT, captured_at TEXT NOT NULL,
  newest_advisory TEXT, digest TEXT NOT NULL, cursor TEXT NOT NULL
) STRICT;
CREATE TABLE eco (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE pkg (id INTEGER PRIMARY KEY, eco INTEGER NOT NULL, name TEXT NOT NULL, UNIQUE (eco, name)) STRICT;
CREATE TABLE aff (
  pkg INTEGER NOT NULL, lo BLOB NOT NULL, hi BLOB NOT NULL, adv INTEGER NOT NULL,
  fixed TEXT, state INTEGER NOT NULL, qual INTEGER NOT NULL,
  PRIMARY KEY (pkg, lo, hi, adv)
) STRICT, WITHOUT ROWID;
CREATE INDEX aff_adv ON aff (adv);
CREATE TABLE aff_exact (
  pkg INTEGER NOT NULL, version TEXT NOT NULL, adv INTEGER NOT NULL,
  PRIMARY KEY (pkg, version, adv)
) STRICT, WITHOUT ROWID;
CREATE INDEX aff_exact_adv ON aff_exact (adv);
-- Ranges of which a bound has no key: kept and listed for review, never dropped.
CREATE TABLE aff_review (
  pkg INTEGER NOT NULL, adv INTEGER NOT NULL, introduced TEXT NOT NULL, fixed TEXT NOT NULL, last_affected TEXT NOT NULL,
  PRIMARY KEY (pkg, adv, introduced, fixed, last_affected)
) STRICT, WITHOUT ROWID;
CREATE INDEX aff_review_adv ON aff_review (adv);
CREATE TABLE qual (
  id INTEGER PRIMARY KEY, arch TEXT NOT NULL, module TEXT NOT NULL, channel TEXT NOT NULL, UNIQUE (arch, module, channel)
) STRICT;
CREATE TABLE adv (
  id INTEGER PRIMARY KEY, osv_id TEXT NOT NULL, source INTEGER NOT NULL, digest TEXT NOT NULL,
  modified TEXT NOT NULL, withdrawn TEXT, sev TEXT NOT NULL, cvss TEXT, summary TEXT NOT NULL, doc BLOB NOT NULL, UNIQUE (source, osv_id)
) STRICT;
CREATE TABLE alias (
  vuln TEXT NOT NULL, adv INTEGER NOT NULL, kind TEXT NOT NULL, PRIMARY KEY (vuln, adv, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX alias_adv ON alias (adv, kind, vuln);
${CSAF_SQL}${THREAT_SQL}${CHANGE_SQL}
PRAGMA user_version = ${SNAPSHOT_SCHEMA};
`;

/**
 * The id of an advisory in every snapshot: 52 bits of a hash of feed and id, so that matches, which outlive snapshots,
 * can name it. A clash among n records has the chance n²/2⁵³ and is refused when the snapshot is built.
 */
export const advisoryKey = (feed: string, id: string): number => {
  const digest = createHash('sha256').update(`${feed}\0${id}`).digest();
  return digest.readUIntBE(0, 6) * 16 + ((digest[6] ?? 0) >> 4);
};

/** The file of a snapshot. */
export const snapshotPath = (folder: string, number: number): string => join(folder, `${number}.db`);
