import { z } from 'zod';
import type { FieldError, FieldErrors } from './errors.ts';

/** `YYYY-MM-DDThh:mm:ssZ`, a moment that exists. */
export const timeText = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/)
  .refine((text) => !Number.isNaN(Date.parse(text)));

type Issue = z.core.$ZodIssue;

const sizeError = (issue: Issue & { code: 'too_big' | 'too_small' }): FieldError => {
  const big = issue.code === 'too_big';
  const limit = big ? { max: Number(issue.maximum) } : { min: Number(issue.minimum) };
  if (issue.origin === 'string') return { key: big ? 'validation.tooLong' : 'validation.tooShort', params: limit };
  if (issue.origin === 'array') return { key: big ? 'validation.tooMany' : 'validation.tooFew', params: limit };
  return { key: big ? 'validation.tooBig' : 'validation.tooSmall', params: limit };
};

/** What a rule of our own says: a key with its values. */
const isFault = (params: Record<string, unknown> | undefined): params is FieldError =>
  typeof params?.['key'] === 'string';

const toFieldError = (issue: Issue): FieldError => {
  switch (issue.code) {
    case 'too_big':
    case 'too_small':
      return sizeError(issue);
    case 'invalid_type':
      return { key: issue.input === undefined ? 'validation.required' : 'validation.type' };
    case 'invalid_format':
      return { key: 'validation.format' };
    case 'invalid_value':
      return { key: 'validation.choice' };
    case 'unrecognized_keys':
      return { key: 'validation.unknownField' };
    case 'custom':
      return isFault(issue.params) ? issue.params : { key: 'validation.invalid' };
    default:
      return { key: 'validation.invalid' };
  }
};

/** Every wrong field with a catalogue key; the first fault of a field counts. At most `most` fields. */
export const toFieldErrors = (error: z.ZodError, most = 50): FieldErrors => {
  const fields: FieldErrors = {};
  const add = (name: string, fault: FieldError): void => {
    if (Object.keys(fields).length < most) fields[name] ??= fault;
  };
  for (const issue of error.issues) {
    const path = issue.path.map(String).join('.');
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys)
        add(path === '' ? key.slice(0, 64) : `${path}.${key.slice(0, 64)}`, toFieldError(issue));
    } else {
      add(path, toFieldError(issue));
    }
  }
  return fields;
};
