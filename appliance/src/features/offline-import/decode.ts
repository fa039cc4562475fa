import { time } from '@sallyport/bundle-tools/protocol/common';
import { sectionRequest } from '@sallyport/bundle-tools/protocol/section';
import * as z from 'zod';
import type { DecodedReport, Item } from '../../engine/inventory/types.ts';
import { AppError } from '../../platform/errors.ts';
import { assertShallow, unpackBody } from '../../platform/http/body.ts';
import { sectionHash } from '../../platform/section-hash.ts';
import { reportOf } from '../agents/glpi/decode.ts';
import { deviceMessages, isOfOthers } from '../agents/glpi/device-message.ts';
import { offsetMinutes } from '../agents/glpi/fields.ts';
import { hostIn, type Message, readMessage } from '../agents/glpi/message.ts';

const text = (most: number) => z.string().max(most);

/** What `sallyport-agent once --out` writes. */
const ownFile = z.object({
  format: z.literal('sallyport-inventory/1'),
  agentVersion: text(64),
  collectedAt: time,
  device: z.object({
    uuid: text(64).nullish(),
    serial: text(256).nullish(),
    macs: z.array(text(17)).max(64).default([]),
    hostname: text(255),
    os: text(64).default(''),
    arch: text(32).default(''),
  }),
  sections: z.record(z.string().max(64), sectionRequest),
});

const malformed = (what: string, cause?: unknown): AppError => new AppError('MALFORMED', what, {}, { cause });

const readOwn = (value: unknown): DecodedReport => {
  const parsed = ownFile.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw malformed(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`);
  }
  const { device, sections, agentVersion } = parsed.data;
  for (const [name, { hash, items }] of Object.entries(sections)) {
    if (sectionHash(items) !== hash) throw new AppError('HASH_MISMATCH', `the section ${name} is damaged`);
  }
  return {
    sections: Object.entries(sections).map(([collection, { collectedAt, items }]) => ({
      collection,
      collectedAt,
      items: items.filter((item): item is Item => typeof item === 'object' && item !== null && !Array.isArray(item)),
    })),
    full: true,
    dropped: {},
    facts: {
      uuid: device.uuid ?? null,
      serial: device.serial ?? null,
      macs: device.macs,
      hostname: device.hostname,
      os: device.os,
      arch: device.arch,
      agentVersion,
      kind: 'computer',
    },
  };
};

/** When a message was made: its own log line, in the machine's time; undefined when it does not say. */
const madeAt = ({ sections }: Message): number | undefined => {
  const logged = sections.get('accesslog')?.[0]?.['logdate'];
  const match = typeof logged === 'string' ? /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})$/.exec(logged.trim()) : null;
  if (match === null) return undefined;
  const zone = sections.get('operatingsystem')?.[0]?.['timezone'];
  const offset = typeof zone === 'object' && zone !== null ? (zone as Record<string, unknown>)['offset'] : undefined;
  const at = Date.parse(`${match[1]}T${match[2]}Z`) - offsetMinutes(typeof offset === 'string' ? offset : '') * 60_000;
  return Number.isNaN(at) ? undefined : at;
};

const isOcs = ({ sections }: Message): boolean => {
  const client = sections.get('versionclient')?.[0]?.['value'];
  return typeof client === 'string' && /^OCS/i.test(client);
};

/** One machine of a file. */
export type OfflineFile = {
  report: DecodedReport;
  /** ms */
  collectedAt: number;
  /** Read by another machine's agent: by a search of the network or SNMP. */
  isFound: boolean;
  /** Who found it, or those that it tells of: a name for people. */
  by: string;
};

/** A search writes a file per address; a file put together by hand is bounded. */
const maxDevices = 4_096;

/**
 * Reads a file of any of the formats, packed or plain: one machine, or those that a search of the network found. `fileTime`
 * counts where it does not say when it was made, and a time to come is none. MALFORMED, TOO_LARGE, HASH_MISMATCH.
 */
export const decodeOffline = async (
  bytes: Uint8Array,
  moment: { fileTime: number; now: number },
): Promise<OfflineFile[]> => {
  const plain = await unpackBody(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const start = plain.subarray(0, 4_096).toString('latin1').trimStart();
  const past = (at: number): number => Math.min(at, moment.now);
  if (start.startsWith('{') && start.includes('"sallyport-inventory/')) {
    assertShallow(plain);
    let value: unknown;
    try {
      value = JSON.parse(plain.toString('utf8'));
    } catch (cause) {
      throw malformed('the file is not JSON', cause);
    }
    const report = readOwn(value);
    const newest = Math.max(0, ...report.sections.map((section) => Date.parse(section.collectedAt)));
    return [{ report, collectedAt: past(newest || moment.fileTime), isFound: false, by: '' }];
  }
  if (plain[0] !== 0x7b && plain[0] !== 0x3c) throw malformed('neither JSON nor XML');
  const message = readMessage(plain);
  const collectedAt = past(madeAt(message) ?? moment.fileTime);
  const by = hostIn(message.deviceId);
  const options = { isOcs: isOcs(message), now: collectedAt };
  if (isOfOthers(message)) {
    const devices = deviceMessages(message);
    if (devices.length > maxDevices) throw new AppError('TOO_LARGE', `more than ${maxDevices} devices in one file`);
    return devices.map((device) => ({ report: reportOf(device, options), collectedAt, isFound: true, by }));
  }
  if (message.action !== 'inventory') throw malformed(`it is no inventory but ${message.action.slice(0, 20)}`);
  return [{ report: reportOf(message, options), collectedAt, isFound: false, by }];
};
