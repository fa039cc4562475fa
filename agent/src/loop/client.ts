import { type CheckInReply, type CheckInRequest, checkInReply } from '@sallyport/bundle-tools/protocol/check-in';
import { type EnrolReply, type EnrolRequest, enrolReply } from '@sallyport/bundle-tools/protocol/enrol';
import type { AgentEvent } from '@sallyport/bundle-tools/protocol/events';
import { renewReply } from '@sallyport/bundle-tools/protocol/renew';
import { sectionsReply } from '@sallyport/bundle-tools/protocol/sections';
import { type SiteReply, siteReply } from '@sallyport/bundle-tools/protocol/site';
import type { TaskResult } from '@sallyport/bundle-tools/protocol/task-result';
import type * as z from 'zod';
import { AgentError } from '../errors.ts';
import { type Connection, type Reply, toError } from '../platform/connect.ts';
import { callJson, type WrittenSection } from './section-calls.ts';

// The calls of AGENT-PROTOCOLS 2 with their types. A refusal becomes an AgentError, and so does an answer that is not
// what the schema says: a server that is not understood is not obeyed.

export type Client = {
  site(): Promise<SiteReply>;
  /** `undefined` while a person has not approved the device; then wait so many seconds. */
  enrol(request: EnrolRequest): Promise<{ reply: EnrolReply } | { waitSeconds: number }>;
  renew(csr: string): Promise<string>;
  checkIn(request: CheckInRequest): Promise<CheckInReply>;
  /** Several sections in one call; what each that is refused was refused for, by collection. */
  putSections(call: readonly WrittenSection[]): Promise<ReadonlyMap<string, AgentError>>;
  sendEvents(events: AgentEvent[]): Promise<void>;
  /** `gone`: the server does not want it any more (not ours, or cancelled and kept as late). */
  sendResult(task: string, result: TaskResult): Promise<'ok' | 'gone'>;
};

const parseReply = <T>(reply: Reply, schema: z.ZodType<T>): T => {
  let value: unknown;
  try {
    value = JSON.parse(reply.body.toString('utf8'));
  } catch (cause) {
    throw new AgentError('PROTOCOL', 'the server did not answer with JSON', {}, { cause });
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    throw new AgentError('PROTOCOL', `the answer is not understood: ${parsed.error.issues[0]?.path.join('.') ?? ''}`);
  }
  return parsed.data;
};

const sectionTimeoutMs = 120_000;

/** The typed calls over a connection. */
export const client = (connection: Connection): Client => {
  const expect = (reply: Reply, ...statuses: number[]): Reply => {
    if (!statuses.includes(reply.status)) throw toError(reply);
    return reply;
  };
  return {
    site: async () => parseReply(expect(await connection.call({ method: 'GET', path: '/site' }), 200), siteReply),
    enrol: async (request) => {
      const reply = expect(await connection.call({ method: 'POST', path: '/enrol', body: request }), 201, 202);
      if (reply.status === 201) return { reply: parseReply(reply, enrolReply) };
      const seconds = Number(reply.headers['retry-after']);
      return { waitSeconds: Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 3600) : 60 };
    },
    renew: async (csr) => {
      const reply = await connection.call({ method: 'POST', path: '/renew', body: { csr } });
      return parseReply(expect(reply, 200), renewReply).certificate;
    },
    checkIn: async (request) =>
      parseReply(
        expect(await connection.call({ method: 'POST', path: '/check-in', body: request }), 200),
        checkInReply,
      ),
    putSections: async (call) => {
      const reply = await connection.call({
        method: 'POST',
        path: '/sections',
        json: callJson(call),
        timeoutMs: sectionTimeoutMs,
      });
      const answers = parseReply(expect(reply, 200), sectionsReply).sections;
      const isComplete =
        answers.length === call.length &&
        answers.every(({ collection }, at) => collection === call[at]?.section.collection);
      if (!isComplete) throw new AgentError('PROTOCOL', 'the answer is about other sections than were sent');
      return new Map(
        answers.flatMap((answer) =>
          'error' in answer
            ? [[answer.collection, new AgentError('ANSWER', `${answer.error}: ${answer.message}`)] as const]
            : [],
        ),
      );
    },
    sendEvents: async (events) => {
      expect(await connection.call({ method: 'POST', path: '/events', body: { events } }), 200);
    },
    sendResult: async (task, result) => {
      const reply = await connection.call({ method: 'POST', path: `/tasks/${task}/result`, body: result });
      if (reply.status === 404 || reply.status === 410) return 'gone';
      expect(reply, 200);
      return 'ok';
    },
  };
};
