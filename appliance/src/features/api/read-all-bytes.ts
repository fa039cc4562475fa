import { AppError } from '../../platform/errors.ts';

/** A small upload as bytes, under a bound; TOO_LARGE. */
export const readAllBytes = async (request: Request, maxBytes: number): Promise<Uint8Array> => {
  const tooLarge = (): AppError => new AppError('TOO_LARGE', `at most ${maxBytes} bytes`);
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (request.body !== null) {
    for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (size > maxBytes) throw tooLarge();
      chunks.push(chunk);
    }
  }
  if (size === 0) throw new AppError('MALFORMED', 'there is no body');
  return Buffer.concat(chunks);
};
