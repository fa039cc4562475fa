import { AppError } from '../errors.ts';

/** The body of a request as bytes, under a bound; TOO_LARGE, and MALFORMED where it broke off. */
export async function readBytes(request: Request, maxBytes: number): Promise<Buffer> {
  const tooLarge = (): AppError => new AppError('TOO_LARGE', `the body is larger than ${maxBytes} bytes`);
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge();
  if (request.body === null) return Buffer.alloc(0);
  const reader = request.body.getReader();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw new AppError('MALFORMED', 'the body ended early', {}, { cause });
    });
    if (done) return Buffer.concat(chunks);
    bytes += value.length;
    if (bytes > maxBytes) {
      // The rest is not read; a sender that fails meanwhile is of no interest.
      reader.cancel().catch(() => undefined);
      throw tooLarge();
    }
    chunks.push(value);
  }
}
