import { type Form, strangerFormBytes } from './form.ts';

// A session ends while a form is filled in. What was entered goes with the log-in page and comes back as a question
// after it; nothing is sent by itself, and nothing secret is kept.

type KeptForm = { readonly action: string; readonly fields: readonly (readonly [string, string])[] };

/** So much of a form is repeated on a page that is not its own. */
export const maxChars = 200_000;
/** As the log-in sends it back, beside what else is in that form. */
const maxSentBytes = strangerFormBytes - 8 * 1024;
export const maxFields = 2_000;
const ownFields: ReadonlySet<string> = new Set(['csrf', 'kept', 'back']);
const secretField = /pass|secret|code|repeat|token/i;
const actionPattern = /^\/(?![/\\])[\x21-\x7e]{1,1999}$/;
const openPages = /^\/(login|first|logout|me|preferences)(\/|\?|$)/;

const isAction = (path: string): boolean => actionPattern.test(path) && !openPages.test(path);

/** The form that was sent without a session; undefined when it holds something secret, or too much. */
export const keepForm = (action: string, form: Form): KeptForm | undefined => {
  const fields = form.entries().filter(([name]) => !ownFields.has(name));
  if (!isAction(action) || fields.length > maxFields) return undefined;
  if (fields.some(([name]) => secretField.test(name))) return undefined;
  const kept = { action, fields };
  const sent = new URLSearchParams({ kept: JSON.stringify(kept) }).toString();
  return sent.length > maxSentBytes ? undefined : kept;
};

/** The kept form as the log-in page carried it; anything of another shape is none. */
export const readKept = (text: string): KeptForm | undefined => {
  if (text === '' || text.length > maxChars) return undefined;
  try {
    const { action, fields } = JSON.parse(text) as { action?: unknown; fields?: unknown };
    if (typeof action !== 'string' || !isAction(action) || !Array.isArray(fields)) return undefined;
    const pairs = fields.filter(
      (field): field is [string, string] =>
        Array.isArray(field) && field.length === 2 && field.every((part) => typeof part === 'string'),
    );
    return pairs.length === fields.length && pairs.length <= maxFields ? { action, fields: pairs } : undefined;
  } catch {
    // Not what this console wrote: there is nothing to go on with.
    return undefined;
  }
};
