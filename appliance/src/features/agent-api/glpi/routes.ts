import type { Http2Bindings, HttpBindings } from '@hono/node-server';
import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { wireLimits } from '@sallyport/bundle-tools/protocol/common';
import { type Context, Hono } from 'hono';
import { AppError, toFailure } from '../../../platform/errors.ts';
import { isBasic } from '../../devices/basic.ts';
import { type EnrolmentToken, findEnrolmentToken } from '../../devices/tokens.ts';
import { readWire, unpackBody } from '../native/body.ts';
import { peerReader } from '../native/peer.ts';
import { reportPlaces } from '../places.ts';
import { type Dialect, failureReply, jsonReply, prologReply, refusal } from './answers.ts';
import type { Call } from './call.ts';
import { callerOf, pendingHours, takeInventory } from './inventory.ts';
import { laterReports } from './later.ts';
import { readHead } from './message.ts';
import type { GlpiParts } from './types.ts';

type Env = { Bindings: Partial<HttpBindings | Http2Bindings> };

/** Where the door is; the address as it may be logged. */
export const glpiPath = '/a/:token/glpi';

/** Above this many reports in the intake, those of the JSON dialect wait outside it. */
const maxIntakeDepth = 24;
const askAgain = '10s';

/** `GLPI-Agent_v1.7`, as the JSON dialect says it of itself. */
const maxAgentLength = 100;

/** The door of GLPI, FusionInventory and OCS agents. */
export const glpiRoutes = (parts: GlpiParts): Hono<Env> => {
  const { devices, objects, intake } = parts;
  const clock = parts.clock ?? nowMs;
  const peerOf = peerReader();
  const places = reportPlaces();
  const later = laterReports({ isFree: () => intake.waiting() < maxIntakeDepth, clock });

  const agentId = (c: Context<Env>): string | undefined => {
    const id = c.req.header('glpi-agent-id');
    return id !== undefined && /^[0-9a-f-]{8,64}$/i.test(id) ? id.toLowerCase() : undefined;
  };
  const dialectOf = (c: Context<Env>): Dialect => (agentId(c) === undefined ? 'xml' : 'json');
  const from = (c: Context<Env>): string => peerOf(c.env?.incoming).address;

  /** The token of the address; an answer where there is none, or where it wants a password, too. */
  const admit = (c: Context<Env>): { token: EnrolmentToken; secret: string } | Response => {
    const secret = c.req.param('token') ?? '';
    const token = secret.length > 200 ? undefined : findEnrolmentToken(objects, 'glpi', secret);
    if (token === undefined) {
      try {
        // It counts the refusal, and writes it down.
        devices.enrolDoor({
          door: 'glpi',
          token: '',
          clientId: '',
          keyDigest: null,
          facts: { hostname: '' },
          from: from(c),
        }); // prettier-ignore
      } catch (error) {
        const failure = toFailure(error);
        if (failure.code === 'RATE_LIMITED') return failureReply(dialectOf(c), 503, 'busy', 60);
      }
      return refusal(dialectOf(c));
    }
    if (token.basicHash !== null && !isBasic(c.req.header('authorization'), token.basicHash)) {
      const reply = failureReply(dialectOf(c), 401, 'refused');
      reply.headers.set('WWW-Authenticate', 'Basic realm="agents"');
      return reply;
    }
    return { token, secret };
  };

  const readCall = async (c: Context<Env>, admitted: { token: EnrolmentToken; secret: string }): Promise<Call> => {
    const stream = c.env?.incoming ?? c.req.raw.body;
    const wire = await readWire({ stream, contentLength: c.req.header('content-length') }, wireLimits.wireBytes);
    const head = readHead(await unpackBody(wire));
    const agent = (c.req.header('user-agent') ?? '').slice(0, maxAgentLength);
    return {
      ...admitted,
      door: agent.startsWith('OCS-NG') ? 'ocs' : 'glpi',
      dialect: head.dialect === 'json' || agentId(c) !== undefined ? 'json' : 'xml',
      from: from(c),
      agent,
      head,
      wire,
    };
  };

  /** Whether an inventory is wanted, and when to come back. A stranger's is: it says which machine this is. */
  const wish = (call: Call): { send: boolean; hours: number } => {
    const caller = callerOf(parts, call);
    if (caller === undefined) return { send: true, hours: pendingHours };
    devices.heardDoor(caller, { agent: call.agent, from: call.from });
    if (caller.state === 'revoked') throw new AppError('REVOKED', 'the device is revoked');
    return caller.state === 'managed'
      ? { send: true, hours: parts.inventoryHours() }
      : { send: false, hours: pendingHours };
  };

  const contact = (call: Call): Response => {
    const { send, hours } = wish(call);
    return jsonReply({
      status: 'ok',
      expiration: hours,
      disabled: send ? ['esx'] : ['esx', 'inventory', 'remoteinventory', 'netdiscovery', 'netinventory'],
      tasks: send ? { inventory: { server: 'glpi', version: '10.0.0', 'no-category': 'process,environment' } } : {},
    });
  };

  const inventory = async (c: Context<Env>, call: Call): Promise<Response> => {
    const now = clock();
    if (call.dialect === 'xml' || intake.waiting() < maxIntakeDepth) return takeInventory(parts, places, call, now);
    const number = later.put(`${call.token.id} ${agentId(c) ?? ''}`, call.wire.length, () =>
      takeInventory(parts, places, call, now),
    );
    if (number === undefined) return failureReply('json', 503, 'busy', 60);
    return jsonReply({ status: 'pending', expiration: askAgain }, 202, { 'GLPI-Request-ID': number });
  };

  const answer = async (c: Context<Env>, call: Call): Promise<Response> => {
    switch (call.head.action) {
      case 'prolog': {
        const { send, hours } = wish(call);
        return call.dialect === 'json' ? jsonReply({ status: 'ok', expiration: hours }) : prologReply(send, hours);
      }
      case 'contact':
        return contact(call);
      case 'inventory':
        return inventory(c, call);
      default:
        return failureReply(call.dialect, 501, 'this server does not take that');
    }
  };

  return new Hono<Env>()
    .post(glpiPath, async (c) => {
      const admitted = admit(c);
      if (admitted instanceof Response) return admitted;
      return answer(c, await readCall(c, admitted));
    })

    .get(glpiPath, (c) => {
      const admitted = admit(c);
      if (admitted instanceof Response) return admitted;
      const number = c.req.header('glpi-request-id');
      // The tasks of deployment and collection ask even where there is nothing for them.
      if (number === undefined) return c.req.query('action') === undefined ? refusal(dialectOf(c)) : c.json({});
      const held = later.ask(`${admitted.token.id} ${agentId(c) ?? ''}`, number);
      if (held === undefined) return failureReply('json', 404, 'there is no such request');
      return held === 'waiting'
        ? jsonReply({ status: 'pending', expiration: askAgain }, 202, { 'GLPI-Request-ID': number })
        : held;
    })

    .onError((error, c) => {
      const failure = toFailure(error);
      const dialect = dialectOf(c);
      if (failure.code === 'REVOKED') return refusal(dialect);
      return failureReply(dialect, failure.status, failure.message);
    });
};
