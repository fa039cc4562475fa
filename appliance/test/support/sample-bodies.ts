import type { Body, Kind, KindField } from '../../src/engine/objects/types.ts';

// Bodies of any kind, from its declaration alone: every field filled, in two ways that differ in each field.

const sampleOf = (field: KindField, way: 0 | 1): unknown => {
  const { type, options, min, max, idOf } = field;
  const letter = way === 0 ? 'a' : 'b';
  switch (type) {
    case 'boolean':
      return way === 1;
    case 'integer':
      return way === 0 ? (min ?? 1) : Math.min((min ?? 1) + 1, max ?? 2);
    case 'time':
      return way === 0 ? '2031-01-01T00:00:00Z' : '2032-01-01T00:00:00Z';
    case 'choice':
      return options?.[way];
    case 'list':
      return [options?.[way] ?? letter];
    case 'json':
      return letter;
    default:
      return letter.repeat(Math.max(min ?? 1, idOf === undefined ? 1 : 2));
  }
};

/** A body with every field; no field of the first way has its value of the second. */
export function sampleBody(kind: Kind, way: 0 | 1): Body {
  return Object.fromEntries(Object.entries(kind.fields).map(([name, field]) => [name, sampleOf(field, way)]));
}

/** The kind with its fields and classes, without what ties a body to other objects and fields to each other. */
export function alone(kind: Kind): Kind {
  const { check: _check, ...rest } = kind;
  const fields = Object.entries(kind.fields).map(([name, { kind: _kind, immutable: _immutable, ...field }]) => [
    name,
    { ...field, type: field.type === 'reference' ? 'text' : field.type },
  ]);
  return { ...rest, fields: Object.fromEntries(fields) as Kind['fields'] };
}
