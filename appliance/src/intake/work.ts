import { hash } from 'node:crypto';
import { wireLimits } from '@sallyport/bundle-tools/protocol/common';
import { sectionRequest } from '@sallyport/bundle-tools/protocol/section';
import { decodeBody, parsePlain } from '../features/agent-api/native/body.ts';
import { toIdentity } from '../features/devices/identity.ts';
import { contradictsOwnKey } from '../features/devices/match.ts';
import type { DeviceService } from '../features/devices/service.ts';
import type { DiscoveryService } from '../features/discovery/service.ts';
import type {
  CutReport,
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
export type Work = { section: SectionReport | CutReport } | ReadReport;

const bufferOf = (wire: Uint8Array): Buffer => Buffer.from(wire.buffer, wire.byteOffset, wire.byteLength);

/** What stands before the items as our own agent sends them. */
const itemsHead = /^\{"hash":"([0-9a-f]{64})","collectedAt":"([0-9TZ:-]{1,30})","items":(?=\[)/;

type Canonical = { hash: string; collectedAt: string; items: Buffer };

/**
 * The items' bytes where they have the hash that the section begins with: our own agent sends them as canonical JSON, so
 * nothing has to be written out anew to be hashed. Of anybody else's bytes it says nothing.
 */
const canonicalItems = (bytes: Buffer): Canonical | undefined => {
  const head = itemsHead.exec(bytes.toString('latin1', 0, 160));
  if (head === null || bytes.at(-1) !== 0x7d) return undefined;
  const items = bytes.subarray(head[0].length, -1);
  const [, claimed = '', collectedAt = ''] = head;
  return hash('sha256', items) === claimed ? { hash: claimed, collectedAt, items } : undefined;
};

const headOf = sectionRequest.omit({ items: true });

/** Reads a section of our own agent; MALFORMED, TOO_LARGE. With an inventory, its items need not be parsed here. */
export const readSection = async (
  { device, collection, door, wire }: WireSection,
  inventory?: Pick<InventoryService, 'cutItems'>,
): Promise<Work> => {
  const bytes = await decodeBody(bufferOf(wire));
  const canonical = canonicalItems(bytes);
  if (canonical !== undefined && inventory !== undefined) {
    const head = headOf.safeParse(canonical);
    const cut = head.success ? inventory.cutItems(collection, canonical.items) : undefined;
    if (head.success && cut !== undefined && cut.count <= wireLimits.sectionItems)
      return { section: { device, collection, door, ...head.data, cut } };
  }
  const parsed = sectionRequest.safeParse(parsePlain(bytes));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new AppError('MALFORMED', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`);
  }
  return { section: { device, collection, door, ...parsed.data, isHashed: canonical?.hash === parsed.data.hash } };
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
