import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { CheckInReply, CheckInRequest } from '@sallyport/bundle-tools/protocol/check-in';
import type { DeliveredTask } from '@sallyport/bundle-tools/protocol/task';
import type { Section } from '../collectors/all.ts';
import { AgentError, describe } from '../errors.ts';
import type { Log } from '../platform/log.ts';
import type { HeldPolicy } from '../state/policy.ts';
import type { Spool } from '../state/spool.ts';
import { agentVersion } from '../version.ts';
import type { Client } from './client.ts';
import type { DeviceInventory } from './inventory.ts';
import { sectionCalls, type WrittenSection } from './section-calls.ts';
import type { TaskRunner } from './tasks.ts';

// One turn: collect what is due, check in, send what is asked for and what waits in the spool.

type CycleParts = {
  client: Client;
  /** What the next check-in says. */
  nextCheckIn: () => CheckInRequest;
  inventory: DeviceInventory;
  spool: Spool;
  tasks: TaskRunner;
  policy: HeldPolicy;
  log: Log;
  clock: () => number;
};

/** Check-ins of one run of the agent, each with the next number. */
export function checkIns(parts: {
  inventory: Pick<DeviceInventory, 'hashes'>;
  tasks: Pick<TaskRunner, 'current'>;
  policy: Pick<HeldPolicy, 'current'>;
  bootId: string;
}): () => CheckInRequest {
  let seq = 0;
  return () => {
    seq += 1;
    return {
      bootId: parts.bootId,
      seq,
      version: agentVersion,
      permits: true,
      actPermits: true,
      sections: parts.inventory.hashes(),
      policy: parts.policy.current().etag,
      ...defined({ task: parts.tasks.current() }),
    };
  };
}

/** `serverMs`: the time as the appliance has it. */
type CycleResult = { nextSeconds: number; serverMs: number; sent: string[]; task: DeliveredTask | undefined };

export type Cycle = (options: { collectAll: boolean; collect: boolean }) => Promise<CycleResult>;

const eventsPerCall = 200;
const resultsPerTurn = 20;
/** A section that the server refuses is offered again after this time, or when it has changed. */
const refusedMs = 3600_000;

/** Answers to one message that sending it again would not change. */
const isFinal = (error: unknown): error is AgentError =>
  error instanceof AgentError && (error.code === 'ANSWER' || error.code === 'LIMIT');

export const agentCycle = (parts: CycleParts): Cycle => {
  const { client, inventory, spool, tasks, policy, log, clock } = parts;
  const refused = new Map<string, { hash: string; untilMs: number }>();

  const refuse = ({ collection, hash }: Section, error: AgentError): void => {
    refused.set(collection, { hash, untilMs: clock() + refusedMs });
    log('error', `section ${collection} was refused: ${describe(error)}`);
  };

  /** Where the call as a whole is refused, each section is tried by itself: the fault may be that of one. */
  const sendCall = async (call: readonly WrittenSection[]): Promise<string[]> => {
    const sections = call.map(({ section }) => section);
    let faults: ReadonlyMap<string, AgentError>;
    try {
      faults = await client.putSections(call);
    } catch (error) {
      if (!isFinal(error)) throw error;
      if (call.length > 1) {
        log('warning', `sections that were sent together were refused: ${describe(error)}`);
        const sent: string[] = [];
        for (const one of call) sent.push(...(await sendCall([one])));
        return sent;
      }
      faults = new Map(sections.map(({ collection }) => [collection, error]));
    }
    return sections.flatMap((section) => {
      const fault = faults.get(section.collection);
      if (fault === undefined) return [section.collection];
      refuse(section, fault);
      return [];
    });
  };

  const sendSections = async ({ want }: CheckInReply): Promise<string[]> => {
    const wanted = want.flatMap((name) => {
      const section = inventory.sections().get(name);
      const earlier = refused.get(name);
      const isRefused = earlier?.hash === section?.hash && clock() < (earlier?.untilMs ?? 0);
      return section === undefined || isRefused ? [] : [section];
    });
    const sent: string[] = [];
    for (const call of sectionCalls(wanted)) sent.push(...(await sendCall(call)));
    return sent;
  };

  const sendEvents = async (): Promise<void> => {
    for (;;) {
      const entries = spool.take('event', eventsPerCall);
      if (entries.length === 0) return;
      try {
        await client.sendEvents(entries.flatMap(({ entry }) => (entry.kind === 'event' ? [entry.event] : [])));
      } catch (error) {
        if (!isFinal(error)) throw error;
        log('error', `${entries.length} events were refused: ${describe(error)}`);
      }
      spool.done(entries);
    }
  };

  const sendResults = async (): Promise<void> => {
    for (const spooled of spool.take('result', resultsPerTurn)) {
      if (spooled.entry.kind !== 'result') continue;
      try {
        const outcome = await client.sendResult(spooled.entry.task, spooled.entry.result);
        if (outcome === 'gone') log('warning', `the server no longer wants the result of task ${spooled.entry.task}`);
      } catch (error) {
        if (!isFinal(error)) throw error;
        log('error', `the result of task ${spooled.entry.task} was refused: ${describe(error)}`);
      }
      spool.done([spooled]);
    }
  };

  return async ({ collectAll, collect }) => {
    if (collect) await inventory.collect(collectAll);
    // Results first: the next task starts only after the one before has ended.
    await sendResults();
    const reply = await client.checkIn(parts.nextCheckIn());
    const serverMs = Date.parse(reply.now);
    if (reply.policy !== undefined) {
      policy.write(reply.policy);
      const { etag, executables, neighbours } = reply.policy;
      log(
        'info',
        `policy ${etag}: executable files ${executables ? 'on' : 'as set here'}, neighbours ${neighbours ? 'on' : 'off'}`,
      );
      // Do not wait for the hour: what was switched off is taken back with the next turn.
      inventory.hurry();
    }
    const sent = await sendSections(reply);
    await sendEvents();
    tasks.cancel(reply.cancel);
    return { nextSeconds: reply.next, serverMs, sent, task: reply.task };
  };
};
