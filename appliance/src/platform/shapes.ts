import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { z } from 'zod';
import { timeText } from './validation.ts';

// What calls take and answers have in common. A shape that an entity's type comes from stands in the feature's types.ts.

export type DeepReadonly<T> = T extends readonly (infer E)[]
  ? readonly DeepReadonly<E>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;

/** The type of what has the shape `S`, as it is inside: a time is a number of milliseconds there. */
export type Shape<S extends z.ZodType> = DeepReadonly<z.input<S>>;

/** A time in an answer: milliseconds that leave as a text. */
export const time = z.number().transform(toTime).pipe(z.string()).describe('YYYY-MM-DDThh:mm:ssZ');

/** A time that is a text inside, too. */
export const textTime = z.string().describe('YYYY-MM-DDThh:mm:ssZ');

/** A time in a parameter or a body. */
export const givenTime = timeText.describe('YYYY-MM-DDThh:mm:ssZ');

/** A day, or a time in it. */
export const givenDay = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}Z)?$/)
  .refine((text) => !Number.isNaN(Date.parse(text)))
  .describe('YYYY-MM-DD, or YYYY-MM-DDThh:mm:ssZ');

/** Milliseconds as a time, null when there is none. */
export const timeOf = (ms: number): string => toTime(ms);
export const timeOrNull = (ms: number | null | undefined): string | null =>
  ms === null || ms === undefined ? null : toTime(ms);

/** The id of a device in addresses and bodies. */
export const deviceId = z.string().min(1).max(64).describe('Public id of a device');

/** A device by id and name. */
export const deviceReference = z.object({ id: z.string(), name: z.string() });

export const search = z.string().max(200).describe('Part of a text');
/** What the parameters of a list cannot say. */
export const where = z
  .string()
  .max(4_000)
  .optional()
  .describe('A filter in the language of rules and lists: `name contains pump and not (os = windows or tag = spare)`');
export const comment = z.string().max(500).describe('For the journal');

/** The parameters of every list: pages by key, so that rows that come or go meanwhile shift nothing. */
export const paging = {
  limit: z.int().min(1).max(1_000).default(100).describe('Most rows of a page'),
  after: z.string().min(1).max(1_024).optional().describe('The `next` of the page before'),
};

/** Pages of lists whose cursor is a number. */
export const numberPaging = {
  limit: paging.limit,
  after: z.int().min(0).max(Number.MAX_SAFE_INTEGER).optional().describe('The `next` of the page before'),
};

/** A page of rows; `next` is null on the last one. */
export const pageOf = <R extends z.ZodType>(row: R) =>
  z.object({
    rows: z.array(row),
    total: z.int().describe('Of the whole list'),
    next: z.string().nullable().describe('For `after`; null on the last page'),
  });

/** As above, with a number for a cursor. */
export const numberPageOf = <R extends z.ZodType>(row: R) =>
  z.object({ rows: z.array(row), total: z.int(), next: z.int().nullable() });

/** One of a list of allowed words, or several. */
export const anyOf = <const T extends readonly string[]>(words: T) => z.array(z.enum(words)).max(20).optional();
