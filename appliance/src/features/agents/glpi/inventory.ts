import type { ReportFacts } from '../../../engine/inventory/types.ts';
import { immediate } from '../../../platform/database.ts';
import { AppError, toFailure } from '../../../platform/errors.ts';
import type { SourceCaller } from '../../devices/types.ts';
import type { ReportLimiter } from '../report-limiter.ts';
import { failureReply, refusal, takenReply } from './answers.ts';
import type { Call } from './call.ts';
import { isOfOthers } from './device-message.ts';
import { keepSeen, seenOf } from './found-device.ts';
import type { GlpiParts } from './types.ts';

/** Until an administrator has decided, a client asks again soon. */
export const pendingHours = 1;

/** The client of a call; revoked ones are refused like strangers. */
export const callerOf = ({ devices }: GlpiParts, { source, token, head }: Call): SourceCaller | undefined =>
  devices.callerByClient(source, token.id, head.deviceId);

const enrol = async ({ devices, intake }: GlpiParts, call: Call, facts: ReportFacts): Promise<SourceCaller> => {
  await intake.turn();
  const { source, secret, head, from, agent } = call;
  const { caller } = devices.enrolClient({
    source,
    token: secret,
    clientId: head.deviceId,
    keyDigest: null,
    facts: { ...facts, agentVersion: facts.agentVersion || agent },
    from,
  });
  return caller;
};

/** Whether the reported identity of a device differs from the stored one. */
const isNews = ({ devices }: GlpiParts, device: number, facts: ReportFacts, agent: string): boolean => {
  const known = devices.find(device);
  return (
    known !== undefined &&
    (known.hostname !== facts.hostname ||
      known.os !== facts.os ||
      known.arch !== facts.arch ||
      known.agentVersion !== (facts.agentVersion || agent))
  );
};

/** Takes an inventory: enrols a newcomer, stores the report of a device that is managed. Throws what is refused. */
const take = async (parts: GlpiParts, call: Call, known: SourceCaller | undefined, now: number): Promise<Response> => {
  const { devices, intake, inventoryHours } = parts;
  const { source, wire, dialect, from, agent } = call;
  const format = 'glpi';
  const read = { device: 0, source: source, format, wire, now };

  if (isOfOthers(call.head)) {
    if (call.speaker === undefined) return refusal(dialect);
    const seen = seenOf(await intake.facts(read), now);
    if (seen === undefined) throw new AppError('MALFORMED', 'the report names no machine');
    const { speaker } = call;
    await intake.turn();
    const kept = immediate(parts.db, () => keepSeen(parts, seen, speaker));
    if (kept?.isOpen) await intake.report({ ...read, device: kept.device, source: 'network' });
    return takenReply(dialect, inventoryHours());
  }

  let caller = known;
  if (caller?.state !== 'managed') {
    const facts = await intake.facts(read);
    if (facts === undefined) throw new AppError('MALFORMED', 'the report names no machine');
    caller = await enrol(parts, call, facts);
  }
  devices.heardClient(caller, { agent, from });
  // Of a device that is not approved nothing is kept but its identity.
  if (caller.state !== 'managed') {
    await intake.turn();
    devices.fullReport(caller, false);
    return takenReply(dialect, pendingHours);
  }
  const store = async (client: SourceCaller, plain?: Buffer): Promise<void> => {
    const device = client.id;
    const { facts, full } = await intake.report({ ...read, device, ...(plain === undefined ? {} : { plain }) });
    if (full) {
      await intake.turn();
      devices.fullReport(client, true);
    }
    if (facts !== undefined && isNews(parts, device, facts, agent)) await enrol(parts, call, facts);
  };
  try {
    await store(caller, call.plain);
  } catch (error) {
    const { code, details } = toFailure(error);
    if (code !== 'POSSIBLE_CLONE') throw error;
    // Another machine under the same name: it is held, until an administrator says that both are devices of their own.
    const other = await enrol(parts, call, details['facts'] as ReportFacts);
    if (other.state !== 'managed' || other.id === caller.id) return takenReply(dialect, pendingHours);
    await store(other);
  }
  return takenReply(dialect, inventoryHours());
};

/** Takes an inventory or says why not; never throws. */
export const takeInventory = async (
  parts: GlpiParts,
  bodies: ReportLimiter,
  call: Call,
  now: number,
): Promise<Response> => {
  const caller = callerOf(parts, call);
  const slot = bodies.take(caller?.id ?? 0);
  if (slot === undefined) return failureReply(call.dialect, 503, 'busy', 60);
  try {
    return await take(parts, call, caller, now);
  } catch (error) {
    return answerOf(parts, call, error);
  } finally {
    bodies.give(slot);
  }
};

const answerOf = (parts: GlpiParts, call: Call, error: unknown): Response => {
  const failure = toFailure(error);
  if (failure.code === 'INTERNAL') parts.log.error({ err: error }, 'a report was not taken');
  switch (failure.code) {
    case 'TOKEN':
    case 'REVOKED':
      return refusal(call.dialect);
    case 'TOKEN_HELD':
      return failureReply(call.dialect, 403, `TOKEN_HELD: ${failure.message}`);
    case 'OVERLOADED':
    case 'RATE_LIMITED':
      return failureReply(call.dialect, 503, 'busy', 60);
    default: {
      const caller = callerOf(parts, call);
      if (caller !== undefined) parts.devices.sectionRejected(caller.id, 'report', failure.code);
      return failureReply(call.dialect, failure.status, failure.message);
    }
  }
};
