import { type Field, type Vocabulary, vocabularyOf } from '../../platform/filter/types.ts';
import { dateMs } from '../../platform/filter/values.ts';
import type { Condition } from '../../platform/list/condition.ts';
import { deviceNamed, type Scope } from '../../platform/scope.ts';
import { likePattern } from '../../platform/text.ts';
import { areas } from '../objects/types.ts';
import { severities } from './types.ts';

// What filters can ask of an event. Reads event; of devices device, device_row and device_merge.

type TypesWithWords = (text: string) => readonly string[];

const dayMs = 86_400_000;

/** The end of the day, where it names no time of it. */
const endOf = (text: string): number => (dateMs(text) ?? 0) + (text.includes('T') ? 0 : dayMs);

/** What an event is said with, or what is kept of it, has a text. */
const holding =
  (typesWith: TypesWithWords) =>
  (text: string): Condition => {
    const pattern = likePattern(text);
    return {
      sql: `(params like ? escape '\\' or type like ? escape '\\' or actor like ? escape '\\'
        or type in (select value from json_each(?)))`,
      params: [pattern, pattern, pattern, JSON.stringify(typesWith(text))],
    };
  };

const fieldsOf = (typesWith: TypesWithWords, scope: Scope): readonly Field[] => [
  { name: 'severity', type: 'choice', options: severities, ops: ['=', '!='], source: { scalar: 'severity' } },
  { name: 'type', type: 'text', ops: ['=', '!=', 'starts'], stored: 'folded', source: { scalar: 'type' } },
  { name: 'area', type: 'choice', options: areas, ops: ['=', '!='], source: { scalar: 'area' } },
  { name: 'device', type: 'text', ops: ['=', '!='], source: { test: deviceNamed(scope) } },
  { name: 'actor', type: 'text', source: { scalar: 'actor' }, ops: ['=', '!=', 'contains', 'unknown'] },
  { name: 'at', type: 'time', source: { scalar: 'at' }, ops: ['older', 'newer', 'before', 'after'] },
  {
    name: 'from',
    type: 'time',
    ops: ['after'],
    source: { test: (text) => ({ sql: 'at >= ?', params: [dateMs(text) ?? 0] }) },
  },
  {
    name: 'to',
    type: 'time',
    ops: ['before'],
    source: { test: (text) => ({ sql: 'at < ?', params: [endOf(text)] }) },
  },
  {
    name: 'audit',
    type: 'yesno',
    ops: ['='],
    source: { test: (isAudit) => ({ sql: `audit_seq is ${isAudit === 'true' ? 'not ' : ''}null`, params: [] }) },
  },
  { name: 'text', type: 'text', ops: ['contains'], parameter: 'q', source: { test: holding(typesWith) } },
];

/** Everything that can be asked by who reaches so much; `typesWith` are the types whose sentence has a text. */
export function eventVocabulary(typesWith: TypesWithWords, scope: Scope): Vocabulary {
  return vocabularyOf(fieldsOf(typesWith, scope));
}
