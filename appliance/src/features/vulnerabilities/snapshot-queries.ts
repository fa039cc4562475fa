import { existsSync } from 'node:fs';
import BetterSqlite3 from 'better-sqlite3';
import type { Database } from '../../platform/database.ts';
import { snapshotPath } from './snapshot-schema.ts';
import type { Hit } from './store.ts';
import type { AdvisoryFacts, FeedState, Severity, Verdict } from './types.ts';

// Reads `advisories/<n>.db`: source, eco, pkg, aff, aff_exact, aff_review, qual, adv, alias.

// A range with a module qualifier cannot be decided without the device's module streams; so a person looks.
const COORDINATE_HITS = `
SELECT a.adv AS adv, CASE WHEN q.module = '' THEN 'affected' ELSE 'review' END AS verdict, a.fixed AS fixed, a.hi AS hi,
       v.sev AS severity, v.cvss AS cvss
FROM eco e CROSS JOIN pkg p ON p.eco = e.id AND p.name = @name
CROSS JOIN aff a ON a.pkg = p.id AND a.lo <= @key AND a.hi > @key
JOIN qual q ON q.id = a.qual JOIN adv v ON v.id = a.adv
WHERE e.name = @eco`;
const COORDINATE_EXACT = `
SELECT x.adv AS adv, 'affected' AS verdict, NULL AS fixed, NULL AS hi, v.sev AS severity, v.cvss AS cvss
FROM eco e CROSS JOIN pkg p ON p.eco = e.id AND p.name = @name
CROSS JOIN aff_exact x ON x.pkg = p.id AND x.version = @version
JOIN adv v ON v.id = x.adv WHERE e.name = @eco`;
const COORDINATE_REVIEW = `
SELECT DISTINCT r.adv AS adv, 'review' AS verdict, nullif(r.fixed, '') AS fixed, NULL AS hi, v.sev AS severity, v.cvss AS cvss
FROM eco e CROSS JOIN pkg p ON p.eco = e.id AND p.name = @name
CROSS JOIN aff_review r ON r.pkg = p.id
JOIN adv v ON v.id = r.adv WHERE e.name = @eco`;
// A version without a key: affected where the range has no bounds, otherwise not comparable.
const COORDINATE_UNKEYED = `
SELECT a.adv AS adv, CASE WHEN a.lo = x'' AND a.hi = x'ffffffff' AND q.module = '' THEN 'affected' ELSE 'review' END AS verdict,
       a.fixed AS fixed, a.hi AS hi, v.sev AS severity, v.cvss AS cvss
FROM eco e CROSS JOIN pkg p ON p.eco = e.id AND p.name = @name
CROSS JOIN aff a ON a.pkg = p.id
JOIN qual q ON q.id = a.qual JOIN adv v ON v.id = a.adv WHERE e.name = @eco`;

type HitRow = {
  adv: number;
  verdict: Verdict;
  fixed: string | null;
  hi: Buffer | null;
  severity: Severity;
  cvss: string | null;
};

export type SnapshotAdvisory = {
  readonly id: number;
  readonly osvId: string;
  readonly feed: string;
  readonly newest: string | null;
  readonly document: unknown;
  readonly severity: Severity;
  readonly cvss: string | null;
};

/** One range or listed version of an advisory on a package. */
export type SnapshotEvidence = {
  readonly ranges: readonly {
    lo: Buffer;
    hi: Buffer;
    fixed: string | null;
    arch: string;
    module: string;
    channel: string;
  }[];
  readonly exact: boolean;
  readonly review: readonly { introduced: string; fixed: string; last_affected: string }[];
};

/** Merges rows of one coordinate: "affected" over "review", the range that reaches highest names the fix. */
const mergeHits = (rows: readonly HitRow[]): Hit[] => {
  const hits = new Map<number, HitRow>();
  for (const row of rows) {
    const held = hits.get(row.adv);
    const isStronger = held?.verdict === 'review' && row.verdict === 'affected';
    const isWeaker = held?.verdict === 'affected' && row.verdict === 'review';
    const isHigher = Buffer.compare(row.hi ?? Buffer.alloc(0), held?.hi ?? Buffer.alloc(0)) > 0;
    if (!held || isStronger || (!isWeaker && isHigher)) hits.set(row.adv, row);
  }
  return [...hits.values()].map(({ hi: _hi, ...hit }) => hit);
};

const openReader = (path: string) => {
  const db = new BetterSqlite3(path, { readonly: true, fileMustExist: true });
  const parameters = { hits: COORDINATE_HITS, exact: COORDINATE_EXACT, review: COORDINATE_REVIEW };
  const statements = {
    hits: db.prepare<unknown[], HitRow>(parameters.hits),
    exact: db.prepare<unknown[], HitRow>(parameters.exact),
    review: db.prepare<unknown[], HitRow>(parameters.review),
    unkeyed: db.prepare<unknown[], HitRow>(COORDINATE_UNKEYED),
  };
  const advisory = db.prepare<
    [number],
    {
      id: number;
      osv_id: string;
      name: string;
      newest_advisory: string | null;
      doc: Buffer;
      sev: Severity;
      cvss: string | null;
    }
  >(
    `SELECT v.id, v.osv_id, s.name, s.newest_advisory, v.doc, v.sev, v.cvss
     FROM adv v JOIN source s ON s.id = v.source WHERE v.id = ?`,
  );
  const facts = db.prepare<[number], AdvisoryFacts>(
    `SELECT v.osv_id, s.name AS feed, v.sev AS severity, v.cvss, v.summary,
       (SELECT json_group_array(l.vuln) FROM alias l WHERE l.adv = v.id AND l.kind = 'alias') AS aliases,
       (SELECT ifnull(group_concat(l.vuln, ' '), '') FROM alias l WHERE l.adv = v.id) AS names
     FROM adv v JOIN source s ON s.id = v.source WHERE v.id = ?`,
  );
  const packageId = db.prepare<[string, string], { id: number }>(
    'SELECT p.id FROM eco e JOIN pkg p ON p.eco = e.id WHERE e.name = ? AND p.name = ?',
  );
  const ranges = db.prepare<[number, number], SnapshotEvidence['ranges'][number]>(
    `SELECT a.lo, a.hi, a.fixed, q.arch, q.module, q.channel FROM aff a JOIN qual q ON q.id = a.qual
     WHERE a.pkg = ? AND a.adv = ? ORDER BY a.lo`,
  );
  const exact = db.prepare<[number, string, number], { one: number }>(
    'SELECT 1 AS one FROM aff_exact WHERE pkg = ? AND version = ? AND adv = ?',
  );
  const review = db.prepare<[number, number], SnapshotEvidence['review'][number]>(
    'SELECT introduced, fixed, last_affected FROM aff_review WHERE pkg = ? AND adv = ?',
  );
  return {
    close: (): void => {
      db.close();
    },
    /** Every advisory that covers the coordinate, or that nobody can decide by comparison. */
    match: (coordinate: { eco: string; name: string; version: string; key: Uint8Array | null }): Hit[] => {
      const named = { eco: coordinate.eco, name: coordinate.name };
      const rows = coordinate.key
        ? statements.hits.all({ ...named, key: coordinate.key })
        : statements.unkeyed.all(named);
      rows.push(...statements.exact.all({ ...named, version: coordinate.version }), ...statements.review.all(named));
      return mergeHits(rows);
    },
    /** What lists show of an advisory. */
    facts: (id: number): AdvisoryFacts | undefined => facts.get(id),
    /** Whether anything is published about a package of this name. */
    names: (eco: string, name: string): boolean => packageId.get(eco, name) !== undefined,
    advisory: (id: number): SnapshotAdvisory | undefined => {
      const row = advisory.get(id);
      if (!row) return undefined;
      return {
        id: row.id,
        osvId: row.osv_id,
        feed: row.name,
        newest: row.newest_advisory,
        document: JSON.parse(row.doc.toString('utf8')),
        severity: row.sev,
        cvss: row.cvss,
      };
    },
    evidence: (coordinate: { eco: string; name: string; version: string }, adv: number): SnapshotEvidence => {
      const pkg = packageId.get(coordinate.eco, coordinate.name)?.id;
      if (pkg === undefined) return { ranges: [], exact: false, review: [] };
      return {
        ranges: ranges.all(pkg, adv),
        exact: exact.get(pkg, coordinate.version, adv) !== undefined,
        review: review.all(pkg, adv),
      };
    },
  };
};

export type SnapshotReader = ReturnType<typeof openReader>;

/**
 * Opens the snapshot in force and reopens it when another came into force; `current` reads the number from the database
 * at each use, since an import may run in another process. undefined: there is none.
 */
export const snapshotReaders = (folder: string, current: () => number) => {
  let held: { number: number; reader: SnapshotReader } | undefined;
  return {
    reader: (): SnapshotReader | undefined => {
      const number = current();
      if (held?.number === number) return held.reader;
      held?.reader.close();
      held = undefined;
      const path = snapshotPath(folder, number);
      if (number === 0 || !existsSync(path)) return undefined;
      held = { number, reader: openReader(path) };
      return held.reader;
    },
    close: (): void => {
      held?.reader.close();
      held = undefined;
    },
  };
};

/** Attaches a snapshot as `snap`; the caller detaches it with `detachSnapshot`, outside any transaction. */
export const attachSnapshot = (db: Database, path: string): void => {
  db.prepare('ATTACH ? AS snap').run(path);
};

export const detachSnapshot = (db: Database): void => {
  db.exec('DETACH snap');
};

/** The position of each feed in a snapshot. */
export const snapshotFeeds = (path: string): FeedState[] => {
  const db = new BetterSqlite3(path, { readonly: true, fileMustExist: true });
  try {
    return db
      .prepare<[], { feed: string; cursor: string; digest: string; newest: string | null }>(
        'SELECT name AS feed, cursor, digest, newest_advisory AS newest FROM source ORDER BY name',
      )
      .all()
      .map(({ newest, ...feed }) => ({ ...feed, ...(newest === null ? {} : { newest }) }));
  } finally {
    db.close();
  }
};
