import { type Vocabulary, vocabularyOf } from '../../platform/filter/types.ts';
import { deviceNamed, type Scope } from '../../platform/scope.ts';
import { likePattern } from '../../platform/text.ts';
import { deviationStates, operations } from './types.ts';

// What filters can ask of a deviation. Reads deviation; of devices device, device_row and device_merge.

/** Everything that can be asked by who reaches so much. */
export function deviationVocabulary(collections: readonly string[], scope: Scope): Vocabulary {
  return vocabularyOf([
    {
      name: 'state',
      type: 'choice',
      options: deviationStates,
      ops: ['='],
      source: {
        test: (state) => ({
          sql: state === 'all' ? 'true' : `until is ${state === 'open' ? '' : 'not '}null`,
          params: [],
        }),
      },
    },
    { name: 'collection', type: 'choice', options: collections, ops: ['=', '!='], source: { scalar: 'collection' } },
    { name: 'operation', type: 'choice', options: operations, ops: ['=', '!='], source: { scalar: 'operation' } },
    { name: 'age', type: 'number', ops: ['>=', '<'], source: { scalar: '(:now - since) / 86400000' } },
    { name: 'order', type: 'yesno', ops: ['='], source: { scalar: 'work_order is not null' } },
    { name: 'baseline', type: 'text', stored: 'exact', ops: ['=', '!='], source: { scalar: 'baseline' } },
    { name: 'device', type: 'text', ops: ['=', '!='], source: { test: deviceNamed(scope) } },
    {
      name: 'text',
      type: 'text',
      ops: ['contains'],
      parameter: 'q',
      source: { test: (text) => ({ sql: "title like ? escape '\\'", params: [likePattern(text)] }) },
    },
  ]);
}
