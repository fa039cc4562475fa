import { type Support, supportFeed, supportSchema } from '@sallyport/bundle-tools/advisories/support';
import { wholeFeed, wholeSchema } from '@sallyport/bundle-tools/advisories/whole';
import { paidEcosystem, plainEcosystem, UBUNTU_PRO } from '@sallyport/bundle-tools/versions/edition';
import BetterSqlite3 from 'better-sqlite3';
import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';
import type { Component } from './component.ts';
import { fixedOf, type Qualifiers } from './cover.ts';
import { coverEditions, type PackageRecords } from './cover-editions.ts';
import type { AdvisoryThreat } from './decision.ts';
import { documentAt } from './document-blocks.ts';
import type { Hit } from './hit-bytes.ts';
import { EXACT, RANGE, readRecord, recordsOf } from './package-records.ts';
import { namingDamage } from './snapshot-damage-queries.ts';
import { presentSnapshot } from './snapshot-file-store.ts';
import { WORST_THREAT } from './threat-queries.ts';
import type { AdvisoryFacts, EcosystemKnowledge, FeedState, Severity } from './types.ts';

// Reads `advisories/<n>.db`: source, eco, pkg, qual, adv, doc.

type SnapshotAdvisory = {
  readonly id: number;
  readonly feed: string;
  readonly newest: string | null;
  readonly document: unknown;
  readonly severity: Severity;
  readonly cvss: string | null;
};

/** One range or listed version of an advisory on a package. */
type SnapshotEvidence = {
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

/** The qualifiers that name module streams or life-cycles. */
export const readQualifiers = (db: Database, schema: string): Qualifiers => {
  const rows = db.prepare<[], [number, string, string]>(`SELECT id, module, channel FROM ${schema}.qual`).raw().all();
  return {
    streams: new Map(rows.flatMap(([id, module]) => (module === '' ? [] : [[id, new Set(module.split(','))]]))),
    lifeCycles: new Map(rows.flatMap(([id, , channel]) => (channel === '' ? [] : [[id, channel]]))),
  };
};

const openReader = (path: string) => {
  const db = new BetterSqlite3(path, { readonly: true, fileMustExist: true });
  const sql = statements(db);
  const qualifiers = readQualifiers(db, 'main');
  const recordsOfPackage = sql.value<[string, string], Buffer>(
    'SELECT p.records FROM eco e CROSS JOIN pkg p ON p.eco = e.id AND p.name = +? WHERE e.name = +?',
  );
  const recordsOfName = sql.values<[string], Buffer>(
    'SELECT p.records FROM eco e CROSS JOIN pkg p ON p.eco = e.id AND p.name = +?',
  );
  const qualifier = sql.get<[number], { arch: string; module: string; channel: string }>(
    'SELECT arch, module, channel FROM qual WHERE id = ?',
  );
  const advisory = sql.get<
    [number],
    {
      id: number;
      osv_id: string;
      name: string;
      newest_advisory: string | null;
      block: Buffer;
      place: number;
      sev: Severity;
      cvss: string | null;
    }
  >(
    `SELECT v.id, v.osv_id, s.name, s.newest_advisory, d.data AS block, v.place, v.sev, v.cvss
     FROM adv v JOIN source s ON s.id = v.source JOIN doc d ON d.id = v.doc WHERE v.id = +?`,
  );
  const threat = sql.get<[string], AdvisoryThreat & { records: number }>(
    `SELECT count(*) AS records, ${WORST_THREAT} FROM threat WHERE vuln IN (SELECT value FROM json_each(?))`,
  );
  const recordsOfEditions = (name: string, eco: string): PackageRecords => {
    const paid = paidEcosystem(eco);
    return {
      plain: recordsOfPackage(name, eco) ?? Buffer.alloc(0),
      paid: (paid === undefined ? undefined : recordsOfPackage(name, paid)) ?? Buffer.alloc(0),
    };
  };
  const covering = new Map<string, string[]>();
  const covers = db.prepare<[], [string, string]>(
    'SELECT e.name, s.name FROM covers c JOIN eco e ON e.id = c.eco JOIN source s ON s.id = c.source ORDER BY e.name, s.name',
  );
  // Records of an edition that is paid for speak of the packages of the release.
  for (const [named, feed] of covers.raw().iterate())
    for (const ecosystem of [named, plainEcosystem(named)])
      if (ecosystem !== undefined) {
        const feeds = covering.get(ecosystem) ?? [];
        if (!feeds.includes(feed)) covering.set(ecosystem, [...feeds, feed].sort());
      }
  const hasKnown = sql.has<[]>("SELECT 1 FROM sqlite_master WHERE name = 'known'")();
  const known = (): EcosystemKnowledge[] =>
    hasKnown
      ? db
          .prepare<[], EcosystemKnowledge>(
            `SELECT e.name AS ecosystem, s.name AS feed, k.records, k.newest FROM known k JOIN eco e ON e.id = k.eco
             JOIN source s ON s.id = k.source ORDER BY e.name, s.name`,
          )
          .all()
      : [];
  let counted: readonly EcosystemKnowledge[] | undefined;
  const attributeRecords = sql.all<[string], { block: Buffer; place: number }>(
    `SELECT d.data AS block, v.place FROM source s CROSS JOIN record r ON r.source = s.id
     CROSS JOIN adv v ON v.id = r.adv CROSS JOIN doc d ON d.id = v.doc WHERE s.name = ? AND v.withdrawn IS NULL`,
  );
  let supported: ReadonlyMap<string, Support> | undefined;
  /** Until when releases are supported, by ecosystem. */
  const support = (): ReadonlyMap<string, Support> => {
    supported ??= new Map(
      attributeRecords(supportFeed).flatMap(({ block, place }) => {
        const document = JSON.parse(documentAt(block, place).toString('utf8')) as { support?: unknown };
        const read = supportSchema.safeParse(document.support);
        return read.success ? [[read.data.ecosystem, read.data] as const] : [];
      }),
    );
    return supported;
  };
  let calledWhole: ReadonlySet<string> | undefined;
  /** The ecosystems that the curator calls whole. */
  const whole = (): ReadonlySet<string> => {
    calledWhole ??= new Set(
      attributeRecords(wholeFeed).flatMap(({ block, place }) => {
        const document = JSON.parse(documentAt(block, place).toString('utf8')) as { whole?: unknown };
        const read = wholeSchema.safeParse(document.whole);
        return read.success ? [read.data.ecosystem] : [];
      }),
    );
    return calledWhole;
  };
  return {
    close: (): void => {
      db.close();
    },
    support,
    whole,
    /** Every advisory that covers the component, or that comparison cannot decide; rising. */
    match: (component: Component & { key: Uint8Array | null }): Hit[] => {
      const records = recordsOfEditions(component.name, component.eco);
      const { key, version, stream = '' } = component;
      const place = { ids: [0], keys: [key], streams: [stream], version: () => version };
      const { data, covered: all } = coverEditions(records, place, qualifiers);
      const [covered] = all;
      if (covered === undefined) return [];
      return covered.advs.map((adv, n) => ({
        adv,
        state: covered.states[n] as number,
        fixed: fixedOf(data, covered, n),
      }));
    },
    /** What lists show of an advisory. */
    facts: sql.get<[id: number], AdvisoryFacts>(
      `SELECT v.osv_id, s.name AS feed, v.sev AS severity, v.cvss, v.summary, v.aliases, v.names
     FROM adv v JOIN source s ON s.id = v.source WHERE v.id = +?`,
    ),
    /** What catalogues of exploitation say of the CVEs that an advisory names. */
    threat: ({ osv_id, names }: AdvisoryFacts): AdvisoryThreat | undefined => {
      const { records = 0, ...rest } = threat(JSON.stringify([osv_id, ...names.split(' ')])) ?? {};
      return records === 0 ? undefined : (rest as AdvisoryThreat);
    },
    /** Whether anything is published about a package of this name. */
    names: (eco: string, name: string): boolean =>
      Object.values(recordsOfEditions(name, eco)).some((records) => records.length > 0),
    /** How much each feed says of each ecosystem; none of a snapshot that was made before it was counted. */
    known: (): readonly EcosystemKnowledge[] => {
      counted ??= known();
      return counted;
    },
    /** The feeds that say something about packages of each ecosystem. */
    covers: (): ReadonlyMap<string, readonly string[]> => covering,
    /** Whether a feed has a package of this name, in any ecosystem. */
    hasPackage: sql.has<[name: string]>('SELECT 1 FROM eco e CROSS JOIN pkg p ON p.eco = e.id AND p.name = +? LIMIT 1'),
    /** Every version that a feed names of packages of this name, in any ecosystem. */
    versionsOf: (name: string): string[] =>
      recordsOfName(name).flatMap((data) => {
        const versions: string[] = [];
        const cursor = recordsOf(data);
        const text = (n: 0 | 1 | 2): string => data.toString('utf8', cursor.starts[n], cursor.ends[n]);
        while (readRecord(cursor)) {
          if (cursor.kind === RANGE) versions.push(text(2));
          else if (cursor.kind === EXACT) versions.push(text(0));
          else versions.push(text(0), text(1), text(2));
        }
        return versions;
      }),
    advisory: (id: number): SnapshotAdvisory | undefined => {
      const row = advisory(id);
      if (!row) return undefined;
      return {
        id: row.id,
        feed: row.name,
        newest: row.newest_advisory,
        document: JSON.parse(documentAt(row.block, row.place).toString('utf8')),
        severity: row.sev,
        cvss: row.cvss,
      };
    },
    evidence: (component: { eco: string; name: string; version: string }, adv: number): SnapshotEvidence => {
      const { plain, paid } = recordsOfEditions(component.name, component.eco);
      const ranges: SnapshotEvidence['ranges'][number][] = [];
      const review: SnapshotEvidence['review'][number][] = [];
      let isListed = false;
      for (const data of [plain, paid]) {
        const cursor = recordsOf(data);
        const text = (n: 0 | 1 | 2): string => data.toString('utf8', cursor.starts[n], cursor.ends[n]);
        const bytes = (n: 0 | 1): Buffer => data.subarray(cursor.starts[n], cursor.ends[n]);
        while (readRecord(cursor)) {
          if (cursor.adv !== adv) continue;
          if (cursor.kind === RANGE) {
            const { arch, module, channel } = qualifier(cursor.qual) ?? { arch: '', module: '', channel: '' };
            const named = data === paid ? UBUNTU_PRO : channel;
            ranges.push({ lo: bytes(0), hi: bytes(1), fixed: text(2) || null, arch, module, channel: named });
          } else if (cursor.kind === EXACT) isListed ||= text(0) === component.version;
          else review.push({ introduced: text(0), fixed: text(1), last_affected: text(2) });
        }
      }
      ranges.sort((a, b) => Buffer.compare(a.lo, b.lo));
      return { ranges, exact: isListed, review };
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
  const readers = {
    reader: (): SnapshotReader | undefined => {
      const number = current();
      if (held?.number === number) return held.reader;
      held?.reader.close();
      held = undefined;
      const path = presentSnapshot(folder, number);
      if (path === undefined) return undefined;
      held = { number, reader: namingDamage(openReader(path), () => path) };
      return held.reader;
    },
    close: (): void => {
      held?.reader.close();
      held = undefined;
    },
  };
  return namingDamage(readers, () => presentSnapshot(folder, current()));
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
