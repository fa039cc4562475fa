import { defined } from '@sallyport/bundle-tools/platform/defined';
import { z } from 'zod';
import { toFailure } from '../../platform/errors.ts';
import { nextStep } from '../next-step.ts';

// What goes out when a call is refused.

export const errorSchema = z.object({
  error: z.object({
    code: z.string().describe('Stable; one of the documented codes'),
    message: z.string().describe('What went wrong and why: English, for the log'),
    next: z.string().describe('What to do, in English'),
    fields: z
      .record(
        z.string(),
        z.object({ key: z.string(), params: z.record(z.string(), z.union([z.string(), z.number()])).optional() }),
      )
      .optional()
      .describe('What is wrong with which field, as keys of the catalogue'),
  }),
});

/** A refusal as JSON: the code, what it is about, and the wrong fields. */
export const errorResponse = (error: unknown, headers: Record<string, string> = {}): Response => {
  const failure = toFailure(error);
  const { status, code, message, details } = failure;
  const retry = details['retryAfterSeconds'];
  return Response.json(
    // What went wrong inside is for the log.
    {
      error: {
        code,
        message: code === 'INTERNAL' ? 'internal error' : message,
        next: nextStep(failure),
        ...defined({ fields: details.fields }),
      },
    },
    {
      status,
      headers: {
        'Cache-Control': 'no-store',
        ...(typeof retry === 'number' ? { 'Retry-After': String(Math.ceil(retry)) } : {}),
        ...(status === 401 ? { 'WWW-Authenticate': 'Bearer realm="sallyport"' } : {}),
        ...headers,
      },
    },
  );
};
