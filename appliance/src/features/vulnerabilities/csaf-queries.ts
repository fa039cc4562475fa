import { inflateRawSync } from 'node:zlib';
import { compareRevisions } from '@sallyport/bundle-tools/advisories/csaf/document';
import type { CsafBody } from '@sallyport/bundle-tools/advisories/csaf/normal';
import BetterSqlite3 from 'better-sqlite3';
import { AppError } from '../../platform/errors.ts';
import { statements } from '../../platform/statements.ts';
import { namingDamage } from './snapshot-damage-queries.ts';
import { presentSnapshot } from './snapshot-file-store.ts';
import { knownThreats } from './threat-queries.ts';
import type { ControllerDocument, ControllerDocuments, ControllerKnowledge } from './types.ts';

// Reads of `advisories/<n>.db` what CSAF documents say of controllers: csaf, csaf_vuln, adv, source.

/** Longest body when unpacked; the part that brought it has the same limit. */
const MAX_BODY_BYTES = 64 << 20;

const COLUMNS = `c.adv, c.key, c.revision, c.category, c.status, c.publisher, lower(hex(a.digest)) AS digest, s.name AS feed, a.modified, a.summary AS title`;
const FROM = `FROM csaf c JOIN adv a ON a.id = c.adv JOIN source s ON s.id = a.source`;

const isNewer = (a: ControllerDocument, b: ControllerDocument): boolean => {
  const order = compareRevisions(a.revision, b.revision);
  if (order !== 0) return order > 0;
  return a.modified === b.modified ? a.feed < b.feed : a.modified > b.modified;
};

/** Of several copies of a document the one with the highest revision is it; an older revision never replaces a newer. */
const newestOfEach = (documents: readonly ControllerDocument[]): ControllerDocument[] => {
  const byKey = new Map<string, ControllerDocument>();
  for (const document of documents) {
    const held = byKey.get(document.key);
    if (held === undefined || isNewer(document, held)) byKey.set(document.key, document);
  }
  return [...byKey.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
};

/** Opens snapshot `number` for one piece of work; null where there is none. */
const openDocuments = (folder: string, number: number): ControllerDocuments | null => {
  const path = presentSnapshot(folder, number);
  if (path === undefined) return null;
  const db = new BetterSqlite3(path, { readonly: true, fileMustExist: true });
  const sql = statements(db);
  const all = sql.all<[], ControllerDocument>(`SELECT ${COLUMNS} ${FROM}`);
  const about = sql.all<[string], ControllerDocument>(
    `SELECT ${COLUMNS} ${FROM} WHERE c.key IN (SELECT d.key FROM csaf d JOIN csaf_vuln v ON v.adv = d.adv
       WHERE v.vuln IN (SELECT value FROM json_each(?)))`,
  );
  const byKey = sql.all<[string], ControllerDocument>(
    `SELECT ${COLUMNS} ${FROM} WHERE c.key IN (SELECT value FROM json_each(?))`,
  );
  const bodyOf = sql.value<[number], Buffer>('SELECT body FROM csaf WHERE adv = ?');
  const documents = {
    documents: (): ControllerDocument[] => newestOfEach(all()),
    about: (vulnerabilities: readonly string[]): ControllerDocument[] =>
      newestOfEach(about(JSON.stringify(vulnerabilities))),
    byKey: (keys: readonly string[]): ControllerDocument[] => newestOfEach(byKey(JSON.stringify(keys))),
    vulnerabilitiesOf: sql.values<[adv: number], string>('SELECT vuln FROM csaf_vuln WHERE adv = +? ORDER BY vuln'),
    body: (adv: number): CsafBody => {
      const packed = bodyOf(adv);
      if (packed === undefined) throw new AppError('NOT_FOUND', `there is no document ${adv}`);
      return JSON.parse(inflateRawSync(packed, { maxOutputLength: MAX_BODY_BYTES }).toString()) as CsafBody;
    },
    close: (): void => {
      db.close();
    },
  };
  return namingDamage(documents, () => path);
};

/** The feeds of snapshot `number` that hold documents. */
const documentFeeds = (folder: string, number: number): string[] => {
  const path = presentSnapshot(folder, number);
  if (path === undefined) return [];
  const db = new BetterSqlite3(path, { readonly: true, fileMustExist: true });
  try {
    return db
      .prepare<[], string>(
        `SELECT s.name FROM source s WHERE EXISTS (SELECT 1 FROM adv a JOIN csaf c ON c.adv = a.id WHERE a.source = s.id)
         ORDER BY s.name`,
      )
      .pluck()
      .all();
  } finally {
    db.close();
  }
};

/** What the snapshots of a folder say of controllers. */
export function controllerKnowledge(folder: string): ControllerKnowledge {
  return namingDamage(
    {
      open: (snapshot: number) => openDocuments(folder, snapshot),
      feeds: (snapshot: number) => documentFeeds(folder, snapshot),
      threats: (snapshot: number) => knownThreats(folder, snapshot),
    },
    (snapshot) => presentSnapshot(folder, Number(snapshot)),
  );
}
