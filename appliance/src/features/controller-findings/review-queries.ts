import { createHash } from 'node:crypto';
import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';
import { DECISIONS } from '../vulnerabilities/types.ts';
import { decodeIdentity, nameOf } from './identity.ts';
import type { ReviewGroup, ReviewItem } from './types.ts';

// Uncertain matches, grouped so that one answer decides many. Reads controller_match, controller_identity, controller_document, controller_leaf.

type ReviewKey = {
  readonly question: ReviewGroup['question'];
  readonly product: string;
  readonly build: string;
  readonly reason: string;
  readonly path: string;
};

type GroupRow = {
  product: string;
  build: string;
  reason: string;
  path: string;
  identity: string;
  label: string;
  vendor: string;
  firmware: string;
  findings: number;
  documents: number;
  controllers: number;
  rank: number;
  reopened: number;
};

const GROUPS = `
select i.product, i.build, m.reason, case m.reason when 'fuzzy' then l.path else '' end as path, min(i.identity) as identity,
  min(i.label) as label, min(i.vendor) as vendor, min(i.firmware) as firmware, count(*) as findings,
  count(distinct m.document) as documents, max(i.controllers) as controllers, min(m.rank) as rank, max(m.former <> '') as reopened
from controller_match m cross join controller_identity i on i.id = m.identity left join controller_leaf l on l.id = m.leaf
where m.until is null and m.verdict = 'review' and i.controllers > 0
group by case m.reason when 'fuzzy' then l.path else i.build end, i.product, m.reason
order by rank, findings desc, i.product limit ?`;

const idOf = (key: ReviewKey): string =>
  createHash('sha256')
    .update(JSON.stringify([key.question, key.product, key.build, key.reason, key.path]))
    .digest('hex')
    .slice(0, 24);

const keyOf = (row: GroupRow): ReviewKey => {
  const isNames = row.reason === 'fuzzy';
  return {
    question: isNames ? 'names' : 'version',
    product: row.product,
    // One name in several versions is one question.
    build: isNames ? '' : row.build,
    reason: row.reason,
    path: row.path,
  };
};

/** The name of the product in a document: the last name on the way to the leaf. */
const meansOf = (path: string): string => {
  const names = path === '' ? [] : (JSON.parse(path) as string[]);
  return names.at(-1) ?? '';
};

const toGroup = (row: GroupRow): ReviewGroup => {
  const key = keyOf(row);
  return {
    id: idOf(key),
    question: key.question,
    reason: row.reason,
    label: row.label,
    vendor: row.vendor,
    firmware: key.question === 'names' ? '' : row.firmware,
    name: nameOf(decodeIdentity(row.identity)),
    means: meansOf(row.path),
    findings: row.findings,
    documents: row.documents,
    controllers: row.controllers,
    decision: DECISIONS[row.rank] ?? 'track',
    isReopened: row.reopened === 1,
  };
};

/** More questions than a person answers; the rest comes up when these are decided. */
const maxGroups = 5_000;
const maxItems = 2_000;

export const reviewQueries = (db: Database) => {
  const sql = statements(db);
  const groups = sql.all<[number], GroupRow>(GROUPS);
  const items = sql.all<
    unknown[],
    {
      identity: number;
      vulnerability: string;
      document: string;
      revision: string;
      title: string;
      publisher: string;
      path: string;
      version_text: string;
      rank: number;
      former: string;
    }
  >(
    `select m.identity, m.vulnerability, d.key as document, d.revision, d.title, d.publisher, l.path, l.version_text, m.rank, m.former
     from controller_identity i cross join controller_match m on m.identity = i.id and m.until is null and m.verdict = 'review'
     left join controller_document d on d.id = m.document left join controller_leaf l on l.id = m.leaf
     where i.product = @product and m.reason = @reason and i.controllers > 0
       and (@question = 'names' or i.build = @build) and (@question = 'version' or l.path = @path)
     order by m.rank, d.key, m.vulnerability, m.identity limit ${maxItems}`,
  );

  const find = (id: string): { group: ReviewGroup; key: ReviewKey } | undefined => {
    for (const row of groups(maxGroups)) {
      const key = keyOf(row);
      if (idOf(key) === id) return { group: toGroup(row), key };
    }
    return undefined;
  };
  return {
    groups: (): ReviewGroup[] => groups(maxGroups).map(toGroup),
    find,
    items: (key: ReviewKey): ReviewItem[] =>
      items(key).map(({ version_text, rank, path, ...row }) => ({
        ...row,
        path: JSON.parse(path) as string[],
        versionText: version_text,
        decision: DECISIONS[rank] ?? 'track',
      })),
    open: sql.count<[]>(`select coalesce(sum(n), 0) from controller_match_count where verdict = 'review'`),
  };
};

export type ReviewQueries = ReturnType<typeof reviewQueries>;
