import type { Database } from '../../../platform/database.ts';
import { makeTriggers, type Trigger } from '../../../platform/triggers.ts';
import { REVIEW_KIND, SYNONYM_KIND } from './answers.ts';
import { NAMES_CHANGED } from './document-store.ts';

// Answers are objects like any other: they can be taken back, restored or reverted where objects are. Whatever way they
// changed, the findings that they are about are looked at again; after words about names, everything is.

const stale = `begin update plc_match_state set answers_stale = 1 where one = 1; end`;

const renamed = `begin update plc_match_state set synonyms = '${NAMES_CHANGED}' where one = 1; end`;

const triggers: readonly Trigger[] = [
  ['plc_answer_new', `after insert on object when new.kind = '${REVIEW_KIND}' ${stale}`],
  ['plc_answer_changed', `after update on object when new.kind = '${REVIEW_KIND}' ${stale}`],
  ['plc_synonym_new', `after insert on object when new.kind = '${SYNONYM_KIND}' ${renamed}`],
  ['plc_synonym_changed', `after update on object when new.kind = '${SYNONYM_KIND}' ${renamed}`],
];

export const ensureAnswerTriggers = (db: Database): void => makeTriggers(db, triggers);
