// The one language in which rules, status conditions and lists ask.
//
//   name starts "pump" and not (os = windows or tag = spare)
//   some software (name = openssl and version < "3.0.17")
//   lastSeen older 30d
//
// Fields are declared once, by what has them. A field has one value, or many, of which one has to fit. Every comparison is
// true or false, never unknown: without a value it is false, `!=` is the opposite of `=`, and `unknown` asks for exactly
// that. Text is compared without case; `<` and its kin compare text as versions. `some` asks for one row of a collection
// that fits a filter over the collection's own fields. A filter is checked, printed and turned into SQL from its tree.
//
// `field:value` asks what is usually asked of the field. The address of a list is an `and` of such terms, see parameters.ts;
// what a list is searched for is its field `text`.

import type { Condition } from '../list/condition.ts';

export type Op =
  | '='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'contains'
  | 'starts'
  | 'ends'
  | 'in'
  | 'older'
  | 'newer'
  | 'before'
  | 'after'
  | 'unknown';

export type Comparison = { field: string; op: Op; value: string | number | boolean };

export type Filter =
  | { all: readonly Filter[] }
  | { any: readonly Filter[] }
  | { not: Filter }
  | { some: string; where: Filter }
  | Comparison;

/** `item`: a row of a collection by its name, with or without its version; see `Field.item`. */
export type ValueType = 'text' | 'choice' | 'number' | 'yesno' | 'time' | 'address' | 'group' | 'item';

/** What can be asked of a value; what stands first is the default. */
const opsOfType: Readonly<Record<ValueType, readonly Op[]>> = {
  text: ['=', '!=', 'contains', 'starts', 'ends', '<', '<=', '>', '>=', 'unknown'],
  choice: ['=', '!=', 'unknown'],
  number: ['=', '!=', '<', '<=', '>', '>=', 'unknown'],
  yesno: ['=', 'unknown'],
  time: ['older', 'newer', 'before', 'after', 'unknown'],
  address: ['=', '!=', 'starts', 'in', 'unknown'],
  group: ['in', '=', '!=', 'contains', 'unknown'],
  item: ['=', '!='],
};

export type Field = {
  name: string;
  type: ValueType;
  /**
   * Which derivation decides the field; a filter that an earlier one asks may not name it, so none goes in circles. What
   * each number means is told where the fields are declared; without one it is the first.
   */
  layer?: number;
  /** Of a `choice`. */
  options?: readonly string[];
  /**
   * SQL over what is filtered: one value, or a query of a column `value`; `test`: the condition for a value that is `=` or that is
   * contained; `code`: not by SQL but by what filters, as a set of devices or in memory.
   */
  source: { scalar: string } | { many: string } | { test: (value: string) => Condition } | { code: true };
  /** Its source is a column with an index without case. */
  nocase?: true;
  /** How its source has it: text without case (`fold`), text that is equal as it is written, a choice as its place among the options. */
  stored?: 'folded' | 'exact' | 'rank';
  /** Numbers may be written with KB, MB, GB, TB. */
  bytes?: true;
  /** Fewer operators than its type has; the first is the usual one. */
  ops?: readonly Op[];
  /** Its name in addresses, where it has another and stands there once, with what is usually asked. */
  parameter?: string;
  /** Further names, in addresses. */
  also?: readonly string[];
  /** Of an `item`: the collection, and its fields with the name and the version. */
  item?: { rows: string; name: string; version: string };
};

/** What can be asked of a field; the first is the usual one. */
export function opsOf(field: Field): readonly Op[] {
  return field.ops ?? opsOfType[field.type];
}

/** A collection's rows; its fields are asked as `collection.field`, or together by `some collection (…)`. */
export type Rows = {
  name: string;
  table: string;
  /** Items are stored once per site; devices are found by their members. */
  shared: boolean;
  fields: ReadonlyMap<string, Field>;
};

export type Vocabulary = { fields: ReadonlyMap<string, Field>; rows: ReadonlyMap<string, Rows> };

/** The vocabulary of some fields; the order is the one of the form. */
export function vocabularyOf(fields: readonly Field[], rows: readonly Rows[] = []): Vocabulary {
  return {
    fields: new Map(fields.map((field) => [field.name, field])),
    rows: new Map(rows.map((one) => [one.name, one])),
  };
}

/** Every comparison that a filter makes; those over a collection's rows as `collection.field`. */
export function comparisonsOf(filter: Filter): Comparison[] {
  if ('all' in filter) return filter.all.flatMap(comparisonsOf);
  if ('any' in filter) return filter.any.flatMap(comparisonsOf);
  if ('not' in filter) return comparisonsOf(filter.not);
  if (!('some' in filter)) return [filter];
  return comparisonsOf(filter.where).map((one) => ({ ...one, field: `${filter.some}.${one.field}` }));
}

/** Whether a filter asks for a field. */
export function asksFor(field: string, filter: Filter | undefined): boolean {
  return filter !== undefined && comparisonsOf(filter).some((one) => one.field === field);
}

/** What has a text in what is searched; without one everything. */
export function textFilter(text: string): Filter | undefined {
  return text.trim() === '' ? undefined : { field: 'text', op: 'contains', value: text.trim() };
}

/** What is wrong with a text: a part of the catalogue key `condition.fault.<what>`, and where. */
type Fault = { what: string; at: number; text: string };

/** Thrown by whatever reads a filter. */
export class FilterFault extends Error {
  readonly fault: Fault;
  /** The parameter of an address that it is in. */
  parameter?: string;
  constructor(what: string, at: number, text: string) {
    super(`${what} at ${at}: ${text}`);
    this.name = 'FilterFault';
    this.fault = { what, at, text };
  }
}

/** What is wrong with a text, for people. */
export function sayFault({ what, at, text }: Fault): { key: string; params: Record<string, string | number> } {
  return { key: `condition.fault.${what}`, params: { at, text } };
}
