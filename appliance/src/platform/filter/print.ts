import { quote } from './tokens.ts';
import type { Filter, Vocabulary } from './types.ts';

const isGroup = (vocabulary: Vocabulary, field: string): boolean => vocabulary.fields.get(field)?.type === 'group';

/** The text of a filter; `groupName` puts names in the place of ids, for people. */
export function printFilter(
  filter: Filter,
  options: { vocabulary: Vocabulary; groupName?: (id: string) => string },
): string {
  const inner = (part: Filter): string => {
    const text = printFilter(part, options);
    return 'all' in part || 'any' in part ? `(${text})` : text;
  };
  if ('all' in filter) return filter.all.map(inner).join(' and ');
  if ('any' in filter) return filter.any.map(inner).join(' or ');
  if ('not' in filter) return `not ${inner(filter.not)}`;
  if ('some' in filter) return `some ${filter.some} (${printFilter(filter.where, options)})`;
  const { field, op, value } = filter;
  if (op === 'unknown') return `${field} unknown`;
  if (typeof value === 'boolean') return `${field} ${op} ${value ? 'yes' : 'no'}`;
  const text = String(value);
  return `${field} ${op} ${quote(isGroup(options.vocabulary, field) && op !== 'contains' ? (options.groupName?.(text) ?? text) : text)}`;
}
