import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { ObjectService } from '../../engine/objects/service.ts';
import type { Body } from '../../engine/objects/types.ts';
import { type CustomField, customOf } from './types.ts';

// Fields of the site's own in the records of controllers: declared as objects of the kind controller-field, filled in in controller-record.

const maxFields = 200;

const patterns: Readonly<Record<Exclude<CustomField['type'], 'choice'>, RegExp>> = {
  text: /\S/,
  number: /^-?\d{1,15}(?:[.,]\d{1,6})?$/,
  date: /^\d{4}-\d{2}-\d{2}$/,
  'yes-no': /^(?:yes|no)$/,
};

export const customFields = (objects: Pick<ObjectService, 'list'>): CustomField[] =>
  objects.list({ kind: 'controller-field', limit: maxFields }).rows.map(({ body }) => ({
    name: String(body['name']),
    type: body['type'] as CustomField['type'],
    options: Array.isArray(body['options']) ? body['options'].map(String) : [],
  }));

/** A record uses fields that are declared, with values of their types. */
export const customFaulty =
  (objects: Pick<ObjectService, 'list'>) =>
  (body: Body): boolean => {
    const values = [...customOf(body)];
    if (values.length === 0) return false;
    const fields = new Map(customFields(objects).map((field) => [field.name, field]));
    return !values.every(([name, value]) => {
      const field = fields.get(name);
      if (field === undefined) return false;
      return field.type === 'choice' ? field.options.includes(value) : patterns[field.type].test(value);
    });
  };

const recordKind = 'controller-record';
const recordPage = 1_000;

/** Public ids of the records whose fields of the site have these values, letter case aside. */
export const recordsWith = (objects: Pick<ObjectService, 'list'>, wanted: ReadonlyMap<string, string>): string[] => {
  const folded = [...wanted].map(([name, value]) => [name, value.trim().toLowerCase()] as const);
  const found: string[] = [];
  let after: string | undefined;
  do {
    const page = objects.list({ kind: recordKind, limit: recordPage, ...defined({ after }) });
    for (const { id, body } of page.rows) {
      const own = customOf(body);
      if (folded.every(([name, value]) => own.get(name)?.toLowerCase() === value)) found.push(id);
    }
    after = page.next;
  } while (after !== undefined);
  return found;
};
