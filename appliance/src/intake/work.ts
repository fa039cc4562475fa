import { sectionRequest } from '@sallyport/bundle-tools/protocol/section';
import { parseBody } from '../features/agent-api/native/body.ts';
import type { DecodedReport, ReportOutcome, WireReport, WireSection } from '../features/inventory/report-types.ts';
import type { InventoryService } from '../features/inventory/service.ts';
import type { SectionOutcome, SectionReport } from '../features/inventory/types.ts';
import { AppError } from '../platform/errors.ts';
import { decoders } from './decoders.ts';

/** A report that was read and waits to be written. */
export type Work = { section: SectionReport } | { report: WireReport; decoded: DecodedReport };

const bufferOf = (wire: Uint8Array): Buffer => Buffer.from(wire.buffer, wire.byteOffset, wire.byteLength);

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
export const readReport = async (report: WireReport): Promise<Work> => {
  const decode = Object.hasOwn(decoders, report.format) ? decoders[report.format] : undefined;
  if (decode === undefined) throw new AppError('INTERNAL', `there is no decoder for ${report.format}`);
  const { device, door, now } = report;
  const decoded = await decode(bufferOf(report.wire), { device, door, now });
  return { report: { ...report, wire: new Uint8Array() }, decoded };
};

/** Writes what was read, in the caller's transaction. */
export const writeWork = (inventory: InventoryService, work: Work): SectionOutcome | ReportOutcome =>
  'section' in work
    ? inventory.putSection(work.section)
    : inventory.putReport(work.report.device, work.report.door, work.decoded, work.report.now);
