import { isIP } from 'node:net';
import * as z from 'zod';
import { MAX_AGENT_TARGETS, MAX_ATTEMPTS, MAX_GAP_MS, MIN_GAP_MS } from '../controllers/identification/limits.ts';
import { packetParts } from '../controllers/protocols/packet-parts.ts';
import { PROTOCOLS } from '../controllers/protocols/types.ts';
import { readingSchema } from '../controllers/reading.ts';
import { count, digest, opaqueId, text, time } from './common.ts';

// The order to read who controllers are, and what came of it. The order is a closed list: these addresses, these ports,
// these packets, this slowly, between these times. An agent asks nothing else, and asks for a permit before each packet.

const port = z.int().min(1).max(65_535);
const kind = z.enum(['tcp', 'udp']);
const host = z
  .string()
  .max(45)
  .refine((value) => isIP(value) !== 0, 'not an address');
const controller = z.string().min(1).max(64);
const protocol = z.enum(PROTOCOLS);

/** Of one exchange. */
const maxPlanned = 128;
const place = z
  .int()
  .min(0)
  .max(maxPlanned - 1);
const hexBytes = (maxLength: number) =>
  z
    .string()
    .max(maxLength)
    .regex(/^(?:[0-9a-f]{2})*$/);

const ask = z.object({
  protocol,
  kinds: z.array(kind).min(1).max(2),
  port,
  /** Number of the list of packets that were approved for it. */
  packets: count,
  switches: z.object({ identify: z.boolean(), modules: z.boolean(), details: z.boolean(), mode: z.boolean() }),
});

const snmpUser = z.object({
  name: z.string().min(1).max(64),
  auth: z.object({ by: z.enum(['sha1', 'sha256']), password: z.string().min(8).max(128) }).optional(),
  privacy: z.object({ password: z.string().min(8).max(128) }).optional(),
});

export const identifyControllersTask = z.object({
  id: opaqueId,
  attempt: count.min(1).max(1000),
  action: z.literal('identify-controllers'),
  /** Of the plan that a second person approved. */
  digest,
  from: time,
  until: time,
  /** Lists of approved packets: many targets have the same. */
  packets: z
    .array(z.array(z.object({ kind, parts: packetParts })).max(maxPlanned))
    .max(MAX_AGENT_TARGETS * PROTOCOLS.length),
  targets: z
    .array(
      z.object({
        controller,
        zone: z.string().max(512),
        host,
        gapMs: z.int().min(MIN_GAP_MS).max(MAX_GAP_MS),
        modeBefore: text(64).optional(),
        asks: z.array(ask).min(1).max(PROTOCOLS.length),
      }),
    )
    .min(1)
    .max(MAX_AGENT_TARGETS),
  credentials: z
    .object({
      snmp: z.object({ user: snmpUser.optional(), community: z.string().max(128).optional() }).optional(),
    })
    .optional(),
  timeoutMs: count.min(1000).max(7 * 24 * 3600 * 1000),
});
export type IdentifyControllersTask = z.infer<typeof identifyControllersTask>;

const maxPackets = 20_000;
const maxHex = 4_096;

/** One packet as it left. */
export const sentPacket = z.object({
  at: count,
  attempt: count.min(1).max(MAX_ATTEMPTS),
  controller,
  protocol,
  kind,
  host,
  port,
  what: z.enum(['connect', 'send']),
  /** Left out where there would be too much of it; the hash is always there. */
  hex: hexBytes(maxHex).optional(),
  sha256: digest,
  permit: opaqueId,
});
export type SentPacketReport = z.infer<typeof sentPacket>;

const exchangeReport = z.object({
  controller,
  protocol,
  outcome: z
    .string()
    .max(32)
    .regex(/^[a-z-]+$/),
  readings: z.array(readingSchema).max(16),
});
export type ExchangeReport = z.infer<typeof exchangeReport>;

/** What came of the order; part of the task's result. */
export const identificationReport = z.object({
  end: z.enum(['done', 'stopped', 'anomaly']),
  why: text(200).optional(),
  /** Of the anomaly. */
  controller: controller.optional(),
  exchanges: z.array(exchangeReport).max(MAX_AGENT_TARGETS * PROTOCOLS.length),
  packets: z.array(sentPacket).max(maxPackets),
});
export type IdentificationReport = z.infer<typeof identificationReport>;

const exchange = { controller, protocol };

/** POST /tasks/:id/permit: whether the next packet of the task may leave, or that a connection is closed. */
export const permitRequest = z.discriminatedUnion('what', [
  z.object({ what: z.literal('connect'), ...exchange, kind: z.literal('tcp') }),
  z.object({ what: z.literal('send'), ...exchange, kind, place, hex: hexBytes(maxHex), sha256: digest }),
  z.object({ what: z.literal('close'), ...exchange }),
]);

export const permitReply = z.union([
  z.object({ go: z.literal(true), permit: opaqueId }),
  z.object({ go: z.literal(false), waitMs: count }),
  z.object({ go: z.literal(false), why: z.string().max(32) }),
]);
