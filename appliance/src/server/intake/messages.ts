import type { Extensions } from '../../all-declarations.ts';
import type { Appliance } from '../../compose.ts';
import type {
  ReportFacts,
  ReportOutcome,
  SectionIntake,
  SectionOutcome,
  SectionResult,
  WireReport,
  WireSection,
  WireSections,
} from '../../engine/inventory/types.ts';
import type { Refusal } from '../../platform/errors.ts';

/** What calls only told. */
export type NoteBatch = Parameters<Appliance['devices']['writeNotes']>[0];

/** What the server and its intake thread say to each other. */
export type IntakeRequest =
  | { id: number; section: WireSection }
  | { id: number; sections: WireSections }
  | { id: number; report: WireReport }
  | { id: number; factsOf: WireReport }
  | { id: number; notes: NoteBatch }
  | 'derive'
  | 'close';

export type IntakeOutcome = SectionOutcome | SectionResult[] | ReportOutcome | ReportFacts | undefined;
export type IntakeReply = { id: number; outcome: IntakeOutcome } | { id: number; refused: Refusal };

/** `writers`: how many calls of the server's own thread wait to write (platform/write-turns.ts). */
export type IntakeData = { dataDir: string; extensions: Extensions; writers: Int32Array<SharedArrayBuffer> };

/** Everything that is written for the thread that answers. */
export type Intake = SectionIntake & {
  /** Writes what calls only told, with the next batch. */
  note(batch: NoteBatch): Promise<void>;
  /** Works off what waits to be derived, beside the reports. */
  derive(): void;
};
