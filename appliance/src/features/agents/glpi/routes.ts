import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { wireLimits } from '@sallyport/bundle-tools/protocol/common';
import { type Context, Hono } from 'hono';
import { AppError, toFailure } from '../../../platform/errors.ts';
import { freeBytes } from '../../../platform/free-bytes.ts';
import { basicHash } from '../../../platform/http/basic.ts';
import { parsePlain, readWire, unpackBody } from '../../../platform/http/body.ts';
import { guestOf } from '../../../platform/http/guest.ts';
import type { SourceCaller } from '../../devices/types.ts';
import { reportLimiter } from '../report-limiter.ts';
import { messagePaths, oauthPaths } from './addresses.ts';
import { type Admission, type Admitted, admission, agentIdOf, dialectOf, type Env, isPlain } from './admit.ts';
import { failureReply, jsonReply, prologReply, refusal, unpackedReply, xmlReply } from './answers.ts';
import type { Call } from './call.ts';
import { fileSearches } from './collect.ts';
import { deployChannel } from './deploy.ts';
import { callerOf, pendingHours, takeInventory } from './inventory.ts';
import { laterReports } from './later.ts';
import { readHead, readMessage } from './message.ts';
import { networkSearches } from './network.ts';
import { remotes } from './remotes.ts';
import { taskConfig, taskRoutes } from './task-routes.ts';
import type { GlpiParts } from './types.ts';

// A GLPI agent with `oauth-client-id` and `oauth-client-secret` gives no user and password: refused without, it asks for a
// token with these two. Here they are the user and the password that the token of the address asks for.

const maxBytes = 4_096;
const validSeconds = 3_600;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** What an agent may show instead of user and password: the same two, as `Basic` would have them. */
const oauthToken = async (c: Context<Env>, { find, refuse }: Admission): Promise<Response> => {
  const stream = c.env?.incoming ?? c.req.raw.body;
  const wire = await readWire({ stream, contentLength: c.req.header('content-length') }, maxBytes);
  const token = find(c);
  if (token instanceof Response) return token;
  const { grant_type, client_id, client_secret } = (parsePlain(wire) ?? {}) as Record<string, unknown>;
  const [user, password] = [text(client_id), text(client_secret)];
  if (token.basicHash === null || grant_type !== 'client_credentials' || basicHash(user, password) !== token.basicHash)
    return refuse(c);
  return jsonReply({
    token_type: 'Bearer',
    expires_in: validSeconds,
    access_token: Buffer.from(`${user}:${password}`).toString('base64'),
  });
};

const maxAgents = 50_000;

/** Agents of the JSON dialect by their id: what they read of other machines does not name the machine that they are on. */
const knownAgents = () => {
  const devices = new Map<string, number>();
  const keyOf = (token: string, agent: string): string => `${token} ${agent}`;
  return {
    note: (token: string, agent: string | undefined, device: number): void => {
      if (agent === undefined) return;
      devices.delete(keyOf(token, agent));
      devices.set(keyOf(token, agent), device);
      const oldest = devices.keys().next();
      if (devices.size > maxAgents && !oldest.done) devices.delete(oldest.value);
    },
    device: (token: string, agent: string | undefined): number | undefined =>
      agent === undefined ? undefined : devices.get(keyOf(token, agent)),
  };
};

/** Above this many reports in the intake, those of the JSON dialect wait outside it. */
const maxIntakeDepth = 24;
const askAgain = '10s';

/** A switch of many ports is some hundred kilobytes. */
const maxSearchBytes = 2 << 20;
/** So much of a body is read before it takes a slot: most reports are smaller, and slow ones must not hold slots. */
const headBytes = 64 << 10;

/** From this size on, unpacked bytes are handed on instead of being unpacked again, and held meanwhile. */
const leastPlainBytes = 64 << 10;
const maxPlainBytes = 1 << 20;

/** What is never wanted: where secrets stand. */
const unwanted = 'process,environment';
const inventoryTask = (left: string) => ({ server: 'glpi', version: '10.0.0', 'no-category': left });
/**
 * An agent (since 1.8) sends a full report when a section has gone that its last one had, else only what changed, up to 14
 * times. So where its full report was not kept, one of these is left out, each at its turn: all others come at once, and that one with
 * the next report. A computer always has them.
 */
const forcing = ['cpu', 'drive'] as const;
const turnMs = 60_000;
const nextReport = '5m';
/** With these, a client of the JSON dialect asks a prolog in XML, too, where the searches are. */
const networkTasks = {
  netdiscovery: { server: 'glpiinventory', version: '1.0' },
  netinventory: { server: 'glpiinventory', version: '1.0' },
};

/** `GLPI-Agent_v1.7`, as the JSON dialect says it of itself. */
const maxAgentLength = 100;

/** The entry point of GLPI, FusionInventory and OCS agents. */
export const glpiRoutes = (parts: GlpiParts): Hono<Env> => {
  const { devices, objects, intake } = parts;
  const clock = parts.clock ?? nowMs;
  const source = admission(devices);
  const { admit } = source;
  const searches = fileSearches({ objects, intake, clock });
  const tasks = { ...parts, searches, remotes: remotes(parts), deploy: deployChannel(parts) };
  const network = networkSearches(parts);
  const agents = knownAgents();
  const bodies = reportLimiter();
  const later = laterReports({ isFree: () => intake.waiting() < maxIntakeDepth, clock });

  const readCall = async (c: Context<Env>, admitted: Admitted): Promise<Call> => {
    const stream = c.env?.incoming ?? c.req.raw.body;
    const guest = guestOf(c.env?.incoming);
    // A token says nothing of the device, so that all bodies have the slots of strangers until they are unpacked.
    const takeSlot = (): void => {
      if (!guest.takeSlot()) throw new AppError('OVERLOADED', 'busy');
    };
    const wire = await readWire({ stream, contentLength: c.req.header('content-length') }, wireLimits.wireBytes, {
      bytes: headBytes,
      ask: takeSlot,
    });
    takeSlot();
    const plain = await unpackBody(wire);
    const isHeld = plain !== wire && plain.length >= leastPlainBytes && plain.length <= maxPlainBytes;
    const head = readHead(plain);
    if (plain !== wire && !isHeld) freeBytes(plain);
    const agent = (c.req.header('user-agent') ?? '').slice(0, maxAgentLength);
    const speaker = agents.device(admitted.token.id, agentIdOf(c));
    return {
      ...admitted,
      source: agent.startsWith('OCS-NG') ? 'ocs' : 'glpi',
      dialect: head.dialect === 'json' || agentIdOf(c) !== undefined ? 'json' : 'xml',
      from: source.from(c),
      agent,
      speaker: speaker !== undefined && devices.find(speaker)?.state === 'managed' ? speaker : undefined,
      head,
      wire,
      ...(isHeld ? { plain } : {}),
    };
  };

  /** Whether an inventory is wanted, and when to come back. A stranger's is: it says which machine this is. */
  const wish = (call: Call): { send: boolean; hours: number; device?: SourceCaller } => {
    const caller = callerOf(parts, call);
    if (caller === undefined) return { send: true, hours: pendingHours };
    devices.heardClient(caller, { agent: call.agent, from: call.from });
    if (caller.state === 'revoked') throw new AppError('REVOKED', 'the device is revoked');
    return caller.state === 'managed'
      ? { send: true, hours: parts.inventoryHours(), device: caller }
      : { send: false, hours: pendingHours };
  };

  const contact = (c: Context<Env>, call: Call): Response => {
    const { send, hours, device } = wish(call);
    if (device !== undefined) agents.note(call.token.id, agentIdOf(c), device.id);
    const isWhole = device === undefined || device.hasFull;
    const left = forcing[Math.trunc(clock() / turnMs) % forcing.length] ?? forcing[0];
    const task = inventoryTask(isWhole ? unwanted : `${unwanted},${left}`);
    const searches = device !== undefined && network.options(device.publicId).length > 0 ? networkTasks : {};
    return jsonReply({
      status: 'ok',
      expiration: isWhole ? hours : nextReport,
      disabled: send ? ['esx'] : ['esx', 'inventory', 'remoteinventory', 'netdiscovery', 'netinventory'],
      tasks: send ? { inventory: task, ...searches } : {},
    });
  };

  const inventory = async (c: Context<Env>, call: Call): Promise<Response> => {
    const now = clock();
    if (call.dialect === 'xml' || intake.waiting() < maxIntakeDepth) return takeInventory(parts, bodies, call, now);
    const { plain: _, ...packed } = call;
    const number = later.put(`${call.token.id} ${agentIdOf(c) ?? ''}`, call.wire.length, () =>
      takeInventory(parts, bodies, packed, now),
    );
    if (number === undefined) return failureReply('json', 503, 'busy', 60);
    return jsonReply({ status: 'pending', expiration: askAgain }, 202, { 'GLPI-Request-ID': number });
  };

  /** What an agent found where it was told to search; without an order it is dropped. */
  const neighbours = async (call: Call): Promise<Response> => {
    const caller = callerOf(parts, call);
    if (caller?.state !== 'managed') return refusal(call.dialect);
    devices.heardClient(caller, { agent: call.agent, from: call.from });
    const plain = call.plain ?? (await unpackBody(call.wire));
    if (plain.length > maxSearchBytes) throw new AppError('TOO_LARGE', 'the result of a search is too large');
    await network.take(caller, readMessage(plain), clock());
    return xmlReply([{ name: 'RESPONSE', content: 'OK' }]);
  };

  const answer = async (c: Context<Env>, call: Call): Promise<Response> => {
    switch (call.head.action) {
      case 'prolog': {
        const { send, hours, device } = wish(call);
        if (call.dialect === 'json') return jsonReply({ status: 'ok', expiration: hours });
        if (device === undefined) return prologReply(send, hours);
        const { publicId } = device;
        const orders = call.source === 'ocs' ? network.ocsOptions(publicId, clock()) : network.options(publicId);
        return prologReply(send, hours, orders);
      }
      case 'contact':
        return contact(c, call);
      case 'inventory':
      case 'netinventory':
        return inventory(c, call);
      case 'netdiscovery':
      case 'snmpquery':
      case 'snmp':
        return call.head.dialect === 'json' ? inventory(c, call) : neighbours(call);
      default:
        return failureReply(call.dialect, 501, 'this server does not take that');
    }
  };

  return new Hono<Env>()
    .use('/a/:token/*', async (c, next) => {
      await next();
      if (isPlain(c)) c.res = await unpackedReply(c.res);
    })

    .on('POST', [...messagePaths], async (c) => {
      const admitted = admit(c);
      if (admitted instanceof Response) return admitted;
      const guest = guestOf(c.env?.incoming);
      const call = await readCall(c, admitted).finally(() => guest.giveSlot());
      if (callerOf(parts, call)?.state === 'managed') guest.vouch();
      try {
        return await answer(c, call);
      } finally {
        if (call.plain !== undefined) freeBytes(call.plain);
      }
    })

    .on('GET', [...messagePaths], (c) => {
      const admitted = admit(c);
      if (admitted instanceof Response) return admitted;
      const number = c.req.header('glpi-request-id');
      // Without a number it is a task that asks for work.
      if (number === undefined)
        return c.req.query('action') === undefined ? refusal(dialectOf(c)) : taskConfig(tasks, c, admitted);
      const held = later.ask(`${admitted.token.id} ${agentIdOf(c) ?? ''}`, number);
      if (held === undefined) return failureReply('json', 404, 'there is no such request');
      return held === 'waiting'
        ? jsonReply({ status: 'pending', expiration: askAgain }, 202, { 'GLPI-Request-ID': number })
        : held;
    })

    .on('POST', [...oauthPaths], (c) => oauthToken(c, source))

    .route('/', taskRoutes(tasks, source))

    .onError((error, c) => {
      const failure = toFailure(error);
      const dialect = dialectOf(c);
      if (failure.code === 'REVOKED') return refusal(dialect);
      if (failure.code === 'OVERLOADED') return failureReply(dialect, 503, 'busy', 60);
      if (failure.code === 'INTERNAL')
        parts.log.error({ err: error, path: c.req.routePath }, 'a call of an agent failed');
      return failureReply(dialect, failure.status, failure.message);
    });
};
