import { hash } from 'node:crypto';
import type { Http2Bindings, HttpBindings } from '@hono/node-server';
import { nowMs, randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import { wireLimits } from '@sallyport/bundle-tools/protocol/common';
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { AppError, toFailure } from '../../../platform/errors.ts';
import { type AtHead, decodeBody, headOfBody, parseBody, readWire } from '../../../platform/http/body.ts';
import { guestOf } from '../../../platform/http/guest.ts';
import { firstIn } from '../../../platform/rate-limit.ts';
import type { ClientFacts, SourceCaller } from '../../devices/types.ts';
import { answerLimits } from '../../queries/types.ts';
import { peerReader } from '../native/peer.ts';
import { type Body, reportLimiter } from '../report-limiter.ts';
import { configAnswer, inventoryQueries, nothing, readAnswer } from './answers.ts';
import { inventoryAsks, type Problems } from './asks.ts';
import { hasFailed, problemsIn, readWrite, rowsOf, type WriteBody } from './decode.ts';
import { hardwareUuid } from './hardware-uuid.ts';
import { type Taken, takeBody } from './log-body.ts';
import { carveName, liveName, readQueryName } from './names.ts';
import { type Row, text, whole } from './rows.ts';
import { systemOf } from './software.ts';
import type { OsqueryParts } from './types.ts';

// Who sends a large body is told by its head, or by a member that is found without reading all of it. Newer clients say their key
// in a header as well; in a body it stands first or, where the client added it to answers that were ready, last.

const member = '"node_key"';
const most = 560;

const keyAt = (bytes: Buffer, at: number): string | undefined =>
  at === -1 ? undefined : /^"node_key"\s*:\s*"([\w-]{1,512})"/.exec(bytes.toString('latin1', at, at + most))?.[1];

/** The keys that a call may mean, for the one that is known: a column of a row may have the name of the member, too. */
const nodeKeysOf = (header: string | undefined, ...parts: readonly Buffer[]): string[] => {
  const given = /^NodeKey +([\w-]{1,512})$/i.exec(header ?? '')?.[1];
  const found = parts.flatMap((bytes) => [
    keyAt(bytes, bytes.indexOf(member)),
    keyAt(bytes, bytes.lastIndexOf(member)),
  ]);
  return [...new Set([given, ...found])].filter((key) => key !== undefined);
};

/** Names of what was asked, in a part of an answer: inside of a text a quote has a backslash before it. */
const askedNamesIn = (...parts: readonly Buffer[]): string[] => [
  ...new Set(
    parts.flatMap((bytes) =>
      [...bytes.toString('latin1').matchAll(/"(sp:(?:live|carve|inv):[a-z0-9._:-]{1,80})"\s*:/g)].map(
        ([, name = '']) => name,
      ),
    ),
  ),
];

const details = z.record(z.string(), z.unknown()).catch({});

/** The body of enroll; a client leaves out what it cannot tell. */
export const enrolBody = z.object({
  enroll_secret: z.string().max(512).default(''),
  host_identifier: z.string().max(256).default(''),
  host_details: z.record(z.string().max(64), details).catch({}).default({}),
});

/** What the client says about the machine. */
export const factsOf = (body: z.output<typeof enrolBody>): ClientFacts => {
  const { os_version: os, osquery_info: client, system_info: system } = body.host_details;
  const { vendor, release } = systemOf(os);
  const version = text(client, 'version', 40);
  return {
    uuid: hardwareUuid(system) || null,
    serial: text(system, 'hardware_serial', 128) || null,
    macs: [],
    hostname:
      text(system, 'hostname', 255) ||
      text(system, 'computer_name', 255) ||
      text({ id: body.host_identifier }, 'id', 255),
    os: text(os, 'name', 100) === '' ? `${vendor} ${release}`.trim() : `${text(os, 'name', 100)} ${release}`.trim(),
    arch: text(os, 'arch', 50) || text(system, 'cpu_type', 50),
    agentVersion: version === '' ? 'osquery' : `osquery ${version}`,
  };
};

type Env = { Bindings: Partial<HttpBindings | Http2Bindings> };

/** An oversized batch of log lines or of answers is read to its end, up to this. */
const maxDrainBytes = 64 << 20;
const keyBytes = 32;
/** So much of a body without a known key is read before it takes a slot: mostly the key stands within. */
const headBytes = 16 << 10;
const tooMuch = 'all answers together were too large';
const tooLong = `answers end at ${answerLimits.bytes >> 20} MiB and ${answerLimits.rows} rows: ask for less`;

const nodeCall = z.object({ node_key: z.string().max(512) });
const count = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const beginCall = z.object({
  node_key: z.string().max(512),
  request_id: z.string().max(200).default(''),
  carve_id: z.string().max(200).default(''),
  block_count: count,
  block_size: count,
  carve_size: count,
});
const blockCall = z.object({
  session_id: z.string().regex(/^[0-9a-f]{64}$/),
  block_id: count,
  request_id: z.string().max(200).default(''),
  data: z.string(),
});

const json = (body: string, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(body, { status, headers: { 'Content-Type': 'application/json', ...headers } });

const done = (): Response => json('{}');
/** The client keeps its configuration and comes again. */
const busy = (): Response => json('{"error":"busy"}', 503);
/** The client throws its key away and enrols anew. */
const unknownNode = (): Response => json('{"error":"unknown node","node_invalid":true}', 401);
const refused = (): Response => json('{"error":"refused","node_invalid":true}', 401);

const ownerOf = ({ id }: SourceCaller): string => `device:${id}`;
const keyDigest = (key: string): string => hash('sha256', key);

/** Whatever went wrong becomes a body; only a refusal of the node itself may say `node_invalid`. */
const failed = (error: unknown): Response => {
  const failure = toFailure(error);
  if (failure.code === 'MALFORMED' || failure.code === 'UNSUPPORTED_TYPE') return json('{"error":"malformed"}', 400);
  if (failure.code === 'TOO_LARGE') return json('{"error":"too large"}', 413, { Connection: 'close' });
  if (failure.code === 'FORBIDDEN') return json('{"error":"refused"}', 403);
  return busy();
};

/** The entry point of osquery, to be mounted at `osqueryPrefix`. */
export const osqueryRoutes = (parts: OsqueryParts): Hono<Env> => {
  const { devices, intake, events, queries, samples, log } = parts;
  const clock = parts.clock ?? nowMs;
  const peerOf = peerReader();
  const asks = inventoryAsks({ db: parts.db, hours: parts.inventoryHours, clock });
  const inventory = inventoryQueries(parts.inventory.collections());
  const inventoryOnly = readAnswer({ inventory, asked: {} });
  const quiet = firstIn({ ms: 10 * 60_000, clock });
  const bodies = reportLimiter();

  const address = (c: Context<Env>): string => peerOf(c.env?.incoming).address;
  const source = (c: Context<Env>) => ({
    stream: c.env?.incoming ?? c.req.raw.body,
    contentLength: c.req.header('content-length'),
  });
  const body = async <T>(c: Context<Env>, schema: z.ZodType<T>, maxBytes: number, atHead?: AtHead): Promise<T> => {
    const parsed = schema.safeParse(await parseBody(await readWire(source(c), maxBytes, atHead)));
    if (parsed.success) return parsed.data;
    throw new AppError('MALFORMED', 'not what this call takes');
  };

  /** The node behind a key; undefined for one that is surely unknown or revoked. */
  const nodeOf = (key: string, c: Context<Env>): SourceCaller | undefined => {
    const caller = devices.callerByKey('osquery', keyDigest(key));
    if (caller === undefined || caller.state === 'revoked') return undefined;
    if (caller.state === 'managed') guestOf(c.env?.incoming).prove(ownerOf(caller));
    devices.heardClient(caller, { agent: '', from: address(c) });
    return caller;
  };

  /** The node of a large body: undefined where its keys are surely unknown, null where it names none. */
  const senderOf = (c: Context<Env>, ...parts: readonly Buffer[]): SourceCaller | undefined | null => {
    const keys = nodeKeysOf(c.req.header('authorization'), ...parts);
    if (keys.length === 0) return null;
    for (const key of keys) {
      const caller = nodeOf(key, c);
      if (caller !== undefined) return caller;
    }
    return undefined;
  };

  const read = (device: number): string => {
    const asked: Record<string, string> = {};
    for (const { id, sql } of queries.takeOpen(device)) asked[liveName(id)] = sql;
    for (const { id, sql } of samples.takeOpen(device)) asked[carveName(id)] = sql;
    const isDue = asks.take(device);
    if (Object.keys(asked).length > 0) return readAnswer({ inventory: isDue ? inventory : undefined, asked });
    return isDue ? inventoryOnly : nothing;
  };

  /** Answers to what people asked; a repeat changes nothing. */
  const takeAsked = (device: number, answer: WriteBody): void => {
    for (const name of new Set([...Object.keys(answer.queries), ...Object.keys(answer.statuses)])) {
      const known = readQueryName(name);
      if (known === undefined || known.kind === 'inventory') continue;
      const status = hasFailed(answer, name) ? 1 : 0;
      const rows = rowsOf(answer, name);
      if (known.kind === 'carve') samples.answer(device, known.id, { status, rows });
      else {
        const message = answer.messages[name] ?? '';
        const wallMs = whole(answer.stats[name] as Row | undefined, 'wall_time_ms');
        queries.answer(device, known.id, { status, message, rows, wallMs });
      }
    }
  };

  const noteProblems = (device: number, problems: Problems): void => {
    for (const [question, state] of Object.entries(problems)) {
      if (quiet.first(`question ${device} ${question} ${state}`))
        events.record('osquery-question-failed', { device, params: { question, state } });
    }
  };

  const takeInventory = async (device: number, wire: Buffer): Promise<void> => {
    const { dropped } = await intake.report({ device, source: 'osquery', format: 'osquery', wire, now: clock() });
    const problems = problemsIn(dropped);
    asks.answered(device, problems);
    noteProblems(device, problems);
  };

  /**
   * Bounds what is in work, so that a flood cannot fill the memory. A known node has slots of its own, which are taken once its
   * key is read: from the head of the call, from an earlier call over the connection, or from the first bytes of the body.
   * Other bodies have the slots of strangers.
   */
  const withSlot = async (c: Context<Env>, work: (atHead: AtHead) => Promise<Response>): Promise<Response> => {
    const guest = guestOf(c.env?.incoming);
    const held: { slot?: Body } = {};
    const takeOf = (owner: string | undefined): void => {
      if (held.slot !== undefined) return;
      const slot = owner === undefined ? undefined : bodies.take(owner);
      if (slot !== undefined) held.slot = slot;
      if (owner === undefined ? !guest.takeSlot() : slot === undefined)
        throw new AppError('OVERLOADED', 'too many reports at once');
    };
    const ask = (head: Buffer): void => {
      const caller = senderOf(c, headOfBody(head));
      takeOf(caller ? ownerOf(caller) : guest.key());
    };
    try {
      const caller = senderOf(c);
      const owner = caller ? ownerOf(caller) : guest.key();
      if (owner !== undefined) takeOf(owner);
      return await work({ bytes: headBytes, ask });
    } finally {
      if (held.slot !== undefined) bodies.give(held.slot);
      guest.giveSlot();
    }
  };

  const dropLog = (caller: SourceCaller | undefined | null, from: string, bytes: number): Response => {
    if (caller === undefined) return unknownNode();
    if (quiet.first(`log ${caller?.id ?? from}`)) {
      const device = caller === null ? {} : { device: caller.id };
      events.record('osquery-log-dropped', { ...device, from, params: { bytes } });
    }
    return done();
  };

  /** What people asked has failed, and is not waited for. */
  const failAsked = (device: number, names: readonly string[], message: string): void => {
    for (const name of names) {
      const known = readQueryName(name);
      if (known?.kind === 'carve') samples.answer(device, known.id, { status: 1, rows: [] });
      if (known?.kind === 'live') queries.answer(device, known.id, { status: 1, message, rows: [], wallMs: undefined });
    }
  };

  /** What people asked has failed; the inventory is asked again in its time. */
  const dropAnswers = (caller: SourceCaller | undefined | null, taken: Taken): Response => {
    if (caller === undefined) return unknownNode();
    if (caller?.state !== 'managed') return done();
    const names = askedNamesIn(taken.bytes, taken.tail);
    failAsked(caller.id, names, tooMuch);
    if (names.some((name) => readQueryName(name)?.kind === 'inventory')) asks.tooLarge(caller.id);
    if (quiet.first(`answers ${caller.id}`))
      events.record('osquery-answers-dropped', { device: caller.id, params: { bytes: taken.totalBytes } });
    return done();
  };

  return new Hono<Env>()
    .post('/enroll', async (c) => {
      const from = address(c);
      const call = await body(c, enrolBody, wireLimits.smallBytes);
      const key = Buffer.from(randomBytes(keyBytes)).toString('base64url');
      try {
        const clientId = call.host_identifier.trim() || call.host_details['system_info']?.['uuid'];
        if (typeof clientId !== 'string' || clientId === '') return json('{"error":"malformed"}', 400);
        await parts.intake.turn();
        devices.enrolClient({
          source: 'osquery',
          token: call.enroll_secret,
          clientId,
          keyDigest: keyDigest(key),
          facts: factsOf(call),
          from,
        });
      } catch (error) {
        const { code } = toFailure(error);
        if (code === 'TOKEN' || code === 'TOKEN_HELD' || code === 'REVOKED' || code === 'POSSIBLE_CLONE')
          return refused();
        if (code === 'RATE_LIMITED') return json('{"error":"busy"}', 429);
        throw error;
      }
      // A copy of a known disk is held without a row of its own; an unknown key would make it enrol for ever.
      if (devices.callerByKey('osquery', keyDigest(key)) === undefined) return refused();
      return json(JSON.stringify({ node_key: key, node_invalid: false }));
    })

    .post('/config', async (c) => {
      const { node_key } = await body(c, nodeCall, wireLimits.smallBytes);
      const caller = nodeOf(node_key, c);
      return caller === undefined ? unknownNode() : json(configAnswer(parts.pollSeconds(), caller.state === 'managed'));
    })

    .post('/log', (c) =>
      withSlot(c, async (atHead) => {
        const from = address(c);
        const taken = await takeBody(source(c), { keepBytes: wireLimits.wireBytes, maxBytes: maxDrainBytes, atHead });
        if (taken === undefined) return json('{"error":"too large"}', 413, { Connection: 'close' });
        atHead.ask(taken.bytes);
        if (taken.isCut) return dropLog(senderOf(c, taken.bytes, taken.tail), from, taken.totalBytes);
        try {
          const caller = senderOf(c, await decodeBody(taken.bytes));
          if (caller === null) return json('{"error":"malformed"}', 400);
          // Nothing is scheduled, so no line says anything that is kept.
          return caller === undefined ? unknownNode() : done();
        } catch (error) {
          if (toFailure(error).code !== 'TOO_LARGE') throw error;
          return dropLog(senderOf(c), from, taken.totalBytes);
        }
      }),
    )

    .post('/distributed/read', async (c) => {
      const { node_key } = await body(c, nodeCall, wireLimits.smallBytes);
      const caller = nodeOf(node_key, c);
      if (caller === undefined) return unknownNode();
      return json(caller.state === 'managed' ? read(caller.id) : nothing);
    })

    .post('/distributed/write', (c) =>
      withSlot(c, async (atHead) => {
        const taken = await takeBody(source(c), { keepBytes: wireLimits.wireBytes, maxBytes: maxDrainBytes, atHead });
        if (taken === undefined) return json('{"error":"too large"}', 413, { Connection: 'close' });
        atHead.ask(taken.bytes);
        if (taken.isCut) return dropAnswers(senderOf(c, taken.bytes, taken.tail), taken);
        const bytes = await decodeBody(taken.bytes).catch((error: unknown) => {
          if (toFailure(error).code === 'TOO_LARGE') return undefined;
          throw error;
        });
        if (bytes === undefined) return dropAnswers(senderOf(c), { ...taken, bytes: Buffer.alloc(0) });
        const caller = senderOf(c, bytes);
        if (caller === null) throw new AppError('MALFORMED', 'there is no node key');
        if (caller === undefined) return unknownNode();
        if (caller.state !== 'managed') return done();
        try {
          // An inventory is parsed by the intake's thread; here only what a person waits for.
          if (bytes.includes('"sp:live:') || bytes.includes('"sp:carve:')) {
            const asked = bytes.length > answerLimits.bytes ? undefined : await readWrite(bytes);
            if (asked === undefined) failAsked(caller.id, askedNamesIn(bytes), tooLong);
            else takeAsked(caller.id, asked);
          }
          if (bytes.includes('"sp:inv:')) await takeInventory(caller.id, bytes);
        } catch (error) {
          // A client keeps what was refused and says it again with all that follows: it would not be better then.
          const { code } = toFailure(error);
          if (code !== 'MALFORMED' && code !== 'TOO_LARGE') throw error;
          failAsked(caller.id, askedNamesIn(bytes), tooLong);
          devices.sectionRejected(caller.id, 'osquery', code);
        }
        return done();
      }),
    )

    .post('/carve/begin', async (c) => {
      const call = await body(c, beginCall, wireLimits.smallBytes);
      const caller = nodeOf(call.node_key, c);
      if (caller === undefined) return unknownNode();
      if (caller.state !== 'managed') return json('{"error":"refused"}', 403);
      const session = samples.begin(caller.id, {
        requestId: call.request_id || call.carve_id,
        blockCount: call.block_count,
        blockBytes: call.block_size,
        sizeBytes: call.carve_size,
      });
      return json(JSON.stringify({ session_id: session }));
    })

    .post('/carve/block', (c) =>
      withSlot(c, async (atHead) => {
        const call = await body(c, blockCall, wireLimits.wireBytes, atHead);
        samples.block({
          session: call.session_id,
          requestId: call.request_id,
          block: call.block_id,
          data: call.data,
        });
        return done();
      }),
    )

    .notFound(() => json('{"error":"not found"}', 404))
    .onError((error) => {
      if (toFailure(error).status >= 500) log.error({ err: error }, 'a call of osquery failed');
      return failed(error);
    });
};
