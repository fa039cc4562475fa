import type { Extensions } from '../../all-declarations.ts';
import type {
  ReportFacts,
  ReportOutcome,
  SectionOutcome,
  SectionResult,
  WireReport,
  WireSection,
  WireSections,
} from '../../engine/inventory/types.ts';
import type { Refusal } from '../../platform/errors.ts';

/** What the server and its intake thread say to each other. */
export type IntakeRequest =
  | { id: number; section: WireSection }
  | { id: number; sections: WireSections }
  | { id: number; report: WireReport }
  | { id: number; factsOf: WireReport }
  | 'close';

export type IntakeOutcome = SectionOutcome | SectionResult[] | ReportOutcome | ReportFacts | undefined;
export type IntakeReply = { id: number; outcome: IntakeOutcome } | { id: number; refused: Refusal };

export type IntakeData = { dataDir: string; extensions: Extensions };
