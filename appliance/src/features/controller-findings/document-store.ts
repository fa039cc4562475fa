import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';
import type { ControllerDocument } from '../vulnerabilities/types.ts';
import { priorityRows } from './priority.ts';

export type HeldDocument = { readonly id: number; readonly key: string; readonly digest: string; readonly adv: number };

type MatchState = {
  readonly snapshot: number;
  readonly maps: string;
  readonly rules: string;
  readonly synonyms: string;
  readonly answersPending: boolean;
};

/** In place of the digest of answers about names: it is not what the matches were made with. */
export const NAMES_CHANGED = '?';

/** The documents that matches were made with, and how far matching has come: controller_document, controller_match_state, controller_priority. */
export const documentStore = (db: Database) => {
  const sql = statements(db);
  const find = sql.get<[string], { id: number; revision: string; category: string }>(
    'select id, revision, category from controller_document where key = ?',
  );
  const put = sql.run(
    `insert into controller_document (key, adv, digest, revision, category, status, publisher, title, modified, gone_at)
     values (@key, @adv, @digest, @revision, @category, @status, @publisher, @title, @modified, null)
     on conflict (key) do update set adv = excluded.adv, digest = excluded.digest, revision = excluded.revision,
       category = excluded.category, status = excluded.status, publisher = excluded.publisher, title = excluded.title,
       modified = excluded.modified, gone_at = null`,
  );
  const gone = sql.run('update controller_document set gone_at = ? where key = ?');
  const dropAbout = sql.run('delete from controller_document_vulnerability where document = ?');
  const addAbout = sql.run(
    'insert or ignore into controller_document_vulnerability (document, vulnerability) values (?, ?)',
  );
  const setSpokenOf = sql.run<[string, string]>(
    'update controller_document set spoken_of = ?2 where key = ?1 and spoken_of is not ?2',
  );
  const spokenOf = sql.values<[string], string>(
    `select distinct vulnerability from controller_document_vulnerability
       where vulnerability in (select value from json_each(?))`,
  );
  const state = sql.get<
    [],
    {
      snapshot: number;
      maps: string;
      rules: string;
      synonyms: string;
      answers_pending: number;
    }
  >('select snapshot, maps, rules, synonyms, answers_pending from controller_match_state where one = 1');
  const setRenamed = sql.run<[string]>('update controller_match_state set synonyms = ? where one = 1');
  const setRules = sql.run('update controller_match_state set rules = ? where one = 1');
  const dropPriorities = sql.run('delete from controller_priority');
  const addPriority = sql.run('insert into controller_priority (threat, context, rank) values (?, ?, ?)');

  const idOf = (key: string): number => find(key)?.id ?? 0;
  return {
    live: sql.all<[], HeldDocument>('select id, key, digest, adv from controller_document where gone_at is null'),
    revisionOf: (key: string): string => find(key)?.revision ?? '',
    idOf,
    put: (document: ControllerDocument, vulnerabilities: readonly string[]): void => {
      put(document);
      const id = idOf(document.key);
      dropAbout(id);
      for (const vulnerability of vulnerabilities) addAbout(id, vulnerability);
    },
    setGone: (key: string, at: number): void => {
      gone(at, key);
      dropAbout(idOf(key));
    },
    /** What these documents spoke of when they were taken. */
    about: sql.values<[keys: readonly string[]], string>(
      `select distinct v.vulnerability from controller_document_vulnerability v join controller_document d on d.id = v.document
       where d.key in (select value from json_each(?))`,
    ),
    /** Those of some vulnerabilities that a document speaks of. */
    spokenOf: (vulnerabilities: readonly string[]): string[] =>
      vulnerabilities.length === 0 ? [] : spokenOf(JSON.stringify(vulnerabilities)),
    /** Keeps which makers and families a document names. In a transaction. */
    setSpokenOf: (key: string, names: readonly string[]): void => {
      setSpokenOf(key, JSON.stringify(names));
    },
    /** The makers and families that some document that is here names. */
    allSpokenOf: sql.values<[], string>(
      'select distinct name.value from controller_document d, json_each(d.spoken_of) name where d.gone_at is null',
    ),
    state: (): MatchState => {
      const row = state();
      if (row === undefined) throw new Error('controller_match_state is empty');
      return {
        snapshot: row.snapshot,
        maps: row.maps,
        rules: row.rules,
        synonyms: row.synonyms,
        answersPending: row.answers_pending === 1,
      };
    },
    setState: sql.run<[row: { snapshot: number; maps: string; synonyms: string; at: number }]>(
      `update controller_match_state set snapshot = :snapshot, maps = :maps, synonyms = :synonyms, answers_pending = 0, matched_at = :at where one = 1`,
    ),
    /** Answers are others: findings are looked at again. */
    answersChanged: sql.run<[]>('update controller_match_state set answers_pending = 1 where one = 1'),
    /** Words about names are others: everything is. */
    namesChanged: (): void => setRenamed(NAMES_CHANGED),
    answersApplied: sql.run<[]>('update controller_match_state set answers_pending = 0 where one = 1'),
    /** Writes the table of priorities when its rules are others than those it was made by. In a transaction. */
    ensurePriorities: (rules: string): void => {
      if (state()?.rules === rules) return;
      dropPriorities();
      for (const { threat, context, rank } of priorityRows()) addPriority(threat, context, rank);
      setRules(rules);
    },
  };
};

export type DocumentStore = ReturnType<typeof documentStore>;
