import { hash } from 'node:crypto';
import { join } from 'node:path';

/** Raised when the tables below change: a snapshot of another schema is not read. */
export const SNAPSHOT_SCHEMA = 6;

// advisories/<n>.db: one snapshot, read-only once it is named. What is asked for as a whole is one value: the records of a
// package (package-records.ts) and the documents of many advisories (document-blocks.ts). A million ranges as rows, each in
// two trees, were most of an import.

/**
 * How much each feed says of each ecosystem, counted when a snapshot is finished: records that are not withdrawn, and when the newest
 * changed. A snapshot of before has none, and gets it with the next import.
 */
export const KNOWN_SQL = `
CREATE TABLE IF NOT EXISTS known (
  eco INTEGER NOT NULL, source INTEGER NOT NULL, records INTEGER NOT NULL, newest TEXT NOT NULL, PRIMARY KEY (eco, source)
) STRICT, WITHOUT ROWID;
`;

export const SNAPSHOT_SQL = `
CREATE TABLE source (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, licence TEXT, captured_at TEXT NOT NULL,
  newest_advisory TEXT, digest TEXT NOT NULL, cursor TEXT NOT NULL
) STRICT;
CREATE TABLE eco (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
-- Which feeds say something about packages of an ecosystem.
CREATE TABLE covers (eco INTEGER NOT NULL, source INTEGER NOT NULL, PRIMARY KEY (eco, source)) STRICT, WITHOUT ROWID;
CREATE TABLE pkg (
  id INTEGER PRIMARY KEY, eco INTEGER NOT NULL, name TEXT NOT NULL, records BLOB NOT NULL, UNIQUE (eco, name)
) STRICT;
CREATE TABLE qual (
  id INTEGER PRIMARY KEY, arch TEXT NOT NULL, module TEXT NOT NULL, channel TEXT NOT NULL, UNIQUE (arch, module, channel)
) STRICT;
-- In the order in which they came, since ids are hashes. pkgs: the packages whose records name it, a rising raw array.
-- names: all other names, for searches.
CREATE TABLE adv (
  n INTEGER PRIMARY KEY, id INTEGER NOT NULL UNIQUE, source INTEGER NOT NULL, osv_id TEXT NOT NULL, digest BLOB NOT NULL, sev TEXT NOT NULL, cvss TEXT,
  modified TEXT NOT NULL, withdrawn TEXT, doc INTEGER NOT NULL, place INTEGER NOT NULL, pkgs BLOB NOT NULL,
  aliases TEXT NOT NULL, names TEXT NOT NULL, summary TEXT NOT NULL
) STRICT;
-- In the order in which a feed's digest reads them.
CREATE TABLE record (
  source INTEGER NOT NULL, osv_id TEXT NOT NULL, adv INTEGER NOT NULL, digest BLOB NOT NULL, PRIMARY KEY (source, osv_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE alias (vuln TEXT NOT NULL, adv INTEGER NOT NULL, PRIMARY KEY (vuln, adv)) STRICT, WITHOUT ROWID;
-- held: documents in it; live: those that an advisory still has.
CREATE TABLE doc (id INTEGER PRIMARY KEY, held INTEGER NOT NULL, live INTEGER NOT NULL, data BLOB NOT NULL) STRICT;
-- Documents about controllers: their bodies packed, and what is asked for without unpacking them.
CREATE TABLE csaf (
  adv INTEGER PRIMARY KEY, key TEXT NOT NULL, revision TEXT NOT NULL, category TEXT NOT NULL, status TEXT NOT NULL,
  publisher TEXT NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE INDEX csaf_key ON csaf (key);
CREATE TABLE csaf_vuln (vuln TEXT NOT NULL, adv INTEGER NOT NULL, PRIMARY KEY (vuln, adv)) STRICT, WITHOUT ROWID;
CREATE INDEX csaf_vuln_adv ON csaf_vuln (adv);
-- What a catalogue says of a CVE, one row for each catalogue.
CREATE TABLE threat (
  adv INTEGER PRIMARY KEY, vuln TEXT NOT NULL, exploited_since TEXT, exploited_due TEXT, ransomware INTEGER,
  exploitation TEXT, automatable TEXT, impact TEXT
) STRICT;
CREATE INDEX threat_vuln ON threat (vuln);
-- Which advisories differ from the snapshot that this one was made from, and the packages that name or named them, so that
-- only those are matched again. Without a row in base, everything is.
CREATE TABLE base (one INTEGER PRIMARY KEY CHECK (one = 1), number INTEGER NOT NULL) STRICT;
CREATE TABLE change (adv INTEGER PRIMARY KEY) STRICT;
CREATE TABLE change_pkg (pkg INTEGER PRIMARY KEY) STRICT;
${KNOWN_SQL}
PRAGMA user_version = ${SNAPSHOT_SCHEMA};
`;

/**
 * The id of an advisory in every snapshot: 52 bits of a hash of feed and id, so that matches, which outlive snapshots,
 * can name it. A clash among n records has the chance n²/2⁵³ and is refused when the snapshot is built.
 */
export const advisoryKey = (feed: string, id: string): number => {
  const digest = hash('sha256', `${feed}\0${id}`, 'buffer');
  return digest.readUIntBE(0, 6) * 16 + ((digest[6] ?? 0) >> 4);
};

/** The file of a snapshot. */
export const snapshotPath = (folder: string, number: number): string => join(folder, `${number}.db`);
