import type {
  Meaning,
  PlannedPacket,
  Protocol,
  Switches,
  TransportKind,
} from '@sallyport/bundle-tools/controllers/protocols/types';
import { z } from 'zod';
import type { PersonId } from '../../engine/objects/types.ts';
import type { Scope } from '../../platform/scope.ts';
import { type Shape, textTime, time } from '../../platform/shapes.ts';

// Identification of controllers (OT 5): a job says which controllers, what, from where and when; a plan is every packet that
// it would send; an approval is a second person's word for exactly this plan; a run is what then happened.

/** What the record of a controller tells the planner. */
export type ControllerView = {
  /** Number of the record. */
  id: number;
  publicId: string;
  label: string;
  /** Id of the zone; null: in none. */
  zone: string | null;
  address: string | null;
  role: string | null;
  /** A person or its role marks it as safety equipment. */
  isSafety: boolean;
  /** The controller's own word, as people entered it into the record. */
  queryPolicy: string | null;
  /** A person set it aside. */
  isArchived: boolean;
  /** Since a time, ms, it was marked as safety equipment or as never to be asked, or left a zone or an address. */
  wasCloserSince: (since: number) => boolean;
  /** What is known, by field, with the source that won. */
  known: () => Readonly<Record<string, { value: string; source: string; observedAt: number }>>;
};

/** The records, as far as identification needs them. */
export type ControllerViews = {
  find(publicId: string): ControllerView | undefined;
  /** Whether all of some are in reach; one that is not there is in reach of the site alone. */
  areIn(publicIds: readonly string[], scope: Scope): boolean;
  /** Live records, at most so many. */
  list(limit: number): ControllerView[];
};

export type PlannedAsk = {
  protocol: Protocol;
  kinds: readonly TransportKind[];
  port: number;
  switches: Switches;
  packets: readonly PlannedPacket[];
};

type KnownField = { field: string; value: string; source: string };

export type PlanTarget = {
  controller: string;
  label: string;
  zone: string;
  zoneName: string;
  host: string;
  gapMs: number;
  modeBefore: string | undefined;
  /** Of the fields that the job could bring: known ones, missing ones (OT Q10). */
  known: readonly KnownField[];
  missing: readonly string[];
  asks: readonly PlannedAsk[];
  /** Of a safety controller: who takes it upon himself, and why (OT Q2). */
  override: { by: string; reason: string } | undefined;
};

/** A controller of the job that is not asked. */
export type LeftOut = {
  controller: string;
  label: string;
  why: Hindrance | 'gone' | 'archived' | 'known' | 'no-question';
};

export type PlanPlace = { by: 'appliance' } | { by: 'agent'; device: string; name: string };

export type Plan = {
  job: string;
  revision: number;
  name: string;
  where: PlanPlace;
  start: 'manual' | 'scheduled';
  /** Milliseconds. */
  from: number;
  until: number;
  /** The window comes again every so many days while it ends before `until`; `first` is the one that was approved. */
  repeat?: { everyDays: number; until: number; first?: { from: number; until: number } } | undefined;
  credential: { id: string; revision: number } | undefined;
  targets: readonly PlanTarget[];
  leftOut: readonly LeftOut[];
  /** SHA-256 of all that would leave. */
  digest: string;
};

export type Approval = {
  id: number;
  job: string;
  revision: number;
  digest: string;
  by: string;
  /** The persons behind the approver, when it was approved. */
  persons: readonly PersonId[];
  at: number;
  /** Of the audit chain. */
  entry: number;
};

export type RunState = 'waiting' | 'running' | 'done' | 'stopped' | 'anomaly' | 'failed';

export type Run = {
  id: number;
  job: string;
  approval: number;
  state: RunState;
  code: string | null;
  detail: string | null;
  startedAt: number;
  finishedAt: number | null;
  startedBy: string;
  stopBy: string | null;
  device: number | null;
  task: string | null;
  batch: number | null;
  summary: RunSummary | null;
};

export type RunSummary = { exchanges: number; read: number; silent: number; packets: number };

export type ExchangeRow = { controller: string; protocol: string; outcome: string | null };

export const sentSchema = z.object({
  id: z.int(),
  at: time,
  controller: z.string(),
  protocol: z.string(),
  address: z.string(),
  kind: z.string(),
  port: z.int(),
  what: z.string().describe('`connect` or `send`'),
  attempt: z.int(),
  hex: z.string().nullable(),
  sha256: z.string(),
  meaning: z.string().nullable(),
});
export type PacketRow = Omit<Shape<typeof sentSchema>, 'address' | 'meaning'> & {
  readonly host: string;
  readonly meaning: Meaning | null;
};

/** A zone in which nothing is asked until a person says so (OT Q5). */
export type Halt = { zone: string; run: number; at: number; controller: string; code: string; detail: string };

/** How a job stands. */
export const jobSchema = z.object({
  id: z.string(),
  name: z.string(),
  state: z.enum(['unapproved', 'approved', 'waiting', 'running', 'done', 'stopped', 'anomaly', 'failed', 'missed']),
  from: textTime,
  until: textTime,
  nextFrom: time.nullable().describe('Of a job that repeats: beginning of the window that is now or comes next'),
  agent: z.string().nullable().describe('Device whose agent asks; null: the appliance'),
  approvedBy: z.string().nullable(),
  approvedAt: time.nullable(),
  run: z.int().nullable().describe('Number of the newest run'),
  code: z.string().nullable().describe('Why the newest run ended before its end'),
  detail: z.string().nullable(),
});
export type JobState = Shape<typeof jobSchema>['state'];

export const SWITCHES = ['identify', 'modules', 'details', 'mode'] as const;

export type EffectivePolicy = {
  readonly level: Stated<Level>;
  readonly switches: Readonly<Record<Switch, Stated<SwitchState>>>;
  readonly gapMs: Stated<number>;
  /** All of them must hold. */
  readonly hours: readonly Stated<Hours>[];
  readonly prefixes: readonly string[];
  readonly override: { readonly by: string; readonly reason: string } | undefined;
};

/** Why a controller is not asked. */
export type Hindrance =
  | 'site-off'
  | 'no-zone'
  | 'never'
  | 'passive'
  | 'safety'
  | 'switch'
  | 'no-address'
  | 'prefix'
  | 'hours'
  | 'halted';

/** How many packets would leave at most, and for how long at least. */
export const planSize = (plan: Plan): { packets: number; seconds: number } => {
  let packets = 0;
  let ms = 0;
  for (const { asks, gapMs } of plan.targets) {
    const own = asks.reduce((sum, ask) => sum + ask.packets.length, 0);
    packets += own;
    ms += own * gapMs;
  }
  return { packets, seconds: Math.ceil(ms / 1_000) };
};

export type Level = (typeof LEVELS)[number];

export type Switch = (typeof SWITCHES)[number];

export type SwitchState = (typeof SWITCH_STATES)[number];

export type Hours = {
  /** `mon` to `sun`; none: any day. */
  days: readonly string[];
  /** `HH:MM`; both or none. They may reach over midnight, and belong to the day on which they begin. */
  from: string | undefined;
  until: string | undefined;
};

export type Stated<T> = { readonly value: T; readonly from: PolicySource };

/** From the strictest on. */
export const LEVELS = ['never', 'passive', 'identify', 'details'] as const;

/** From the strictest on; what may run by itself may be started by a person, too. */
export const SWITCH_STATES = ['off', 'manual', 'scheduled'] as const;

/** Which word decided. */
type PolicySource = 'site' | 'none' | 'zone' | 'device' | 'safety';

export const runJobKind = 'identify-controllers';

export type RunPayload = { run: number };
