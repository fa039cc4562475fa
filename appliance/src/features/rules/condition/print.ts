import { quote } from './lexer.ts';
import type { Condition, Vocabulary } from './types.ts';

const isGroup = (vocabulary: Vocabulary, field: string): boolean => vocabulary.fields.get(field)?.type === 'group';

/** The text of a condition; `groupName` puts names in the place of ids, for people. */
export const printCondition = (
  condition: Condition,
  options: { vocabulary: Vocabulary; groupName?: (id: string) => string },
): string => {
  const inner = (part: Condition): string => {
    const text = printCondition(part, options);
    return 'all' in part || 'any' in part ? `(${text})` : text;
  };
  if ('all' in condition) return condition.all.map(inner).join(' and ');
  if ('any' in condition) return condition.any.map(inner).join(' or ');
  if ('not' in condition) return `not ${inner(condition.not)}`;
  if ('some' in condition) return `some ${condition.some} (${printCondition(condition.where, options)})`;
  const { field, op, value } = condition;
  if (op === 'unknown') return `${field} unknown`;
  if (typeof value === 'boolean') return `${field} ${op} ${value ? 'yes' : 'no'}`;
  const text = String(value);
  return `${field} ${op} ${quote(isGroup(options.vocabulary, field) ? (options.groupName?.(text) ?? text) : text)}`;
};
