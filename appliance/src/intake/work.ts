import { sectionRequest } from '@sallyport/bundle-tools/protocol/section';
import { headOfBody, parseBody } from '../features/agent-api/native/body.ts';
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

/** The hash that our own agent begins a section with. */
const hashHead = /^\{"hash":"([0-9a-f]{64})",/;

/** Whether a section begins with the hash that is stored: then nobody needs to read the rest of it. */
export const isKnownSection = (inventory: Pick<InventoryService, 'isKnown'>, section: WireSection): boolean => {
  const hash = hashHead.exec(headOfBody(bufferOf(section.wire)).toString('latin1', 0, 128))?.[1];
  return hash !== undefined && inventory.isKnown(section.device, section.collection, section.door, hash);
};

/** Reads a section of our own agent; MALFORMED, TOO_LARGE. */
export const readSection = async ({ device, collection, door, wire }: WireSection): Promise<Work> => {
  const parsed = sectionRequest.safeParse(await parseBody(bufferOf(wire)));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new AppError('MALFORMED', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`);
  }
  return { section: { device, collection, door, ...parsed.data } };
};

/** Reads a report through the decoder of its format; MALFORMED, TOO_LARGE. */
export const readReport = async (report: WireReport): Promise<ReadReport> => {
  const decode = Object.hasOwn(decoders, report.format) ? decoders[report.format] : undefined;
  if (decode === undefined) throw new AppError('INTERNAL', `there is no decoder for ${report.format}`);
  const { device, door, now } = report;
  const decoded = await decode(bufferOf(report.wire), { device, door, now });
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
