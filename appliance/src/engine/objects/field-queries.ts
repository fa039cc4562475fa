import { type Field, type Vocabulary, vocabularyOf } from '../../platform/filter/types.ts';
import type { Condition } from '../../platform/list/condition.ts';
import { protectedFields } from './codec.ts';
import type { Kind, KindField } from './types.ts';

// What filters can ask of the objects of a kind, from its declaration. Reads object.

const ofField = (name: string, { type, options = [] }: KindField): Field[] => {
  const scalar = `json_extract(body, '$.${name}')`;
  switch (type) {
    case 'choice':
      return [{ name, type, options, source: { scalar } }];
    case 'reference':
      return [{ name, type: 'text', stored: 'exact', ops: ['=', '!=', 'unknown'], source: { scalar } }];
    case 'list':
      return [
        {
          name,
          type: 'text',
          ops: ['=', '!=', 'contains', 'unknown'],
          source: { many: `select value from json_each(body, '$.${name}')` },
        },
      ];
    case 'boolean':
      return [{ name, type: 'yesno', source: { scalar } }];
    case 'integer':
      return [{ name, type: 'number', source: { scalar } }];
    case 'time':
      return [{ name, type, source: { scalar: `unixepoch(${scalar}) * 1000` } }];
    case 'text':
    case 'multiline':
      return [{ name, type: 'text', source: { scalar } }];
    default:
      return [];
  }
};

/** Fields that people enter and read; `holding` finds a text. */
export function objectVocabulary(kind: Kind, holding: (text: string) => Condition): Vocabulary {
  const hidden = protectedFields(kind);
  return vocabularyOf([
    ...Object.entries(kind.fields).flatMap(([name, field]) =>
      field.internal || hidden.includes(name) ? [] : ofField(name, field),
    ),
    { name: 'updatedAt', type: 'time', source: { scalar: 'updated_at' }, ops: ['older', 'newer', 'before', 'after'] },
    { name: 'text', type: 'text', ops: ['contains'], parameter: 'q', source: { test: holding } },
  ]);
}
