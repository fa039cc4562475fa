import type { Decision } from '../vulnerabilities/types.ts';

/** What a person confirms before an installation (OT 7). */
export const CHECKS = ['backup', 'tool', 'spare', 'rollback', 'key', 'card'] as const;

export type Check = (typeof CHECKS)[number];

/** A part for which a file is meant, and what it has now. */
export type FirmwareTarget = {
  readonly controller: number;
  readonly part: number;
  readonly partKey: string;
  readonly firmware: string;
};

export type ArrivedFirmware = {
  readonly sha256: string;
  readonly vendor: string;
  readonly orderNumbers: readonly string[];
  readonly version: string;
  readonly title: string;
  readonly fileName: string;
  readonly sizeBytes: number;
  readonly licence: string | null;
  readonly notes: string | null;
  /** Whether its bytes are in the store. */
  readonly isHere: boolean;
  /** Parts that have it not yet, as far as anybody knows. */
  readonly targets: readonly FirmwareTarget[];
};

export type Handover = {
  readonly id: number;
  readonly controller: number;
  readonly part: number;
  readonly sha256: string;
  readonly version: string;
  readonly before: string;
  readonly confirmed: readonly Check[];
  readonly handedAt: number;
  readonly handedBy: string;
  readonly doneAt: number | null;
  readonly state: 'handed' | 'done' | 'verified' | 'other-version' | 'dropped';
  readonly found: string;
};

export type FirmwareWant = {
  readonly kind: 'firmware';
  readonly id: string;
  readonly min: string;
  readonly priority: Decision;
};

/** What the record knows about the lines of the checklist before an installation; '' and null: nothing. */
export type KnownForChecklist = {
  readonly backup: { readonly place: string; readonly restoreTestedAt: string } | null;
  readonly tool: string;
  /** Whether the file that would go back to the present version is here; null: the present version is not known. */
  readonly rollback: boolean | null;
  readonly key: string;
  readonly card: string;
};
