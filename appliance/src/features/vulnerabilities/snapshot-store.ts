import { deflateRawSync } from 'node:zlib';
import type { Advisory } from '@sallyport/bundle-tools/advisories/advisory';
import type { CsafBody } from '@sallyport/bundle-tools/advisories/csaf/normal';
import { BundleError } from '@sallyport/bundle-tools/errors';
import type { Database } from '../../platform/database.ts';
import { advisoryKey } from './snapshot-schema.ts';

/** Affected ranges' state: what the record says about a fix. */
export const FIX_AVAILABLE = 0;
export const FIX_NONE = 1;

type SourceState = { capturedAt: string; newest: string | null; digest: string; cursor: string };

/** What is written of an advisory beside its row. */
const DERIVED = ['aff', 'aff_exact', 'aff_review', 'alias', 'csaf', 'csaf_vuln', 'threat'] as const;

/** Writes advisories into a snapshot that is being built. */
export const snapshotWriter = (db: Database) => {
  // Number 0 is "no qualifier"; most ranges have none.
  db.prepare("INSERT OR IGNORE INTO qual (id, arch, module, channel) VALUES (0, '', '', '')").run();
  const findSource = db.prepare<[string], { id: number }>('SELECT id FROM source WHERE name = ?');
  const addSource = db.prepare("INSERT INTO source (name, captured_at, digest, cursor) VALUES (?, '', '', '')");
  const updateSource = db.prepare(
    'UPDATE source SET captured_at = ?, newest_advisory = ?, digest = ?, cursor = ? WHERE id = ?',
  );
  const findEco = db.prepare<[string], { id: number }>('SELECT id FROM eco WHERE name = ?');
  const addEco = db.prepare('INSERT INTO eco (name) VALUES (?)');
  const findPackage = db.prepare<[number, string], { id: number }>('SELECT id FROM pkg WHERE eco = ? AND name = ?');
  const addPackage = db.prepare('INSERT INTO pkg (eco, name) VALUES (?, ?)');
  const findQualifier = db.prepare<[string, string, string], { id: number }>(
    'SELECT id FROM qual WHERE arch = ? AND module = ? AND channel = ?',
  );
  const addQualifier = db.prepare('INSERT INTO qual (arch, module, channel) VALUES (?, ?, ?)');
  const findAdvisory = db.prepare<[number], { source: number; osv_id: string; digest: string }>(
    'SELECT source, osv_id, digest FROM adv WHERE id = ?',
  );
  const putAdvisory = db.prepare(
    `INSERT INTO adv (id, osv_id, source, digest, modified, withdrawn, sev, cvss, summary, doc)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET digest = excluded.digest, modified = excluded.modified, withdrawn = excluded.withdrawn,
       sev = excluded.sev, cvss = excluded.cvss, summary = excluded.summary, doc = excluded.doc`,
  );
  // Two records of one advisory may name the same range with different words about the fix: a fix wins over none.
  const putRange = db.prepare(
    `INSERT INTO aff (pkg, lo, hi, adv, fixed, state, qual) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET fixed = coalesce(excluded.fixed, fixed), state = min(excluded.state, state)`,
  );
  const putExact = db.prepare('INSERT OR IGNORE INTO aff_exact (pkg, version, adv) VALUES (?, ?, ?)');
  const putReview = db.prepare(
    'INSERT OR IGNORE INTO aff_review (pkg, adv, introduced, fixed, last_affected) VALUES (?, ?, ?, ?, ?)',
  );
  const putAlias = db.prepare('INSERT OR IGNORE INTO alias (vuln, adv, kind) VALUES (?, ?, ?)');
  const putDocument = db.prepare(
    'INSERT INTO csaf (adv, key, revision, category, status, publisher, body) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const putThreat = db.prepare(
    `INSERT INTO threat (adv, vuln, exploited_since, exploited_due, ransomware, exploitation, automatable, impact)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const putAbout = db.prepare('INSERT OR IGNORE INTO csaf_vuln (vuln, adv) VALUES (?, ?)');
  const clearAdvisory = DERIVED.map((table) => db.prepare(`DELETE FROM ${table} WHERE adv = ?`));
  const idsOfSource = db.prepare<[number], number>('SELECT id FROM adv WHERE source = ?').pluck();
  const dropAdvisory = db.prepare('DELETE FROM adv WHERE id = ?');
  const markChanged = db.prepare('INSERT OR IGNORE INTO change (adv) VALUES (?)');
  const setBase = db.prepare('INSERT INTO base (one, number) VALUES (1, ?)');
  const readDigests = db.prepare<[string], { id: string; digest: string }>(
    'SELECT a.osv_id AS id, a.digest FROM adv a JOIN source s ON s.id = a.source WHERE s.name = ?',
  );

  const ecoIds = new Map<string, number>();
  const packageIds = new Map<string, number>();
  const ecoId = (name: string): number => {
    const held = ecoIds.get(name) ?? findEco.get(name)?.id ?? Number(addEco.run(name).lastInsertRowid);
    ecoIds.set(name, held);
    return held;
  };
  const packageId = (ecosystem: string, name: string): number => {
    const key = `${ecosystem}\0${name}`;
    const known = packageIds.get(key);
    if (known !== undefined) return known;
    const eco = ecoId(ecosystem);
    const held = findPackage.get(eco, name)?.id ?? Number(addPackage.run(eco, name).lastInsertRowid);
    packageIds.set(key, held);
    return held;
  };
  const qualifierId = (qualifiers: Advisory['affected'][number]['qualifiers']): number => {
    const { arch = '', module = '', channel = '' } = qualifiers ?? {};
    return (
      findQualifier.get(arch, module, channel)?.id ?? Number(addQualifier.run(arch, module, channel).lastInsertRowid)
    );
  };

  const putAffected = (adv: number, affected: Advisory['affected'][number]): void => {
    const pkg = packageId(affected.ecosystem, affected.package);
    const qual = qualifierId(affected.qualifiers);
    for (const range of affected.ranges) {
      if (!range.comparable) {
        putReview.run(pkg, adv, range.introduced ?? '', range.fixed ?? '', range.last_affected ?? '');
        continue;
      }
      const state = range.fixed === undefined ? FIX_NONE : FIX_AVAILABLE;
      putRange.run(
        pkg,
        Buffer.from(range.lo, 'hex'),
        Buffer.from(range.hi, 'hex'),
        adv,
        range.fixed ?? null,
        state,
        qual,
      );
    }
    for (const version of affected.versions) putExact.run(pkg, version, adv);
  };

  const putBody = (adv: number, body: CsafBody): void => {
    putDocument.run(
      adv,
      `${body.publisher}/${body.trackingId}`,
      body.revision,
      body.category,
      body.status,
      body.publisherName,
      deflateRawSync(JSON.stringify(body)),
    );
    for (const { id } of body.vulnerabilities) putAbout.run(id, adv);
  };

  const putThreatOf = (adv: number, vuln: string, { exploited, ssvc }: NonNullable<Advisory['threat']>): void => {
    putThreat.run(
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

  return {
    source: (name: string): number => findSource.get(name)?.id ?? Number(addSource.run(name).lastInsertRowid),
    setSource: (id: number, state: SourceState): void => {
      updateSource.run(state.capturedAt, state.newest, state.digest, state.cursor, id);
    },
    /** Notes which snapshot this one is made from: what `put` and `drop` change is then a difference from that one. */
    startFrom: (number: number): void => {
      db.exec('DELETE FROM change; DELETE FROM base;');
      setBase.run(number);
    },
    /** The advisories of a source. */
    held: (source: number): Set<number> => new Set(idsOfSource.all(source)),
    drop: (id: number): void => {
      for (const statement of clearAdvisory) statement.run(id);
      dropAdvisory.run(id);
      markChanged.run(id);
    },
    /**
     * Adds or replaces a record unless it is there already; its key. Which one is newer the chain of parts says, whose
     * digest is compared at its end.
     */
    put: (source: number, advisory: Advisory, digest: string): number => {
      const id = advisoryKey(advisory.feed, advisory.id);
      const { csaf, threat, ...record } = advisory;
      const held = findAdvisory.get(id);
      if (held && (held.source !== source || held.osv_id !== advisory.id))
        throw new BundleError('INTERNAL', `${advisory.feed} ${advisory.id} and ${held.osv_id} have the same key`);
      if (held?.digest === digest) return id;
      if (held) for (const statement of clearAdvisory) statement.run(id);
      markChanged.run(id);
      putAdvisory.run(
        id,
        advisory.id,
        source,
        digest,
        advisory.modified,
        advisory.withdrawn ?? null,
        advisory.severity,
        advisory.cvss ?? null,
        advisory.summary,
        Buffer.from(JSON.stringify(record)),
      );
      for (const alias of advisory.aliases) putAlias.run(alias, id, 'alias');
      for (const alias of advisory.upstream) putAlias.run(alias, id, 'upstream');
      for (const alias of advisory.related) putAlias.run(alias, id, 'related');
      // A withdrawn record stays, so that "why did it go" has an answer, but covers nothing.
      if (advisory.withdrawn !== undefined) return id;
      for (const affected of advisory.affected) putAffected(id, affected);
      if (csaf !== undefined) putBody(id, csaf);
      if (threat !== undefined) putThreatOf(id, advisory.id, threat);
      return id;
    },
    digests: (feed: string): Iterable<{ id: string; digest: string }> => readDigests.iterate(feed),
  };
};

export type SnapshotWriter = ReturnType<typeof snapshotWriter>;
