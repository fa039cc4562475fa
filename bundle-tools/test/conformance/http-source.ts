import { get, type IncomingMessage } from 'node:http';
import { BundleError } from '../../src/errors.ts';

const timeoutMs = 20_000;

const answer = (url: URL): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const request = get(url, { agent: false, timeout: timeoutMs }, resolve);
    request.once('timeout', () => request.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    request.once('error', reject);
  });

/** One file from below `base` by plain HTTP; 403 and 404 mean that there is none. Reading stops past `maxBytes`. */
export const getBelow = async (base: string, name: string, maxBytes: number): Promise<Uint8Array | 'NOT_FOUND'> => {
  const response = await answer(new URL(name, base.endsWith('/') ? base : `${base}/`));
  if (response.statusCode === 404 || response.statusCode === 403) {
    response.destroy();
    return 'NOT_FOUND';
  }
  if (response.statusCode !== 200) {
    response.destroy();
    throw new BundleError('MEDIUM_IO', `${name}: HTTP status ${response.statusCode}`);
  }
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const piece of response as AsyncIterable<Uint8Array>) {
    sizeBytes += piece.length;
    if (sizeBytes > maxBytes) throw new BundleError('LIMIT', `${name} has more than ${maxBytes} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
};
