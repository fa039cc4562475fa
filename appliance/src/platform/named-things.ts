import type { FieldErrors } from './errors.ts';
import { nearestNames } from './nearest-names.ts';
import { fold } from './sql-functions.ts';

// Things that an object names by id or by a name that a person typed: they are kept by their ids, and what is not there is
// refused with what was meant.

/** Of what is named in one field. `several`: names that more than one of them has. */
type Resolved = {
  readonly ids: readonly string[];
  readonly unknown: readonly string[];
  readonly several: readonly string[];
};

/** One field: what is named there, how it is found, and all names for what somebody may have meant. */
export type NamedField = {
  readonly thing: 'Zone' | 'Controller' | 'Group' | 'Device';
  resolve(named: readonly string[]): Resolved;
  names(): readonly string[];
};

type Fields = Readonly<Record<string, unknown>>;

/** Named in a refusal; the rest is left out. */
const mostNamed = 5;
/** For so many of them names are looked for that were meant: each is compared with all that there are. */
const mostMeant = 2;

/** Texts of a list, or the one of a field that holds one. */
const textsOf = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter(
    (entry): entry is string => typeof entry === 'string' && entry !== '',
  );

/** Each text by the ids that it may mean: one, none, or more. */
export function resolvedBy(named: readonly string[], find: (text: string) => readonly string[]): Resolved {
  const found = named.map((text) => ({ text, ids: find(text) }));
  return {
    ids: [...new Set(found.flatMap(({ ids }) => (ids.length === 1 ? ids : [])))],
    unknown: found.filter(({ ids }) => ids.length === 0).map(({ text }) => text),
    several: found.filter(({ ids }) => ids.length > 1).map(({ text }) => text),
  };
}

/** Things of which each has an id and names. The list is asked for once, and only where something is no id. */
export function namedAmong(
  thing: NamedField['thing'],
  isId: (texts: readonly string[]) => ReadonlySet<string>,
  all: () => readonly { readonly id: string; readonly names: readonly string[] }[],
): NamedField {
  return {
    thing,
    resolve: (named) => {
      const there = isId(named);
      if (named.every((text) => there.has(text))) return resolvedBy(named, (text) => [text]);
      const byName = new Map<string, Set<string>>();
      for (const { id, names } of all())
        for (const name of names) byName.set(fold(name), (byName.get(fold(name)) ?? new Set()).add(id));
      return resolvedBy(named, (text) => (there.has(text) ? [text] : [...(byName.get(fold(text.trim())) ?? [])]));
    },
    names: () => all().flatMap(({ names }) => names),
  };
}

const refusal = ({ thing, names }: NamedField, unknown: readonly string[]) => {
  const shown = unknown.slice(0, mostNamed);
  const near = [...new Set(nearestNames(shown.slice(0, mostMeant), names()))].join(', ');
  return near === ''
    ? { key: `validation.no${thing}`, params: { names: shown.join(', ') } }
    : { key: `validation.no${thing}Near`, params: { names: shown.join(', '), near } };
};

/**
 * A body with what its fields name kept by ids, and what is wrong. What stood there before may stay: no other change of an object
 * waits for what became of a thing that it names.
 */
export function resolveFields<B extends Fields>(
  before: Fields,
  body: B,
  fields: Readonly<Record<string, NamedField>>,
): { faults: FieldErrors; body: B } {
  const faults: Record<string, FieldErrors[string]> = {};
  const kept: Record<string, unknown> = { ...body };
  for (const [name, field] of Object.entries(fields)) {
    if (body[name] === undefined || body[name] === null) continue;
    const stood = new Set(textsOf(before[name]));
    const { ids, unknown, several } = field.resolve(textsOf(body[name]));
    const added = unknown.filter((text) => !stood.has(text));
    const doubtful = several.filter((text) => !stood.has(text));
    if (doubtful.length > 0)
      faults[name] = {
        key: `validation.several${field.thing}s`,
        params: { names: doubtful.slice(0, mostNamed).join(', ') },
      };
    if (added.length > 0) faults[name] = refusal(field, added);
    const all = [...ids, ...unknown, ...several];
    kept[name] = Array.isArray(body[name]) ? all : (all[0] ?? '');
  }
  return { faults, body: kept as B };
}
