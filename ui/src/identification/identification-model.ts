import type { Level, Message, When } from '../model.ts';

export type JobStateView =
  | 'unapproved'
  | 'approved'
  | 'waiting'
  | 'running'
  | 'done'
  | 'stopped'
  | 'anomaly'
  | 'failed'
  | 'missed';

export const jobLevels: Readonly<Record<JobStateView, Level>> = {
  unapproved: 'waiting',
  approved: 'ok',
  waiting: 'waiting',
  running: 'running',
  done: 'done',
  stopped: 'warning',
  anomaly: 'critical',
  failed: 'critical',
  missed: 'warning',
};

/** Where a job asks from; undefined: this appliance. */
export type PlaceView = { readonly agent: string | undefined };

export type JobRow = {
  readonly id: string;
  readonly name: string;
  readonly state: JobStateView;
  readonly from: When;
  readonly until: When;
  /** Of a job that comes again; no `next`: it does not, until a second person approved it anew. */
  readonly repeat?: { readonly days: number; readonly until: When; readonly next?: When | undefined } | undefined;
  readonly place: PlaceView;
  readonly controllers: number;
  readonly approved: { readonly by: string; readonly at: When } | undefined;
};

export type HaltView = {
  readonly zone: string;
  readonly zoneName: string;
  readonly controller: string;
  readonly code: string;
  readonly detail: string;
  readonly at: When;
};

export type PlannedPacketView = {
  readonly hex: string;
  readonly meaning: Message;
  readonly to: string;
  readonly when: 'always' | 'more' | 'refused' | 'silent';
  readonly open: readonly string[];
};

export type PlanTargetView = {
  readonly controller: string;
  readonly label: string;
  readonly host: string;
  readonly zoneName: string;
  readonly gapMs: number;
  readonly protocols: readonly string[];
  readonly known: readonly { readonly field: string; readonly value: string; readonly source: string }[];
  readonly missing: readonly string[];
  readonly packets: readonly PlannedPacketView[];
  readonly override: { readonly by: string; readonly reason: string } | undefined;
};

export type LeftOutView = { readonly controller: string; readonly label: string; readonly why: string };

export type SentPacketView = {
  readonly at: When;
  readonly label: string;
  readonly protocol: string;
  readonly to: string;
  readonly attempt: number;
  readonly meaning: Message;
  readonly hex: string | undefined;
  readonly sha256: string;
};

export type RunView = {
  readonly number: number;
  readonly state: JobStateView;
  readonly startedAt: When;
  readonly startedBy: string;
  readonly code: string | undefined;
  readonly detail: string | undefined;
  readonly done: number;
  readonly total: number;
  readonly packets: number;
  readonly exchanges: readonly { readonly label: string; readonly protocol: string; readonly outcome: string }[];
  readonly newest: readonly SentPacketView[];
};
