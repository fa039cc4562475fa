import type { When } from '../model.ts';

// What the pages of program integrity are given.

export type ProgramStateView = 'changed' | 'unreachable' | 'no-reference' | 'ok';

export type DifferenceView = {
  readonly field: string;
  readonly approved: string;
  readonly found: string;
  readonly blocks?: readonly string[] | undefined;
};

export type ProgramRowView = {
  readonly id: string;
  readonly name: string;
  readonly state: ProgramStateView;
  /** `not-read`, `failed`, `stale` */
  readonly why: string | null;
  /** Only the project file is another one. */
  readonly onlyProject: boolean;
  readonly differences: readonly DifferenceView[];
  readonly since: When;
  readonly readAt: When | null;
  readonly proposed: boolean;
  readonly found: number;
  readonly unknown: number;
};

export type ApprovalView = {
  readonly at: When;
  readonly who: string;
  readonly second: string | null;
  readonly reason: string;
  readonly workOrder: string | null;
  readonly hash: string;
};

export type RuleView = {
  readonly rule: string;
  readonly severity: 'critical' | 'warning';
  readonly answer: 'ok' | 'unknown' | 'found';
  readonly evidence: string | null;
};

export type ProjectFileView = {
  readonly id: string;
  readonly name: string;
  readonly sort: string;
  readonly sha256: string;
  readonly sizeBytes: number | null;
  readonly tool: string | null;
  readonly toolVersion: string | null;
  readonly place: string | null;
  readonly restoreTestedAt: When | null;
  /** Its hash is that of the approved project. */
  readonly matches: boolean;
};
