import { createHash } from 'node:crypto';
import type { Verdict } from '@sallyport/bundle-tools/controllers/match-types';
import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';
import type { Severity } from '../vulnerabilities/types.ts';
import type { Judgement, OtherVerdict } from './types.ts';

/** A judgement with all that is stored beside it. */
export type NewMatch = Judgement & {
  readonly severity: Severity;
  readonly score: number | null;
  readonly threat: number;
  readonly matched: Verdict;
  readonly answer: string;
  readonly former: string;
};

/** What a write changed of one identity. */
export type MatchChange = {
  readonly identity: number;
  readonly opened: readonly string[];
  readonly closed: readonly string[];
  readonly changed: number;
};

type Row = {
  vulnerability: string;
  since: number;
  verdict: Verdict;
  matched: Verdict;
  reason: string;
  level: string;
  confidence: number;
  document: number;
  leaf: number;
  others: string;
  fix_state: string;
  fixed_version: string;
  severity: Severity;
  score: number | null;
  threat: number;
  answer: string;
  former: string;
};

const COMPARED = [
  'verdict',
  'matched',
  'reason',
  'level',
  'confidence',
  'document',
  'leaf',
  'others',
  'fix_state',
  'fixed_version',
  'severity',
  'score',
  'threat',
  'answer',
  'former',
] as const;

/** What a write needs to know of the rest. */
export type MatchWriting = {
  readonly documentId: (key: string) => number;
  /** The worst decision over the controllers that have the identity. */
  readonly rankOf: (identity: number, threat: number) => number;
  readonly at: number;
};

/** Matches of identities, and the leaves that they name: controller_match, controller_leaf. */
export const matchStore = (db: Database) => {
  const sql = statements(db);
  const findLeaf = sql.value<[string, string, string], number>(
    'select id from controller_leaf where leaf = ? and path = ? and version_text = ?',
  );
  const addLeaf = sql.insert('insert into controller_leaf (leaf, path, version_text) values (?, ?, ?)');
  const open = sql.all<[number], Row>(
    `select vulnerability, since, ${COMPARED.join(', ')} from controller_match where identity = ? and until is null`,
  );
  const insert = sql.run(
    `insert into controller_match (identity, vulnerability, since, until, rank, ${COMPARED.join(', ')})
     values (?, ?, ?, null, ?, ${COMPARED.map(() => '?').join(', ')})
     on conflict do update set until = null, rank = excluded.rank, ${COMPARED.map((name) => `${name} = excluded.${name}`).join(', ')}`,
  );
  const change = sql.run(
    `update controller_match set rank = ?, ${COMPARED.map((name) => `${name} = ?`).join(', ')}
     where identity = ? and vulnerability = ? and until is null`,
  );
  const close = sql.run(
    'update controller_match set until = ? where identity = ? and vulnerability = ? and until is null',
  );
  const answered = sql.run(
    `update controller_match set verdict = ?, answer = ?, former = ?
     where identity = ? and vulnerability = ? and until is null`,
  );

  const withOpen = sql.values<[string], number>(
    `select distinct identity from controller_match
       where until is null and vulnerability in (select value from json_each(?))`,
  );
  const documentKey = sql.value<[number], string>('select key from controller_document where id = ?');

  // By the path as its index has it: matches of one leaf share it.
  const leafIds = new WeakMap<readonly string[], { leaf: string; versionText: string; id: number }>();
  const leafId = ({ leaf, path, versionText }: Judgement): number => {
    const held = leafIds.get(path);
    if (held?.leaf === leaf && held.versionText === versionText) return held.id;
    const pathText = JSON.stringify(path);
    const id = findLeaf(leaf, pathText, versionText) ?? addLeaf(leaf, pathText, versionText);
    leafIds.set(path, { leaf, versionText, id });
    return id;
  };

  const othersOf = (others: readonly OtherVerdict[]): string => (others.length === 0 ? '' : JSON.stringify(others));

  const toRow = (match: NewMatch, documentId: (key: string) => number): Omit<Row, 'since'> => ({
    vulnerability: match.vulnerability,
    verdict: match.verdict,
    matched: match.matched,
    reason: match.reason,
    level: match.level,
    confidence: match.confidence,
    document: documentId(match.document),
    leaf: leafId(match),
    others: othersOf(match.others),
    fix_state: match.fixState,
    fixed_version: match.fixedVersion,
    severity: match.severity,
    score: match.score,
    threat: match.threat,
    answer: match.answer,
    former: match.former,
  });

  const isOpen = (verdict: Verdict): boolean => verdict === 'affected';

  return {
    /** Those that some document names; a likeness of names is none. */
    named: sql.values<[identities: readonly number[]], number>(
      `select distinct identity from controller_match where until is null and level <> 'M5'
       and identity in (select value from json_each(?))`,
    ),
    /** What tells two results of one identity apart. */
    digestOf: (matches: readonly NewMatch[]): string =>
      createHash('sha256').update(JSON.stringify(matches)).digest('hex').slice(0, 32),
    /**
     * Makes the matches of an identity these; with `scope` only those of its vulnerabilities are looked at. In a
     * transaction.
     */
    replace: (
      identity: number,
      matches: readonly NewMatch[],
      { documentId, rankOf, at }: MatchWriting,
      scope?: ReadonlySet<string>,
    ): MatchChange => {
      const held = new Map(open(identity).map((row) => [row.vulnerability, row]));
      const opened: string[] = [];
      const closed: string[] = [];
      let changed = 0;
      for (const match of matches) {
        const row = toRow(match, documentId);
        const before = held.get(match.vulnerability);
        held.delete(match.vulnerability);
        if (before === undefined) {
          insert(identity, row.vulnerability, at, rankOf(identity, row.threat), ...COMPARED.map((name) => row[name]));
          if (isOpen(row.verdict)) opened.push(match.vulnerability);
          continue;
        }
        if (COMPARED.every((name) => before[name] === row[name])) continue;
        change(rankOf(identity, row.threat), ...COMPARED.map((name) => row[name]), identity, row.vulnerability);
        changed += 1;
        if (isOpen(row.verdict) && !isOpen(before.verdict)) opened.push(match.vulnerability);
        if (!isOpen(row.verdict) && isOpen(before.verdict)) closed.push(match.vulnerability);
      }
      for (const row of held.values()) {
        if (scope !== undefined && !scope.has(row.vulnerability)) continue;
        close(at, identity, row.vulnerability);
        if (isOpen(row.verdict)) closed.push(row.vulnerability);
        else changed += 1;
      }
      return { identity, opened, closed, changed };
    },
    /** The identities that have an open match of one of the vulnerabilities. */
    withOpen: (vulnerabilities: readonly string[]): ReadonlySet<number> =>
      new Set(withOpen(JSON.stringify(vulnerabilities))),
    open: (identity: number) => open(identity),
    answer: (
      identity: number,
      vulnerability: string,
      to: { verdict: Verdict; answer: string; former: string },
    ): void => {
      answered(to.verdict, to.answer, to.former, identity, vulnerability);
    },
    rankOf: sql.count<[identity: number, vulnerability: string]>(
      'select rank from controller_match where identity = ? and vulnerability = ? and until is null',
    ),
    threatOf: sql.count<[identity: number, vulnerability: string]>(
      'select threat from controller_match where identity = ? and vulnerability = ? order by since desc limit 1',
    ),
    documentKey: (id: number): string => documentKey(id) ?? '',
    affected: sql.values<[identity: number], string>(
      "select vulnerability from controller_match where identity = ? and until is null and verdict = 'affected'",
    ),
  };
};

export type MatchStore = ReturnType<typeof matchStore>;
