import { hash } from 'node:crypto';
import { sectionRequest } from '@sallyport/bundle-tools/protocol/section';
import { decodeBody, parsePlain } from '../features/agent-api/native/body.ts';
import { toIdentity } from '../features/devices/identity.ts';
import { contradictsOwnKey } from '../features/devices/match.ts';
import type { DeviceService } from '../features/devices/service.ts';
import type { DiscoveryService } from '../features/discovery/service.ts';
import type {
  DecodedReport,
  ReportFacts,
  ReportOutcome,
  WireReport,
  WireSection,
} from '../features/inventory/report-types.ts';
import type { InventoryService } from '../features/inventory/service.ts';
import type { SectionOutcome, SectionReport } from '../features/inventory/types.ts';
import { AppError } from '../platform/errors.ts';
import { decoders } from './decoders.ts';

/** A report that was read and waits to be written. */
export type ReadReport = { report: WireReport; decoded: DecodedReport };
export type Work = { section: SectionReport } | ReadReport;

const bufferOf = (wire: Uint8Array): Buffer => Buffer.from(wire.buffer, wire.byteOffset, wire.byteLength);

/** What stands before the items as our own agent sends them. */
const itemsHead = /^\{"hash":"([0-9a-f]{64})","collectedAt":"[0-9TZ:-]{1,30}","items":(?=\[)/;

/**
 * The hash that a section begins with, if the bytes of its items have it: our own agent sends them as canonical JSON, so
 * nothing has to be written out anew to be hashed. Of anybody else's bytes it says nothing.
 */
const hashOfItemBytes = (bytes: Buffer): string | undefined => {
  const head = itemsHead.exec(bytes.toString('latin1', 0, 160));
  if (head === null || bytes.at(-1) !== 0x7d) return undefined;
  const items = bytes.subarray(head[0].length, -1);
  return hash('sha256', items) === head[1] ? head[1] : undefined;
};

/** Reads a section of our own agent; MALFORMED, TOO_LARGE. */
export const readSection = async ({ device, collection, door, wire }: WireSection): Promise<Work> => {
  const bytes = await decodeBody(bufferOf(wire));
  const parsed = sectionRequest.safeParse(parsePlain(bytes));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new AppError('MALFORMED', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`);
  }
  const isHashed = hashOfItemBytes(bytes) === parsed.data.hash;
  return { section: { device, collection, door, ...parsed.data, isHashed } };
};

/** Reads a report through the decoder of its format; MALFORMED, TOO_LARGE. With stores, what is held need not be read. */
export const readReport = async (
  report: WireReport,
  stores?: { inventory: Pick<InventoryService, 'isSource'> },
): Promise<ReadReport> => {
  const decode = Object.hasOwn(decoders, report.format) ? decoders[report.format] : undefined;
  if (decode === undefined) throw new AppError('INTERNAL', `there is no decoder for ${report.format}`);
  const { device, door, now } = report;
  const decoded = await decode(bufferOf(report.wire), {
    device,
    door,
    now,
    ...(stores === undefined
      ? {}
      : { isSame: (collection, source) => stores.inventory.isSource(device, collection, door, source) }),
  });
  return { report: { ...report, wire: new Uint8Array() }, decoded };
};

/** What a report says of its machine. */
export const readFacts = async (report: WireReport): Promise<ReportFacts | undefined> =>
  (await readReport(report)).decoded.facts;

type Stores = {
  inventory: InventoryService;
  devices: Pick<DeviceService, 'find' | 'reporting'>;
  discovery: Pick<DiscoveryService, 'keepFound'>;
};

/** A client without a key of its own is known by a name that a copied disk has, too. */
const assertSameMachine = ({ devices }: Stores, device: number, facts: ReportFacts | undefined): void => {
  const known = facts === undefined ? undefined : devices.find(device);
  if (facts === undefined || known === undefined) return;
  const claim = toIdentity({ uuid: facts.uuid ?? undefined, serial: facts.serial ?? undefined, macs: [...facts.macs] });
  if (contradictsOwnKey(known, claim)) {
    throw new AppError('POSSIBLE_CLONE', 'another machine speaks under this name', { facts });
  }
};

/** Writes what was read, in the caller's transaction. */
export const writeWork = (stores: Stores, work: Work): SectionOutcome | ReportOutcome => {
  const { device: spoke, door } = 'section' in work ? work.section : work.report;
  // Two records may have become one since the report came.
  const device = stores.devices.reporting(spoke, door);
  if ('section' in work) return stores.inventory.putSection({ ...work.section, device });
  const { report, decoded } = work;
  assertSameMachine(stores, device, decoded.facts);
  const { facts, tag, found = [] } = decoded;
  if (found.length > 0) stores.discovery.keepFound(found, device);
  return {
    ...stores.inventory.putReport(device, report.door, decoded, report.now),
    ...(facts === undefined ? {} : { facts }),
    ...(tag === undefined ? {} : { tag }),
  };
};
