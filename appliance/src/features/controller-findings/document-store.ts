import type { Database } from '../../platform/database.ts';
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
  const live = db.prepare<[], HeldDocument>(
    'select id, key, digest, adv from controller_document where gone_at is null',
  );
  const find = db.prepare<[string], { id: number; revision: string; category: string }>(
    'select id, revision, category from controller_document where key = ?',
  );
  const put = db.prepare(
    `insert into controller_document (key, adv, digest, revision, category, status, publisher, title, modified, gone_at)
     values (@key, @adv, @digest, @revision, @category, @status, @publisher, @title, @modified, null)
     on conflict (key) do update set adv = excluded.adv, digest = excluded.digest, revision = excluded.revision,
       category = excluded.category, status = excluded.status, publisher = excluded.publisher, title = excluded.title,
       modified = excluded.modified, gone_at = null`,
  );
  const gone = db.prepare('update controller_document set gone_at = ? where key = ?');
  const dropAbout = db.prepare('delete from controller_document_vulnerability where document = ?');
  const addAbout = db.prepare(
    'insert or ignore into controller_document_vulnerability (document, vulnerability) values (?, ?)',
  );
  const about = db
    .prepare<[string], string>(
      `select distinct v.vulnerability from controller_document_vulnerability v join controller_document d on d.id = v.document
       where d.key in (select value from json_each(?))`,
    )
    .pluck();
  const spokenOf = db
    .prepare<[string], string>(
      `select distinct vulnerability from controller_document_vulnerability
       where vulnerability in (select value from json_each(?))`,
    )
    .pluck();
  const state = db.prepare<
    [],
    {
      snapshot: number;
      maps: string;
      rules: string;
      synonyms: string;
      answers_pending: number;
    }
  >('select snapshot, maps, rules, synonyms, answers_pending from controller_match_state where one = 1');
  const setState = db.prepare(
    `update controller_match_state set snapshot = ?, maps = ?, synonyms = ?, answers_pending = 0, matched_at = ? where one = 1`,
  );
  const setAnswersApplied = db.prepare('update controller_match_state set answers_pending = 0 where one = 1');
  const setAnswersPending = db.prepare('update controller_match_state set answers_pending = 1 where one = 1');
  const setRenamed = db.prepare<[string]>('update controller_match_state set synonyms = ? where one = 1');
  const setRules = db.prepare('update controller_match_state set rules = ? where one = 1');
  const dropPriorities = db.prepare('delete from controller_priority');
  const addPriority = db.prepare('insert into controller_priority (threat, context, rank) values (?, ?, ?)');

  const idOf = (key: string): number => find.get(key)?.id ?? 0;
  return {
    live: (): HeldDocument[] => live.all(),
    revisionOf: (key: string): string => find.get(key)?.revision ?? '',
    idOf,
    put: (document: ControllerDocument, vulnerabilities: readonly string[]): void => {
      put.run(document);
      const id = idOf(document.key);
      dropAbout.run(id);
      for (const vulnerability of vulnerabilities) addAbout.run(id, vulnerability);
    },
    setGone: (key: string, at: number): void => {
      gone.run(at, key);
      dropAbout.run(idOf(key));
    },
    /** What these documents spoke of when they were taken. */
    about: (keys: readonly string[]): string[] => about.all(JSON.stringify(keys)),
    /** Those of some vulnerabilities that a document speaks of. */
    spokenOf: (vulnerabilities: readonly string[]): string[] =>
      vulnerabilities.length === 0 ? [] : spokenOf.all(JSON.stringify(vulnerabilities)),
    state: (): MatchState => {
      const row = state.get();
      if (row === undefined) throw new Error('controller_match_state is empty');
      return {
        snapshot: row.snapshot,
        maps: row.maps,
        rules: row.rules,
        synonyms: row.synonyms,
        answersPending: row.answers_pending === 1,
      };
    },
    setState: (next: { snapshot: number; maps: string; synonyms: string; at: number }): void => {
      setState.run(next.snapshot, next.maps, next.synonyms, next.at);
    },
    /** Answers are others: findings are looked at again. */
    answersChanged: (): void => void setAnswersPending.run(),
    /** Words about names are others: everything is. */
    namesChanged: (): void => void setRenamed.run(NAMES_CHANGED),
    answersApplied: (): void => {
      setAnswersApplied.run();
    },
    /** Writes the table of priorities when its rules are others than those it was made by. In a transaction. */
    ensurePriorities: (rules: string): void => {
      if (state.get()?.rules === rules) return;
      dropPriorities.run();
      for (const { threat, context, rank } of priorityRows()) addPriority.run(threat, context, rank);
      setRules.run(rules);
    },
  };
};

export type DocumentStore = ReturnType<typeof documentStore>;
