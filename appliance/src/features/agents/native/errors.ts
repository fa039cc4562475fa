import { defined } from '@sallyport/bundle-tools/platform/defined';
import { AppError, toFailure } from '../../../platform/errors.ts';

export const notFound = (): AppError => new AppError('NOT_FOUND', 'not found');

/** Failures of authentication that must not be told apart. */
const oneRefusal = new Set<string>(['TOKEN', 'CERTIFICATE', 'REVOKED', 'UNAUTHENTICATED', 'FORBIDDEN']);

/** The uniform refusal `{error, message}`; bad fields and the time to wait are added where there are some. */
export const errorResponse = (error: unknown, later: (seconds: number) => number): Response => {
  const failure = toFailure(error);
  if (oneRefusal.has(failure.code)) {
    return Response.json({ error: 'UNAUTHENTICATED', message: 'refused' }, { status: 401 });
  }
  const headers = new Headers();
  const seconds = failure.details['retryAfterSeconds'];
  if (failure.status === 429 || failure.status === 503) {
    headers.set('Retry-After', String(typeof seconds === 'number' ? seconds : later(60)));
  }
  // The rest of a body that was refused unread must not be taken for the next request.
  if (failure.status === 413) headers.set('Connection', 'close');
  const { fields } = failure.details;
  const body = { error: failure.code, message: failure.message, ...defined({ fields }) };
  return Response.json(body, { status: failure.status, headers });
};
