import type { Extensions } from '../compose.ts';
import type { ReportFacts, ReportOutcome, WireReport, WireSection } from '../features/inventory/report-types.ts';
import type { SectionOutcome } from '../features/inventory/types.ts';
import type { AppErrorCode, ErrorDetails } from '../platform/errors.ts';

/** What the server and its intake thread say to each other. */
export type IntakeRequest =
  | { id: number; section: WireSection }
  | { id: number; report: WireReport }
  | { id: number; factsOf: WireReport }
  | 'close';

export type IntakeOutcome = SectionOutcome | ReportOutcome | ReportFacts | undefined;
export type IntakeReply =
  | { id: number; outcome: IntakeOutcome }
  | { id: number; refused: { code: AppErrorCode; message: string; details: ErrorDetails } };

export type IntakeData = { dataDir: string; extensions: Extensions };
