import type { Context } from 'hono';
import { basicHash } from '../../../platform/http/basic.ts';
import { parsePlain, readWire } from '../../../platform/http/body.ts';
import type { Admission, Env } from './admit.ts';
import { jsonReply } from './answers.ts';

// A GLPI agent with `oauth-client-id` and `oauth-client-secret` gives no user and password: refused without, it asks for a
// token with these two. Here they are the user and the password that the token of the address asks for.

const maxBytes = 4_096;
const validSeconds = 3_600;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** What an agent may show instead of user and password: the same two, as `Basic` would have them. */
export const oauthToken = async (c: Context<Env>, { find, refuse }: Admission): Promise<Response> => {
  const stream = c.env?.incoming ?? c.req.raw.body;
  const wire = await readWire({ stream, contentLength: c.req.header('content-length') }, maxBytes);
  const token = find(c);
  const { grant_type, client_id, client_secret } = (parsePlain(wire) ?? {}) as Record<string, unknown>;
  const [user, password] = [text(client_id), text(client_secret)];
  if (token?.basicHash == null || grant_type !== 'client_credentials' || basicHash(user, password) !== token.basicHash)
    return refuse(c);
  return jsonReply({
    token_type: 'Bearer',
    expires_in: validSeconds,
    access_token: Buffer.from(`${user}:${password}`).toString('base64'),
  });
};
