import { closeSync, createReadStream, fstatSync, openSync } from 'node:fs';
import { Readable } from 'node:stream';
import type { Http2Bindings, HttpBindings } from '@hono/node-server';
import { nowMs, randomBelow, toTime } from '@sallyport/bundle-tools/platform/ambient';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import { actPermitRequest } from '@sallyport/bundle-tools/protocol/act-permit';
import { type CheckInReply, checkInRequest } from '@sallyport/bundle-tools/protocol/check-in';
import { digest, opaqueId, wireLimits } from '@sallyport/bundle-tools/protocol/common';
import {
  type ConnectionPermitReply,
  connectionPermitRequest,
} from '@sallyport/bundle-tools/protocol/connection-permit';
import { enrolRequest } from '@sallyport/bundle-tools/protocol/enrol';
import { type AgentEvent, eventsRequest } from '@sallyport/bundle-tools/protocol/events';
import { permitRequest } from '@sallyport/bundle-tools/protocol/identify-controllers';
import { parseRange } from '@sallyport/bundle-tools/protocol/objects';
import { noPolicyEtag } from '@sallyport/bundle-tools/protocol/policy';
import { renewRequest } from '@sallyport/bundle-tools/protocol/renew';
import type { SectionReply } from '@sallyport/bundle-tools/protocol/section';
import type { SectionsReply } from '@sallyport/bundle-tools/protocol/sections';
import { taskResult } from '@sallyport/bundle-tools/protocol/task-result';
import { trustName } from '@sallyport/bundle-tools/protocol/trust';
import { commonVersion, spokenText, versionHeader } from '@sallyport/bundle-tools/protocol/version';
import { type Context, Hono } from 'hono';
import * as z from 'zod';
import type { EventService } from '../../../engine/events/service.ts';
import { pickParams } from '../../../engine/events/types.ts';
import type { SectionResult } from '../../../engine/inventory/types.ts';
import { immediate } from '../../../platform/database.ts';
import { AppError, toFailure } from '../../../platform/errors.ts';
import { parseBody, readWire } from '../../../platform/http/body.ts';
import { guestOf } from '../../../platform/http/guest.ts';
import { type RateLimit, rateLimit } from '../../../platform/rate-limit.ts';
import type { Caller } from '../../devices/types.ts';
import { agentEvents } from '../events.ts';
import { reportLimiter } from '../report-limiter.ts';
import { connectionPermits } from './connection-permits.ts';
import { isKnownSection } from './known-section.ts';
import { peerReader } from './peer.ts';
import type { NativeParts } from './types.ts';

// What an agent may put into the journal: its types under ours, with the parameters that ours declare. Anything else is
// dropped, so that an agent cannot write events of the appliance.

const types = {
  'object.refused': 'agent-refused-object',
  'trust.stale': 'agent-trust-stale',
  'spool.dropped': 'agent-spool-dropped',
} as const;

const isKnown = (type: string): type is keyof typeof types => Object.hasOwn(types, type);

/** Records an agent's event; false when its type is unknown or a parameter is missing. */
const recordAgentEvent = (events: EventService, device: number, event: AgentEvent): boolean => {
  if (!isKnown(event.type)) return false;
  const name = types[event.type];
  const params = pickParams(agentEvents[name], event.params);
  if (params === undefined) return false;
  events.record(name, { device, actor: `device:${device}`, params });
  return true;
};

const notFound = (): AppError => new AppError('NOT_FOUND', 'not found');

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

const headersOf = (type: string, sizeBytes: number) => ({
  'Content-Type': type,
  'Content-Length': String(sizeBytes),
});

/** A small file from memory. */
const sendBytes = (bytes: Uint8Array, type: string): Response =>
  new Response(Uint8Array.from(bytes), { headers: headersOf(type, bytes.length) });

/** A file as a stream. It is opened before its size is taken, so that a swap in between changes nothing. */
const sendFile = (path: string, type: string): Response => {
  const fd = openSync(path, 'r');
  try {
    const stream = createReadStream('', { fd, autoClose: true });
    return new Response(Readable.toWeb(stream) as ReadableStream<Uint8Array>, {
      headers: headersOf(type, fstatSync(fd).size),
    });
  } catch (error) {
    closeSync(fd);
    throw error;
  }
};

type Env = { Bindings: Partial<HttpBindings | Http2Bindings> };

/** Of one device per minute, as many at once; an agent renews a few times a year and sends what it has in few calls. */
const renewalsPerMinute = 4;
const eventCallsPerMinute = 30;
const permitsPerMinute = 30;

const anyPermitRequest = z.union([permitRequest, actPermitRequest]);

/** The answer to a section that is as it was. */
const knownSection: SectionReply = { known: true, added: 0, removed: 0, changed: 0 };

type SectionAnswer = SectionsReply['sections'][number];

const toAnswer = (result: SectionResult): SectionAnswer => {
  const { collection } = result;
  if ('outcome' in result) return { collection, ...result.outcome };
  const { code, message, details } = result.refused;
  const { fields } = details;
  return { collection, error: code, message, ...(fields === undefined ? {} : { fields }) };
};

/** The entry point of the own agent, to be mounted at `nativePrefix`. */
export const nativeRoutes = (parts: NativeParts): Hono<Env> => {
  const { site, db, ca, devices, inventory, intake, events, store, trustFiles, tasks, log } = parts;
  const clock = parts.clock ?? nowMs;
  const peerOf = peerReader();
  const collections = new Set(
    inventory
      .collections()
      .filter((collection) => collection.sources.includes('native'))
      .map((collection) => collection.name),
  );
  const inWork = reportLimiter();
  const renewals = rateLimit({ perMinute: renewalsPerMinute, clock });
  const permits = connectionPermits({ ...parts, clock });
  const permitCalls = rateLimit({ perMinute: permitsPerMinute, clock });
  const eventCalls = rateLimit({ perMinute: eventCallsPerMinute, clock });

  const startedAt = clock();
  /** Up to a share up or down. */
  const spread = (seconds: number, most: number): number => {
    const share = (randomBelow(256) - 128) / 128;
    return Math.max(1, Math.round(seconds * (1 + share * most)));
  };
  /** A tenth, so that devices that start together do not stay together. */
  const jitter = (seconds: number): number => spread(seconds, 0.1);
  /** After a start all come back at once: half an interval spreads them over the next one. */
  const nextSeconds = (seconds: number): number => {
    return clock() - startedAt < seconds * 1_000 ? spread(seconds, 0.5) : jitter(seconds);
  };
  // One moment of the database, and its locks are taken once. Nothing is written here: a transaction that has read cannot
  // become one that writes after another write meanwhile.
  const look = db.transaction((device: Caller, isWorking: boolean) => ({
    held: inventory.hashes(device.id, 'native'),
    policy: parts.policyOf(device),
    isWaiting: !isWorking && tasks.isWaiting(device.id),
    pollSeconds: parts.pollSeconds(),
  }));
  /** Those who were turned away together must not come back together. */
  const later = (seconds: number): number => spread(seconds, 0.5);
  const caller = (c: Context<Env>): Caller => {
    const peer = peerOf(c.env?.incoming);
    const device = devices.authenticate(peer.fingerprint, peer.address, peer);
    guestOf(c.env?.incoming).prove(`device:${device.id}`);
    return device;
  };
  const takeShare = (limit: RateLimit, device: Caller): void => {
    if (!limit.take(String(device.id)))
      throw new AppError('RATE_LIMITED', 'too many calls of this device', { retryAfterSeconds: jitter(60) });
  };
  const wire = (c: Context<Env>, maxBytes: number): Promise<Buffer> =>
    readWire({ stream: c.env?.incoming ?? c.req.raw.body, contentLength: c.req.header('content-length') }, maxBytes);
  const body = async <T>(c: Context<Env>, schema: z.ZodType<T>, maxBytes: number): Promise<T> => {
    const parsed = schema.safeParse(await parseBody(await wire(c, maxBytes)));
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    throw new AppError('MALFORMED', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`);
  };
  const takeSlot = (device: Caller) => {
    const slot = inWork.take(device.id);
    if (slot !== undefined) return slot;
    throw new AppError('OVERLOADED', 'too many reports at once', { retryAfterSeconds: later(20) });
  };
  const root = (): Uint8Array => {
    const bytes = trustFiles.root();
    if (bytes === null) throw new AppError('NO_ROOT', 'the site has no trust root yet');
    return bytes;
  };
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

  return (
    new Hono<Env>()
      .use(async function agreeOnVersion(c, next) {
        const version = commonVersion(c.req.header(versionHeader));
        if (version === undefined) {
          const message = `this appliance speaks version ${spokenText} of the calls of agents: update the older of the two`;
          return c.json({ error: 'VERSION', message }, 400, { [versionHeader]: spokenText });
        }
        await next();
        c.res.headers.set(versionHeader, String(version));
        return undefined;
      })
      .get('/site', (c) => c.json({ site, ca: base64(ca.certificateDer), tufRoot: base64(root()) }))

      .get('/trust/:name', (c) => {
        caller(c);
        const name = trustName.safeParse(c.req.param('name'));
        const file = name.success ? trustFiles.get(name.data) : null;
        if (file === null) throw notFound();
        const type = c.req.param('name').endsWith('.json') ? 'application/json' : 'application/jsonl';
        return typeof file === 'string' ? sendFile(file, type) : sendBytes(file, type);
      })

      .post('/enrol', async (c) => {
        const { address: from, fingerprint, untimely } = peerOf(c.env?.incoming);
        const tufRoot = base64(root());
        const request = await body(c, enrolRequest, wireLimits.smallBytes);
        const csr = await ca.parseRequest(request.csr);
        await intake.turn();
        const outcome = devices.enrol({ request, csr, from, ...defined({ certificate: fingerprint ?? untimely }) });
        if (outcome.state === 'pending') {
          c.header('Retry-After', String(jitter(parts.pollSeconds())));
          return c.json({ state: 'pending' }, 202);
        }
        const issued = await ca.issueForDevice(csr, outcome.device.publicId);
        await intake.turn();
        devices.recordCertificate(outcome.device.id, issued);
        guestOf(c.env?.incoming).vouch();
        const deviceId = outcome.device.publicId;
        return c.json({ deviceId, certificate: issued.pem, tufRoot, next: 0 }, 201);
      })

      .post('/renew', async (c) => {
        const device = caller(c);
        const request = await body(c, renewRequest, wireLimits.smallBytes);
        takeShare(renewals, device);
        const csr = await ca.parseRequest(request.csr);
        const issued = await ca.issueForDevice(csr, device.publicId);
        await intake.turn();
        devices.recordCertificate(device.id, issued, device);
        return c.json({ certificate: issued.pem });
      })

      .post('/check-in', async (c) => {
        const device = caller(c);
        const call = await body(c, checkInRequest, wireLimits.smallBytes);
        devices.heard(device, call);
        if (call.task !== undefined && tasks.isNews(device.id, call.task.id)) {
          await intake.turn();
          tasks.state(device.id, call.task.id, call.task.state);
        }
        const { held, policy, isWaiting, pollSeconds } = look(device, call.task !== undefined);
        const want = Object.keys(call.sections).filter(
          (name) => held[name] !== call.sections[name] && collections.has(name),
        );
        // What is handed out is written down first.
        if (isWaiting) await intake.turn();
        const task = isWaiting ? permits.nextFor(device.id, call) : null;
        const reply: CheckInReply = {
          now: toTime(clock()),
          next: nextSeconds(pollSeconds),
          want,
          cancel: call.task === undefined ? [] : tasks.cancelled(device.id, [call.task.id]),
          live: [],
          ...(policy.etag === (call.policy ?? noPolicyEtag) ? {} : { policy }),
          ...(task === null ? {} : { task }),
        };
        return c.json(reply);
      })

      .put('/sections/:collection', async (c) => {
        const device = caller(c);
        const collection = c.req.param('collection');
        if (!collections.has(collection)) throw new AppError('UNKNOWN_COLLECTION', 'no such collection');
        const slot = takeSlot(device);
        try {
          const section = { device: device.id, collection, source: 'native' } as const;
          const sent = { ...section, wire: await wire(c, wireLimits.wireBytes) };
          // Not past another section of the device: the last one sent must be the last one stored.
          const isAlone = inWork.isAlone(device.id);
          if (isAlone && isKnownSection(inventory, sent)) return c.json(knownSection);
          return c.json(await intake.put({ ...sent, isNew: isAlone }));
        } catch (error) {
          devices.sectionRejected(device.id, collection, toFailure(error).code);
          throw error;
        } finally {
          inWork.give(slot);
        }
      })

      .post('/sections', async (c) => {
        const device = caller(c);
        const slot = takeSlot(device);
        try {
          const sent = { device: device.id, source: 'native', wire: await wire(c, wireLimits.wireBytes) } as const;
          const reply: SectionsReply = { sections: (await intake.putAll(sent)).map(toAnswer) };
          for (const one of reply.sections) {
            if ('error' in one && collections.has(one.collection))
              devices.sectionRejected(device.id, one.collection, one.error);
          }
          return c.json(reply);
        } catch (error) {
          devices.sectionRejected(device.id, 'report', toFailure(error).code);
          throw error;
        } finally {
          inWork.give(slot);
        }
      })

      .post('/events', async (c) => {
        const device = caller(c);
        const call = await body(c, eventsRequest, wireLimits.wireBytes);
        takeShare(eventCalls, device);
        await intake.turn();
        immediate(db, () => {
          const id = devices.reporting(device.id, 'native');
          for (const event of call.events) {
            if (devices.isNewEvent(id, event.id)) recordAgentEvent(events, id, event);
          }
        });
        return c.json({ accepted: call.events.length });
      })

      .post('/tasks/:id/result', async (c) => {
        const device = caller(c);
        const id = opaqueId.safeParse(c.req.param('id'));
        const result = await body(c, taskResult, wireLimits.wireBytes);
        await intake.turn();
        const outcome = id.success
          ? immediate(db, () =>
              tasks.result(devices.reporting(device.id, 'native'), id.data, result, c.req.header('host')),
            )
          : 'not-found';
        if (outcome === 'not-found') throw notFound();
        if (outcome === 'cancelled')
          throw new AppError('CANCELLED', 'the task was cancelled; the result is kept as late');
        return c.json({ ok: true });
      })

      // Asked before each packet towards a controller, and before a computer is changed: one switch here ends all at once.
      .post('/tasks/:id/permit', async (c) => {
        const device = caller(c);
        const id = opaqueId.safeParse(c.req.param('id'));
        const asked = await body(c, anyPermitRequest, wireLimits.smallBytes);
        // An order asks once an attempt; a controller's job, before each packet.
        if ('step' in asked) takeShare(permitCalls, device);
        await intake.turn();
        const answered = (task: string) =>
          'step' in asked ? tasks.mayAct?.(device.id, task, asked) : tasks.permit?.(device.id, task, asked);
        const reply = id.success ? answered(id.data) : undefined;
        if (reply === undefined) throw new AppError('CANCELLED', 'nothing more of this task may be done');
        return c.json(reply);
      })

      // Asked before each connection to an address of an order; where controllers are is not told.
      .post('/tasks/:id/connection-permit', async (c) => {
        const device = caller(c);
        takeShare(permitCalls, device);
        const id = opaqueId.safeParse(c.req.param('id'));
        const asked = await body(c, connectionPermitRequest, wireLimits.smallBytes);
        // A refusal is written down.
        await intake.turn();
        const go = id.success && permits.mayConnect(device.id, id.data, asked);
        return c.json({ go } satisfies ConnectionPermitReply);
      })

      .get('/objects/sha256/:hex', (c) => {
        const device = caller(c);
        const hex = digest.safeParse(c.req.param('hex'));
        if (!hex.success || !tasks.mayFetch(device.id, hex.data) || !store.has(hex.data)) throw notFound();
        const size = store.size(hex.data);
        const range = parseRange(c.req.header('range'), size);
        const headers = { 'Content-Type': 'application/octet-stream', 'Accept-Ranges': 'bytes', ETag: `"${hex.data}"` };
        if (range === null) return c.body(null, 416, { ...headers, 'Content-Range': `bytes */${size}` });
        const stream = Readable.toWeb(store.open(hex.data, range)) as ReadableStream<Uint8Array>;
        if (range === undefined) return c.body(stream, 200, { ...headers, 'Content-Length': String(size) });
        return c.body(stream, 206, {
          ...headers,
          'Content-Length': String(range.end - range.start + 1),
          'Content-Range': `bytes ${range.start}-${range.end}/${size}`,
        });
      })

      .notFound(() => errorResponse(notFound(), later))
      .onError((error, c) => {
        if (toFailure(error).code === 'INTERNAL')
          log.error({ err: error, path: c.req.routePath, method: c.req.method }, 'a call of an agent failed');
        return errorResponse(error, later);
      })
  );
};
