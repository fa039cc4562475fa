import { stepUpField } from '@sallyport/ui/components/form.tsx';
import { enteredLine } from '../../platform/entered-line.ts';
import { AppError, type FieldErrors, toFailure } from '../../platform/errors.ts';
import { readBytes } from '../../platform/http/read-bytes.ts';

/** Fields of a form; a name may occur more than once. */
export type Form = {
  /** The first value; empty when absent. */
  text(name: string): string;
  texts(name: string): string[];
  has(name: string): boolean;
  entries(): readonly (readonly [string, string])[];
};

export const maxFormBytes = 4 * 1024 * 1024;
/** Before the log-in. */
export const strangerFormBytes = 64 * 1024;
const maxFields = 120_000;

/** Fields given as pairs. */
export const formOf = (pairs: readonly (readonly [string, string])[]): Form => {
  const byName = new Map<string, string[]>();
  for (const [name, value] of pairs) {
    const held = byName.get(name);
    if (held === undefined) byName.set(name, [value]);
    else held.push(value);
  }
  return {
    text: (name) => byName.get(name)?.[0] ?? '',
    texts: (name) => byName.get(name) ?? [],
    has: (name) => byName.has(name),
    entries: () => pairs,
  };
};

/** A form without the fields by which a person proves itself again: what reads, keeps or logs a form never meets them. */
export const withoutProof = (form: Form): Form =>
  form.has(stepUpField) ? formOf(form.entries().filter(([name]) => name !== stepUpField)) : form;

/** Why something is changed, where the form says so. */
export function commentOf(form: Form): { comment?: string } {
  const comment = enteredLine(form.text('comment'), 'comment');
  return comment === '' ? {} : { comment };
}

/** What is wrong with each field; throws on what no field is to blame for. */
export function faultsOf(error: unknown): FieldErrors {
  const { code, details } = toFailure(error);
  if (code !== 'INVALID' || details.fields === undefined) throw error;
  return details.fields;
}

export const noForm: Form = formOf([]);

/** Whether a request brings a form of the plain kind. */
export const isPlainForm = (request: Request): boolean =>
  (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ===
  'application/x-www-form-urlencoded';

/** Reads a plain form under a bound; TOO_LARGE, MALFORMED. */
export const readForm = async (request: Request, maxBytes = maxFormBytes): Promise<Form> => {
  const bytes = await readBytes(request, maxBytes);
  const pairs = [...new URLSearchParams(bytes.toString('utf8'))];
  if (pairs.length > maxFields) throw new AppError('MALFORMED', 'too many fields');
  return formOf(pairs);
};
