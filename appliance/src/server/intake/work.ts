import { hash } from 'node:crypto';
import { wireLimits } from '@sallyport/bundle-tools/protocol/common';
import { sectionRequest } from '@sallyport/bundle-tools/protocol/section';
import { sectionsRequest } from '@sallyport/bundle-tools/protocol/sections';
import type * as z from 'zod';
import type { InventoryService } from '../../engine/inventory/service.ts';
import type {
  CutReport,
  DecodedReport,
  InventorySource,
  ReportFacts,
  ReportOutcome,
  SectionOutcome,
  SectionReport,
  SectionResult,
  WireReport,
  WireSection,
  WireSections,
} from '../../engine/inventory/types.ts';
import { toIdentity } from '../../features/devices/identity.ts';
import { contradictsOwnKey } from '../../features/devices/match.ts';
import type { DeviceService } from '../../features/devices/service.ts';
import type { DiscoveryService } from '../../features/discovery/service.ts';
import { AppError, toFailure } from '../../platform/errors.ts';
import { freeBytes } from '../../platform/free-bytes.ts';
import { decodeBody, parsePlain } from '../../platform/http/body.ts';
import { decoders } from './decoders.ts';
import { splitSections } from './split-sections.ts';

/** A report that was read and waits to be written. */
type ReadReport = { report: WireReport; decoded: DecodedReport };
type ReadSection = SectionReport | CutReport;
/** One of several sections: read, or known by its hash. */
export type ReadPart = { collection: string } & ({ section: ReadSection } | { outcome: SectionOutcome });
export type Work =
  | { section: ReadSection }
  | { device: number; source: InventorySource; parts: readonly ReadPart[] }
  | ReadReport;

const bufferOf = (wire: Uint8Array): Buffer => Buffer.from(wire.buffer, wire.byteOffset, wire.byteLength);

/** What stands before the items as our own agent sends them. */
const itemsHead =
  /^\{(?:"collection":"([a-z][a-z0-9-]{0,63})",)?"hash":"([0-9a-f]{64})","collectedAt":"([0-9TZ:-]{1,30})","items":(?=\[)/;

type Laid = { collection: string; hash: string; collectedAt: string; items: Buffer };

/** A section laid out as our own agent does; its items may have any hash. */
const laidSection = (bytes: Buffer): Laid | undefined => {
  const head = itemsHead.exec(bytes.toString('latin1', 0, 256));
  if (head === null || bytes.at(-1) !== 0x7d) return undefined;
  const [start, collection = '', claimed = '', collectedAt = ''] = head;
  return { collection, hash: claimed, collectedAt, items: bytes.subarray(start.length, -1) };
};

/**
 * Whether the items' bytes have the hash that the section begins with: our own agent sends them as canonical JSON, so
 * nothing has to be written out anew to be hashed. Of anybody else's bytes it says nothing.
 */
const isCanonical = ({ hash: claimed, items }: Laid): boolean => hash('sha256', items) === claimed;

const headOf = sectionRequest.omit({ items: true });

const checked = <T>(schema: z.ZodType<T>, value: unknown): T => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new AppError('MALFORMED', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`);
};

type Cutter = Pick<InventoryService, 'cutItems'>;
type Place = Pick<SectionReport, 'device' | 'collection' | 'source'>;

/** A canonical section whose items need not be parsed; undefined where they do. */
const cutSection = (place: Place, { hash, collectedAt, items }: Laid, inventory: Cutter): CutReport | undefined => {
  const head = headOf.safeParse({ hash, collectedAt });
  const cut = head.success ? inventory.cutItems(place.collection, items) : undefined;
  return head.success && cut !== undefined && cut.count <= wireLimits.sectionItems
    ? { ...place, ...head.data, cut }
    : undefined;
};

/** Reads a section of our own agent; MALFORMED, TOO_LARGE. With an inventory, its items need not be parsed here. */
export const readSection = async (
  { device, collection, source, wire }: WireSection,
  inventory?: Cutter,
): Promise<{ section: ReadSection }> => {
  const bytes = await decodeBody(bufferOf(wire));
  const place = { device, collection, source };
  const laid = laidSection(bytes);
  const isHashed = laid !== undefined && isCanonical(laid);
  const cut = isHashed && inventory !== undefined ? cutSection(place, laid, inventory) : undefined;
  if (cut !== undefined) return { section: cut };
  const report = checked(sectionRequest, parsePlain(bytes));
  return { section: { ...place, ...report, isHashed: isHashed && laid.hash === report.hash } };
};

const knownOutcome: SectionOutcome = { known: true, added: 0, removed: 0, changed: 0 };

/**
 * Reads several sections of our own agent; MALFORMED, TOO_LARGE. Where the device has nothing else in work, a section
 * with the hash of the stored one need not be read.
 */
export const readSections = async (
  { device, source, wire }: WireSections,
  inventory: Pick<InventoryService, 'cutItems' | 'isKnown'>,
  isAlone = false,
): Promise<{ device: number; source: InventorySource; parts: readonly ReadPart[] }> => {
  const bytes = await decodeBody(bufferOf(wire));
  const parts: ReadPart[] = [];
  for (const piece of splitSections(bytes) ?? []) {
    const laid = laidSection(piece);
    const place = { device, collection: laid?.collection ?? '', source };
    const isTwice = parts.some(({ collection }) => collection === place.collection);
    const isKnown = isAlone && laid !== undefined && inventory.isKnown(device, place.collection, source, laid.hash);
    // What is not plainly a list of sections is read whole, and that says what is wrong with it.
    if (laid === undefined || place.collection === '' || isTwice || !(isKnown || isCanonical(laid))) {
      parts.length = 0;
      break;
    }
    const { collection } = place;
    if (isKnown) parts.push({ collection, outcome: knownOutcome });
    else {
      const section =
        cutSection(place, laid, inventory) ??
        ({ ...place, ...checked(sectionRequest, parsePlain(piece)), isHashed: true } satisfies SectionReport);
      parts.push({ collection, section });
    }
  }
  if (parts.length > 0) return { device, source, parts };
  const { sections } = checked(sectionsRequest, parsePlain(bytes));
  return {
    device,
    source,
    parts: sections.map(({ collection, ...report }) => ({
      collection,
      section: { device, collection, source, ...report },
    })),
  };
};

/** Reads a report through the decoder of its format; MALFORMED, TOO_LARGE. With stores, what is held need not be read. */
export const readReport = async (
  report: WireReport,
  stores?: { inventory: Pick<InventoryService, 'hasSent'> },
): Promise<ReadReport> => {
  const decode = Object.hasOwn(decoders, report.format) ? decoders[report.format] : undefined;
  if (decode === undefined) throw new AppError('INTERNAL', `there is no decoder for ${report.format}`);
  const { plain, ...packed } = report;
  const { device, source, now } = packed;
  try {
    const decoded = await decode(bufferOf(plain ?? packed.wire), {
      device,
      source,
      now,
      ...(stores === undefined
        ? {}
        : { isSame: (collection, sent) => stores.inventory.hasSent(device, collection, source, sent) }),
    });
    return { report: { ...packed, wire: new Uint8Array() }, decoded };
  } finally {
    if (plain !== undefined) freeBytes(plain);
  }
};

const sectionsOf = (work: Work): ReadSection[] => {
  if ('section' in work) return [work.section];
  return 'parts' in work ? work.parts.flatMap((part) => ('section' in part ? [part.section] : [])) : [];
};

/** Gives the bytes of a work back that is written, or refused for good. */
export const freeWork = (work: Work): void => {
  for (const section of sectionsOf(work)) {
    if (!('cut' in section)) continue;
    freeBytes(section.cut.bytes);
    freeBytes(section.cut.keys);
  }
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

/** Does something so that it can be taken back by itself. */
export type Separately = <T>(write: () => T) => T;

/** Stores one of several sections; what is wrong with it is its own where it can be taken back. */
const writePart = (stores: Stores, device: number, part: ReadPart, alone: Separately | undefined): SectionResult => {
  const { collection } = part;
  if ('outcome' in part) return part;
  const write = () => stores.inventory.putSection({ ...part.section, device });
  if (alone === undefined) return { collection, outcome: write() };
  try {
    return { collection, outcome: alone(write) };
  } catch (error) {
    const { status, message, details } = toFailure(error);
    if (!(error instanceof AppError) || status >= 500) throw error;
    return { collection, refused: { code: error.code, message, details } };
  }
};

/**
 * Writes what was read, in the caller's transaction, which has to be taken back when this throws. Without `alone`, it
 * throws for a refused section of several, too.
 */
export const writeWork = (
  stores: Stores,
  work: Work,
  alone?: Separately,
): SectionOutcome | SectionResult[] | ReportOutcome => {
  if ('parts' in work) {
    const device = stores.devices.reporting(work.device, work.source);
    return work.parts.map((part) => writePart(stores, device, part, alone));
  }
  const { device: spoke, source } = 'section' in work ? work.section : work.report;
  // Two records may have become one since the report came.
  const device = stores.devices.reporting(spoke, source);
  if ('section' in work) return stores.inventory.putSection({ ...work.section, device });
  const { report, decoded } = work;
  assertSameMachine(stores, device, decoded.facts);
  const { facts, tag, found = [] } = decoded;
  if (found.length > 0) stores.discovery.keepFound(found, device);
  return {
    ...stores.inventory.putReport(device, report.source, decoded, report.now),
    ...(facts === undefined ? {} : { facts }),
    ...(tag === undefined ? {} : { tag }),
  };
};
