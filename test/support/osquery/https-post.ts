import { Agent, request } from 'node:https';
import type { Post } from './client.ts';

/** Posts over TLS with kept connections; gives the body whatever the status. */
export const httpsPost = (url: string, ca: string, connections = 8): Post & { close(): void } => {
  const agent = new Agent({ keepAlive: true, maxSockets: connections, ca });
  const post: Post = (path, body, headers) =>
    new Promise((resolve, reject) => {
      const call = request(
        new URL(path, url),
        { method: 'POST', agent, headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) } },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
          response.on('error', reject);
        },
      );
      call.setTimeout(30_000, () => call.destroy(new Error('timed out')));
      call.on('error', reject);
      call.end(body);
    });
  return Object.assign(post, { close: () => agent.destroy() });
};
