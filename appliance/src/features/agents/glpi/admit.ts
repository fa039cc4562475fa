import type { Http2Bindings, HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import { toFailure } from '../../../platform/errors.ts';
import { basicRealm, isBasic } from '../../../platform/http/basic.ts';
import type { DeviceService } from '../../devices/service.ts';
import type { EnrolmentToken } from '../../devices/types.ts';
import { peerReader } from '../native/peer.ts';
import { type Dialect, failureReply, refusal } from './answers.ts';

export type Env = { Bindings: Partial<HttpBindings | Http2Bindings> };

export type Admitted = { token: EnrolmentToken; secret: string };

const maxSecretLength = 200;

/** The id of an agent of the JSON dialect. */
export const agentIdOf = (c: Context<Env>): string | undefined => {
  const id = c.req.header('glpi-agent-id');
  return id !== undefined && /^[0-9a-f-]{8,64}$/i.test(id) ? id.toLowerCase() : undefined;
};

/** Whether the client neither packs nor unpacks: the agent of telephones looks for the answer's text. */
export const isPlain = (c: Context<Env>): boolean =>
  /^(?:application|text)\/xml\b/i.test(c.req.header('content-type') ?? '');

export const dialectOf = (c: Context<Env>): Dialect => (agentIdOf(c) === undefined ? 'xml' : 'json');

/** Looks at the token of an address before anything else of a request is read. */
export const admission = (devices: DeviceService) => {
  const peerOf = peerReader();
  const from = (c: Context<Env>): string => peerOf(c.env?.incoming).address;

  const refuse = (c: Context<Env>, token = ''): Response => {
    try {
      // It counts the refusal, and writes it down.
      const facts = { hostname: '' };
      devices.enrolClient({ source: 'glpi', token, clientId: '', keyDigest: null, facts, from: from(c) });
    } catch (error) {
      const { code, message } = toFailure(error);
      if (code === 'RATE_LIMITED') return failureReply(dialectOf(c), 503, 'busy', 60);
      if (code === 'TOKEN_HELD') return failureReply(dialectOf(c), 403, `${code}: ${message}`);
    }
    return refusal(dialectOf(c));
  };

  /** The token of the address, or the refusal. */
  const find = (c: Context<Env>): EnrolmentToken | Response => {
    const secret = c.req.param('token') ?? '';
    if (secret.length > maxSecretLength) return refuse(c);
    try {
      return devices.enrolmentToken('glpi', secret) ?? refuse(c);
    } catch (error) {
      if (toFailure(error).code !== 'TOKEN_HELD') throw error;
      return refuse(c, secret);
    }
  };

  return {
    from,
    refuse,
    find,
    /** The token; an answer where there is none, or where it wants a password, too. */
    admit: (c: Context<Env>): Admitted | Response => {
      const token = find(c);
      if (token instanceof Response) return token;
      if (token.basicHash !== null && !isBasic(c.req.header('authorization'), token.basicHash)) {
        const reply = failureReply(dialectOf(c), 401, 'refused');
        reply.headers.set('WWW-Authenticate', `Basic realm="${basicRealm}"`);
        return reply;
      }
      return { token, secret: c.req.param('token') ?? '' };
    },
  };
};

export type Admission = ReturnType<typeof admission>;
