import type { Database } from '../../platform/database.ts';
import { makeTriggers, type Trigger } from '../../platform/triggers.ts';
import { REVIEW_KIND, SYNONYM_KIND } from './answers.ts';
import { NAMES_CHANGED } from './document-store.ts';

// Answers are objects like any other: they can be taken back, restored or reverted where objects are. Whatever way they
// changed, the findings that they are about are looked at again; after words about names, everything is.

const stale = `begin update controller_match_state set answers_stale = 1 where one = 1; end`;

const renamed = `begin update controller_match_state set synonyms = '${NAMES_CHANGED}' where one = 1; end`;

const triggers: readonly Trigger[] = [
  ['controller_answer_new', `after insert on object when new.kind = '${REVIEW_KIND}' ${stale}`],
  ['controller_answer_changed', `after update on object when new.kind = '${REVIEW_KIND}' ${stale}`],
  ['controller_synonym_new', `after insert on object when new.kind = '${SYNONYM_KIND}' ${renamed}`],
  ['controller_synonym_changed', `after update on object when new.kind = '${SYNONYM_KIND}' ${renamed}`],
];

/** Counts of matches follow matches and whether somebody has what they are of. */
const counted = (row: 'old' | 'new', sign: 1 | -1): string =>
  `insert into controller_match_count
     select ${row}.verdict, ${row}.rank, ${row}.severity, ${row}.fix_state, ${sign} from controller_identity
     where id = ${row}.identity and controllers > 0 and ${row}.until is null
     on conflict (verdict, rank, severity, fix_state) do update set n = n + excluded.n;`;

const other = ['until', 'verdict', 'rank', 'severity', 'fix_state'].map((name) => `old.${name} is not new.${name}`);

const counts: readonly Trigger[] = [
  [
    'controller_match_counted',
    `after insert on controller_match when new.until is null begin ${counted('new', 1)} end`,
  ],
  [
    'controller_match_recounted',
    `after update on controller_match when ${other.join(' or ')} begin ${counted('old', -1)} ${counted('new', 1)} end`,
  ],
  [
    'controller_match_uncounted',
    `after delete on controller_match when old.until is null begin ${counted('old', -1)} end`,
  ],
  [
    'controller_identity_counted',
    `after update of controllers on controller_identity when (old.controllers > 0) <> (new.controllers > 0) begin
       insert into controller_match_count
         select verdict, rank, severity, fix_state, count(*) * (case when new.controllers > 0 then 1 else -1 end) from controller_match
         where identity = new.id and until is null group by 1, 2, 3, 4
         on conflict (verdict, rank, severity, fix_state) do update set n = n + excluded.n;
     end`,
  ],
];

export const ensureFindingTriggers = (db: Database): void => makeTriggers(db, [...triggers, ...counts]);
