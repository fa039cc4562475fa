import type { Personal } from '../../platform/personal.ts';
import type { Body, Kind, KindField } from './types.ts';

// The stored form of a body: JSON in which each personal or secret value is {"$enc": base64}, under the object's own key.

type Encrypted = { $enc: string };

const isProtected = (field: KindField): boolean => field.personal === true || field.type === 'secret';

const isEncrypted = (value: unknown): value is Encrypted =>
  typeof value === 'object' && value !== null && '$enc' in value && typeof value.$enc === 'string';

/** Whose key encrypts the values of an object. */
export const personOf = (kind: string, id: string): string => `${kind}:${id}`;

/** The kind's protected fields by name. */
export const protectedFields = (kind: Kind): string[] =>
  Object.entries(kind.fields)
    .filter(([, field]) => isProtected(field))
    .map(([name]) => name);

/** The stored form; fields in the order of their names, so that equal bodies without encryption are equal texts. */
export const encodeBody = (personal: Personal, kind: Kind, id: string, body: Body): string => {
  const stored: Record<string, unknown> = {};
  for (const name of Object.keys(body).sort()) {
    const field = kind.fields[name];
    if (field === undefined) continue;
    stored[name] = isProtected(field)
      ? { $enc: personal.encrypt(personOf(kind.name, id), JSON.stringify(body[name])).toString('base64') }
      : body[name];
  }
  return JSON.stringify(stored);
};

/** The body as services use it; erased values are absent, secrets too unless asked for. */
export const decodeBody = (
  personal: Personal,
  kind: Kind,
  stored: string,
  options: { secrets?: boolean } = {},
): Body => {
  const body: Body = {};
  for (const [name, value] of Object.entries(JSON.parse(stored) as Record<string, unknown>)) {
    const field = kind.fields[name];
    // A field that the declaration dropped stays in old revisions and is no longer shown.
    if (field === undefined) continue;
    if (!isProtected(field) || !isEncrypted(value)) {
      body[name] = value;
      continue;
    }
    if (field.type === 'secret' && !options.secrets) continue;
    const plain = personal.decrypt(Buffer.from(value.$enc, 'base64'));
    if (plain !== null) body[name] = JSON.parse(plain);
  }
  return body;
};

/** The rows of the index for a body: exact values, blind for personal ones. */
export const indexRows = (
  personal: Personal,
  kind: Kind,
  body: Body,
): Array<{ field: string; value: string | number | Buffer; unique: boolean }> =>
  Object.entries(kind.fields).flatMap(([name, field]) => {
    const value = body[name];
    if (!(field.indexed || field.unique || field.type === 'reference')) return [];
    if (typeof value !== 'string' && typeof value !== 'number') return [];
    return [{ field: name, value: indexValue(personal, kind, name, value), unique: field.unique === true }];
  });

/** How a value of a field stands in the index. */
export const indexValue = (
  personal: Personal,
  kind: Kind,
  name: string,
  value: string | number,
): string | number | Buffer => {
  const field = kind.fields[name];
  return field !== undefined && isProtected(field) ? personal.blindIndex(`${kind.name}.${name}`, String(value)) : value;
};

/** A setting's object that only holds a change that waits. */
export const isUnset = (body: Body): boolean => body['value'] === undefined || body['value'] === null;

export const sameBody = (a: Body, b: Body): boolean => {
  const sorted = (body: Body): string =>
    JSON.stringify(Object.entries(body).sort(([left], [right]) => (left < right ? -1 : 1)));
  return sorted(a) === sorted(b);
};
