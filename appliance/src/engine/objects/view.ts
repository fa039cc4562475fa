import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { Value } from '@sallyport/ui/model';
import type { KindField as ViewField } from '@sallyport/ui/objects/objects.tsx';
import type { Form } from '../../server/console/form.ts';
import type { ObjectService } from './service.ts';
import type { Body, Kind, KindField, Obj } from './types.ts';

// Objects as forms: their fields, and the values that a form sends.

const minuteMs = 60_000;

/** The fields that a form has: not what only services set. */
export const formFields = (kind: Kind): [string, KindField][] =>
  Object.entries(kind.fields).filter(([, field]) => !field.internal);

const lines = (texts: readonly string[]): string[] =>
  texts
    .flatMap((text) => text.split(/\r?\n/))
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** A day or a time of the site's clock, as people write it. */
const localTime = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}))?$/;

/** What is no such time goes on as it is: it may be one with its zone, and else the engine says what is wrong. */
const momentText = (text: string): string => {
  const [, day, time = '00:00'] = localTime.exec(text) ?? [];
  const at = day === undefined ? Number.NaN : new Date(`${day}T${time}`).getTime();
  return Number.isNaN(at) ? text : toTime(at);
};

/** The other way; a stored second is not lost by opening and saving a form. */
const shownMoment = (text: string): string => {
  const at = new Date(text);
  if (Number.isNaN(at.getTime()) || at.getTime() % minuteMs !== 0) return text;
  const two = (n: number): string => String(n).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}`;
};

const parsed = (field: KindField, form: Form, name: string): unknown => {
  const text = form.text(name);
  const trimmed = text.trim();
  switch (field.type) {
    case 'boolean':
      return form.has(name) && trimmed !== 'false' && trimmed !== 'off';
    case 'list':
      return lines(form.texts(name));
    case 'integer':
      // What is no number goes on as text, so that the engine says so beside every other fault.
      return trimmed === '' ? null : /^-?\d{1,15}$/.test(trimmed) ? Number(trimmed) : trimmed;
    case 'json':
      return parseJson(trimmed);
    case 'time':
      return trimmed === '' ? null : momentText(trimmed);
    case 'multiline':
      return trimmed === '' ? null : text;
    default:
      return trimmed === '' ? null : trimmed;
  }
};

const parseJson = (text: string): unknown => {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** The body that a form of a kind says; an empty secret says nothing. */
export const bodyOf = (kind: Kind, form: Form): Body => {
  const body: Body = {};
  for (const [name, field] of formFields(kind)) {
    const value = parsed(field, form, `f.${name}`);
    if (field.type === 'secret' && value === null) continue;
    if (value !== undefined) body[name] = value;
  }
  return body;
};

/** A stored value as a form or a table shows it. */
export const shownValue = (value: unknown): Value => {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value) && value.every((entry) => typeof entry === 'string')) return value;
  return JSON.stringify(value);
};

/** The values of a body by field. */
export const shownValues = (kind: Kind, body: Body): Record<string, Value> =>
  Object.fromEntries(
    formFields(kind).map(([name, field]) => [name, field.type === 'secret' ? null : shownValue(body[name])]),
  );

/** The same as a form has them. */
export const formValues = (kind: Kind, body: Body): Record<string, Value> => {
  const values = shownValues(kind, body);
  for (const [name, field] of formFields(kind)) {
    const value = values[name];
    if (field.type === 'time' && typeof value === 'string') values[name] = shownMoment(value);
  }
  return values;
};

/** A declared field for the view. */
export const viewField = (name: string, field: KindField, choices: ViewField['choices']): ViewField => ({
  ...field,
  name,
  choices,
});

const isSame = (a: Value | undefined, b: Value | undefined): boolean =>
  JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

/**
 * What a form says that was opened at revision `from` and is sent after another person saved: what it did not touch is as they left
 * it. `rows` are the fields in which it still differs.
 */
export function changedMeanwhile(
  objects: Pick<ObjectService, 'diff'>,
  kind: Kind,
  object: Obj,
  from: number,
  typed: Readonly<Record<string, Value>>,
): {
  values: Record<string, Value>;
  meanwhile: { rows: { field: string; theirs: Value; mine: Value }[] };
} {
  // Nothing was said of it when the form was opened, or a restored database has not got so far.
  const isKnown = Number.isInteger(from) && from >= 1 && from <= object.revision;
  const changes = isKnown ? objects.diff(kind.name, object.id, from, object.revision) : [];
  const theirs = formValues(kind, object.body);
  const before = formValues(kind, {
    ...(isKnown ? object.body : {}),
    ...Object.fromEntries(changes.map(({ field, before: value }) => [field, value])),
  });
  const values = Object.fromEntries(
    Object.entries(typed).map(([name, mine]) => [name, isSame(mine, before[name]) ? (theirs[name] ?? null) : mine]),
  );
  return {
    values,
    meanwhile: {
      rows: Object.entries(values)
        .map(([field, mine]) => ({ field, theirs: theirs[field] ?? null, mine }))
        .filter((row) => !isSame(row.theirs, row.mine)),
    },
  };
}
