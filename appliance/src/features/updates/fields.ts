import { type Field, type Vocabulary, vocabularyOf } from '../../platform/filter/types.ts';
import { DECISIONS } from '../vulnerabilities/types.ts';
import { APPROVALS, SUPPLIES } from './types.ts';

// What filters can ask of an update; what an entry of the list has of each is in listing.ts, since the list is in memory.

const source = { code: true } as const;
const words = ['contains', '=', '!=', 'starts'] as const;
const numbers = ['=', '!=', '<', '<=', '>', '>='] as const;

const fields: readonly Field[] = [
  { name: 'name', type: 'text', ops: words, source },
  { name: 'version', type: 'text', ops: words, source },
  { name: 'approval', type: 'choice', options: APPROVALS, ops: ['=', '!='], source },
  { name: 'supply', type: 'choice', options: SUPPLIES, ops: ['=', '!='], source },
  { name: 'security', type: 'yesno', ops: ['='], source },
  { name: 'deployable', type: 'yesno', ops: ['='], source },
  { name: 'decision', type: 'choice', options: DECISIONS, source },
  { name: 'devices', type: 'number', ops: numbers, source },
  { name: 'findings', type: 'number', ops: numbers, source },
  { name: 'size', type: 'number', bytes: true, ops: numbers, source },
  { name: 'text', type: 'text', ops: ['contains'], parameter: 'q', source },
];

/** Everything that can be asked. */
export const updateVocabulary: Vocabulary = vocabularyOf(fields);
