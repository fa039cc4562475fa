import { dpkgKey } from '../../../versions/dpkg.ts';
import { compareKeys } from '../../../versions/key.ts';

// Debian policy, chapter 7: `a (>= 1) | b, c:any`.

type RelationOperator = '<<' | '<=' | '=' | '>=' | '>>';
export type Relation = { name: string; operator?: RelationOperator; version?: string };

const FORM =
  /^([a-z0-9][a-z0-9+.-]*)(?::[a-z0-9-]+)?\s*(?:\(\s*(<<|<=|=|>=|>>|<|>)\s*([^\s)]+)\s*\))?\s*(?:\[[^\]]*\])?\s*(?:<[^>]*>\s*)*$/i;

/** Policy keeps the old single signs as inclusive. */
const operatorOf = (sign: string): RelationOperator =>
  sign === '<' ? '<=' : sign === '>' ? '>=' : (sign as RelationOperator);

const parseRelation = (text: string): Relation | null => {
  const [, name, sign, version] = FORM.exec(text.trim()) ?? [];
  if (name === undefined) return null;
  return sign === undefined || version === undefined ? { name } : { name, operator: operatorOf(sign), version };
};

/** Groups of alternatives, all of which must hold; null when any relation is not understood. */
export const parseRelations = (field: string): Relation[][] | null => {
  const groups: Relation[][] = [];
  for (const group of field.split(',')) {
    if (group.trim() === '') continue;
    const alternatives = group.split('|').map(parseRelation);
    if (alternatives.some((one) => one === null)) return null;
    groups.push(alternatives as Relation[]);
  }
  return groups;
};

/** Compares two Debian versions; null when one of them has no key. */
export const compareDebian = (a: string, b: string): number | null => {
  const [ka, kb] = [dpkgKey(a), dpkgKey(b)];
  return ka === null || kb === null ? null : compareKeys(ka, kb);
};

/** Does a version of the named package fulfil the relation? A version that cannot be compared does not. */
export const versionSatisfies = (relation: Relation, version: string | undefined): boolean => {
  if (relation.operator === undefined || relation.version === undefined) return true;
  // A provided name without a version never fulfils a versioned relation (policy 7.5).
  if (version === undefined) return false;
  const order = compareDebian(version, relation.version);
  if (order === null) return false;
  switch (relation.operator) {
    case '<<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '=':
      return order === 0;
    case '>=':
      return order >= 0;
    case '>>':
      return order > 0;
  }
};
