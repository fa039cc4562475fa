// Conditions: what rules ask of a device, in a small language that people write and read.
//
//   name starts "pump" and not (os = windows or tag = spare)
//   some software (name = openssl and version < "3.0.17")
//   lastSeen older 30d
//
// Fields are declared once (fields/). A field has one value, or many, of which one has to fit. Every comparison is true
// or false, never unknown: without a value it is false, `!=` is the opposite of `=`, and `unknown` asks for exactly that.
// Text is compared without case; `<` and its kin compare text as versions. `some` asks for one row of a collection that
// fits a condition over the collection's own fields. A condition is checked, printed and turned into SQL from its tree.

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

export type Condition =
  | { all: readonly Condition[] }
  | { any: readonly Condition[] }
  | { not: Condition }
  | { some: string; where: Condition }
  | Comparison;

export type ValueType = 'text' | 'choice' | 'number' | 'yesno' | 'time' | 'address' | 'group';

const textOps = ['=', '!=', 'contains', 'starts', 'ends', '<', '<=', '>', '>=', 'unknown'] as const;
const numberOps = ['=', '!=', '<', '<=', '>', '>=', 'unknown'] as const;

/** What can be asked of a value. */
export const opsOf: Readonly<Record<ValueType, readonly Op[]>> = {
  text: textOps,
  choice: ['=', '!=', 'unknown'],
  number: numberOps,
  yesno: ['=', 'unknown'],
  time: ['older', 'newer', 'before', 'after', 'unknown'],
  address: ['=', '!=', 'in', 'unknown'],
  group: ['=', '!=', 'in', 'unknown'],
};

/**
 * Who has settled a field before it is asked: 0 facts and what people say by hand, 1 the group (moving rules), 2 tags
 * (tag rules), 3 visibility (the time-out of the status). A rule sees only what comes before it, so none goes in circles.
 */
export type Layer = 0 | 1 | 2 | 3;

export type Field = {
  name: string;
  type: ValueType;
  layer: Layer;
  /** Of a `choice`. */
  options?: readonly string[];
  /** SQL over the device `d`, or over the row `r`: one value, or a query of a column `value`. */
  source: { scalar: string } | { many: string };
  /** Numbers may be written with KB, MB, GB, TB. */
  bytes?: true;
};

/** A collection's rows; its fields are asked as `collection.field`, or together by `some collection (…)`. */
export type Rows = {
  name: string;
  table: string;
  /** Items are stored once per site; devices are found by their members. */
  shared: boolean;
  fields: ReadonlyMap<string, Field>;
};

export type Vocabulary = { fields: ReadonlyMap<string, Field>; rows: ReadonlyMap<string, Rows> };

/** What is wrong with a text: a part of the catalogue key `condition.fault.<what>`, and where. */
export type Fault = { what: string; at: number; text: string };

/** Thrown by the parser. */
export class ConditionFault extends Error {
  readonly fault: Fault;
  constructor(what: string, at: number, text: string) {
    super(`${what} at ${at}: ${text}`);
    this.name = 'ConditionFault';
    this.fault = { what, at, text };
  }
}
