import type { CoverageState } from '../vulnerabilities/types.ts';

// Zones and conduits as they are read: what was decided, the controllers inside, what is doubtful.

/** Levels of the Purdue model from the top; `dmz` is 3.5. */
export const LEVELS = ['5', '4', 'dmz', '3', '2', '1', '0'] as const;
export type PurdueLevel = (typeof LEVELS)[number];

export type Health = 'critical' | 'warning' | 'ok';

/** Why a controller is not as it should be: a catalogue key and its parameters. */
export type HealthReason = {
  level: Exclude<Health, 'ok'>;
  key: string;
  params?: Readonly<Record<string, string | number>>;
  /** Milliseconds, where it is known. */
  since?: number;
};

/** How a controller is by what was read of it. */
export type ControllerHealth = {
  publicId: string;
  name: string;
  /** Id of its zone. */
  zone: string | null;
  health: Health;
  reasons: readonly HealthReason[];
};

/** A controller as far as its zone is concerned. */
export type ZoneController = ControllerHealth & {
  /** Where it is not `judged`, a health of `ok` does not say that no vulnerability of it is known. */
  coverage: CoverageState;
};

/** Controllers of one health in one zone. */
export type ZoneHealthCount = {
  /** As sources name it. */
  zone: string | null;
  health: Health;
  n: number;
  /** The number of the first of them. */
  first: number;
};

/** How the controllers of a zone are, without naming each. */
export type ZoneStanding = {
  id: string;
  name: string;
  level: PurdueLevel;
  controllers: number;
  health: Health;
  /** How many are not as they should be. */
  abnormal: number;
  /** How many are not judged, or only in part. */
  unjudged: number;
  /** What is wrong with the first of the worst. */
  reason: HealthReason | undefined;
};

export type Zone = {
  id: string;
  name: string;
  parent: string | null;
  level: PurdueLevel;
  slT: number | null;
  slA: number | null;
  criticality: string | null;
  safety: boolean;
  prefixes: readonly string[];
  queryPolicy: string;
  owner: string | null;
  description: string | null;
};

export type Conduit = {
  id: string;
  name: string;
  from: string;
  to: string;
  direction: string;
  means: string;
  rules: readonly string[];
  slT: number | null;
  owner: string | null;
  description: string | null;
};

export type ZoneState = Zone & {
  /** The worst of its controllers, and of what the zone itself lacks. */
  health: Health;
  controllers: readonly ZoneController[];
};

/** What is doubtful about zones and conduits themselves. */
export type ZoneDoubt =
  | { kind: 'overlap'; zone: string; other: string; prefix: string; otherPrefix: string }
  | { kind: 'past-dmz'; conduit: string };

export type ZoneOverview = {
  zones: readonly ZoneState[];
  conduits: readonly Conduit[];
  /** Controllers of no zone, or of one that is gone. */
  outside: readonly ZoneController[];
  doubts: readonly ZoneDoubt[];
};

/** Whether a zone has reached less than it should; unknown is not less. */
export const isBelowTarget = ({ slT, slA }: Pick<Zone, 'slT' | 'slA'>): boolean =>
  slT !== null && slA !== null && slA < slT;
