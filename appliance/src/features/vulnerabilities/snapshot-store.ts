import { createHash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import type { Advisory } from '@sallyport/bundle-tools/advisories/advisory';
import type { CsafBody } from '@sallyport/bundle-tools/advisories/csaf/normal';
import { BundleError } from '@sallyport/bundle-tools/errors';
import type { Database } from '../../platform/database.ts';
import { idsOf } from '../../platform/id-array.ts';
import { statements } from '../../platform/statements.ts';
import { documentWriter } from './document-store.ts';
import { packageWriter } from './package-store.ts';
import { advisoryKey } from './snapshot-schema-store.ts';

type SourceState = { capturedAt: string; newest: string | null; digest: string; cursor: string };

/** What is written of an advisory by its number beside its own row. */
const DERIVED = ['csaf', 'csaf_vuln', 'threat'] as const;

const sorted = (names: readonly string[]): readonly string[] => (names.length > 1 ? [...names].sort() : names);

/** The names that lists show: aliases, and the CVEs that a distribution's advisory fixes, which OSV has in `upstream`. */
const shownNames = ({ aliases, upstream }: Advisory): readonly string[] =>
  sorted([...new Set([...aliases, ...upstream.filter((name) => /^CVE-\d{4}-\d{4,}$/.test(name))])]);

/**
 * Writes advisories into a snapshot that is being built. Documents and package ranges wait in memory, so that
 * each value is written once; `flush` writes what waits.
 */
export const snapshotWriter = (db: Database) => {
  const sql = statements(db);
  const findSource = sql.get<[string], { id: number }>('SELECT id FROM source WHERE name = ?');
  const addSource = sql.insert("INSERT INTO source (name, captured_at, digest, cursor) VALUES (?, '', '', '')");
  const updateSource = sql.run(
    'UPDATE source SET captured_at = ?, newest_advisory = ?, digest = ?, cursor = ? WHERE id = ?',
  );
  const findRecord = sql.get<[number, string], { adv: number; digest: Buffer }>(
    'SELECT adv, digest FROM record WHERE source = ? AND osv_id = ?',
  );
  const putRecord = sql.run(
    `INSERT INTO record (source, osv_id, adv, digest) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET digest = excluded.digest`,
  );
  const dropRecord = sql.run('DELETE FROM record WHERE source = ? AND osv_id = ?');
  const recordsOf = db
    .prepare<[number], [number, string, string]>(
      'SELECT adv, osv_id, lower(hex(digest)) FROM record WHERE source = ? ORDER BY osv_id',
    )
    .raw();
  const addAdvisory = sql.run(
    `INSERT INTO adv (id, source, osv_id, digest, sev, cvss, modified, withdrawn, doc, place, pkgs, aliases, names, summary)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const findAdvisory = sql.get<[number], { source: number; osv_id: string; names: string; pkgs: Buffer; doc: number }>(
    'SELECT source, osv_id, names, pkgs, doc FROM adv WHERE id = ?',
  );
  const dropAdvisory = sql.run('DELETE FROM adv WHERE id = ?');
  const putAlias = sql.run('INSERT OR IGNORE INTO alias (vuln, adv) VALUES (?, ?)');
  const dropAlias = sql.run('DELETE FROM alias WHERE vuln = ? AND adv = ?');
  const putDocument = sql.run(
    'INSERT INTO csaf (adv, key, revision, category, status, publisher, body) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const putThreat = sql.run(
    `INSERT INTO threat (adv, vuln, exploited_since, exploited_due, ransomware, exploitation, automatable, impact)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const putAbout = sql.run('INSERT OR IGNORE INTO csaf_vuln (vuln, adv) VALUES (?, ?)');
  const clearDerived = DERIVED.map((table) => db.prepare(`DELETE FROM ${table} WHERE adv = ?`));
  const markChanged = sql.run('INSERT OR IGNORE INTO change (adv) VALUES (?)');
  const setBase = sql.run('INSERT INTO base (one, number) VALUES (1, ?)');
  // A thousand lines of `contentDigest` at once.
  const digestLines = db
    .prepare<{ source: number; after: string }, [string | null, string | null]>(
      `SELECT group_concat(osv_id || ' ' || lower(hex(digest)) || char(10), '' ORDER BY osv_id), max(osv_id)
       FROM (SELECT osv_id, digest FROM record WHERE source = @source AND osv_id > @after ORDER BY osv_id LIMIT 1000)`,
    )
    .raw();

  const packages = packageWriter(db);
  const documents = documentWriter(db);
  let isCompared = false;
  /** Records left, so that what feeds cover may be less. */
  let hasGone = false;

  const putBody = (adv: number, body: CsafBody): void => {
    putDocument(
      adv,
      `${body.publisher}/${body.trackingId}`,
      body.revision,
      body.category,
      body.status,
      body.publisherName,
      deflateRawSync(JSON.stringify(body)),
    );
    for (const { id } of body.vulnerabilities) putAbout(id, adv);
  };

  const putThreatOf = (adv: number, vuln: string, { exploited, ssvc }: NonNullable<Advisory['threat']>): void => {
    putThreat(
      adv,
      vuln,
      exploited?.since ?? null,
      exploited?.due ?? null,
      exploited === undefined ? null : Number(exploited.ransomware),
      ssvc?.exploitation ?? null,
      ssvc?.automatable ?? null,
      ssvc?.impact ?? null,
    );
  };

  /** Takes everything away that an advisory brought, but its place among the records of its feed. */
  const clear = (id: number): void => {
    const held = findAdvisory(id);
    if (held === undefined) return;
    for (const statement of clearDerived) statement.run(id);
    for (const name of held.names === '' ? [] : held.names.split(' ')) dropAlias(name, id);
    packages.drop(id, idsOf(held.pkgs), isCompared);
    documents.drop(held.doc);
    dropAdvisory(id);
  };

  const addRow = (id: number, columns: readonly unknown[]): void => {
    try {
      addAdvisory(id, ...columns);
    } catch (error) {
      if ((error as { code?: string }).code !== 'SQLITE_CONSTRAINT_UNIQUE') throw error;
      const other = findAdvisory(id)?.osv_id ?? '';
      throw new BundleError('INTERNAL', `${String(columns[1])} and ${other} have the same key`);
    }
  };

  return {
    source: (name: string): number => findSource(name)?.id ?? addSource(name),
    setSource: (id: number, state: SourceState): void => {
      updateSource(state.capturedAt, state.newest, state.digest, state.cursor, id);
    },
    /** Notes which snapshot this one is made from: what `put` and `drop` change is then a difference from that one. */
    startFrom: (number: number): void => {
      db.exec('DELETE FROM change; DELETE FROM change_pkg; DELETE FROM base;');
      setBase(number);
      isCompared = true;
    },
    /** The advisories of a source by their digests, in hex. */
    held: (source: number): Map<string, { adv: number; id: string }> => {
      const held = new Map<string, { adv: number; id: string }>();
      for (const [adv, id, digest] of recordsOf.iterate(source)) held.set(digest, { adv, id });
      return held;
    },
    drop: (source: number, id: number): void => {
      const held = findAdvisory(id);
      if (held === undefined) return;
      clear(id);
      hasGone = true;
      dropRecord(source, held.osv_id);
      if (isCompared) markChanged(id);
    },
    /**
     * Adds or replaces a record unless it is there already. `line` is the advisory as it came. Which one is newer the chain
     * of parts says, whose digest is compared at its end. `isFirst`: the source has no record that it could replace.
     */
    put: (source: number, advisory: Advisory, digest: string, line: Uint8Array, isFirst = false): void => {
      const id = advisoryKey(advisory.feed, advisory.id);
      const held = isFirst ? undefined : findRecord(source, advisory.id);
      const bytes = Buffer.from(digest, 'hex');
      if (held?.digest.equals(bytes)) return;
      if (held) clear(id);
      const { csaf, threat, ...record } = advisory;
      const isWhole = csaf === undefined && threat === undefined;
      const isWithdrawn = advisory.withdrawn !== undefined;
      hasGone ||= isWithdrawn && held !== undefined;
      const { block, place } = documents.put(isWhole ? line : Buffer.from(JSON.stringify(record)));
      // A withdrawn record stays, so that "why did it go" has an answer, but covers nothing.
      const pkgs = packages.put(source, id, isWithdrawn ? [] : advisory.affected, isCompared);
      const names = [...sorted(advisory.aliases), ...sorted(advisory.related), ...sorted(advisory.upstream)];
      addRow(id, [
        source,
        advisory.id,
        bytes,
        advisory.severity,
        advisory.cvss ?? null,
        advisory.modified,
        advisory.withdrawn ?? null,
        block,
        place,
        pkgs,
        JSON.stringify(shownNames(advisory)),
        names.join(' '),
        advisory.summary,
      ]);
      putRecord(source, advisory.id, id, bytes);
      for (const name of names) putAlias(name, id);
      if (csaf !== undefined && !isWithdrawn) putBody(id, csaf);
      if (threat !== undefined && !isWithdrawn) putThreatOf(id, advisory.id, threat);
      if (isCompared) markChanged(id);
    },
    flush: (): void => {
      packages.flush();
      documents.flush();
    },
    /** After the last part: writes documents anew of which most are gone, looks again at what feeds cover, and counts how much. */
    tidy: (): void => {
      documents.tidy();
      if (hasGone) packages.recover();
      packages.count();
    },
    /** The content digest of a feed as it is written. */
    digest: (feed: string): string => {
      const hash = createHash('sha256');
      const source = findSource(feed)?.id ?? 0;
      for (let after: string | null = ''; after !== null; ) {
        const [lines, last]: [string | null, string | null] = digestLines.get({ source, after }) ?? [null, null];
        if (lines !== null) hash.update(lines);
        after = last;
      }
      return hash.digest('hex');
    },
  };
};

export type SnapshotWriter = ReturnType<typeof snapshotWriter>;
