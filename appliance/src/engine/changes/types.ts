import type { Actor, Body } from '../objects/types.ts';

// Who writes says what changed, in the transaction of the write. What follows from it, and in which order, stands in one
// table: derivations.ts.

/** A section of a device holds something else than before. `isOther`: it came, went, or another source's counts now. */
export type SectionChanged = { device: number; collection: string; isOther?: boolean };

/** An object was written; without a body it was removed. */
export type ObjectChanged = { kind: string; id: string; body: Body | undefined; actor: Actor };

/** What changes, and how one of each is named. */
type Entities = {
  /** What lists show of a device's own record: state, kind, names. */
  device: number;
  /** The rest of the record: clients, boots, hardware. */
  client: number;
  /** The last contact with a device. */
  heard: number;
  /** An address that a device was seen under. */
  address: number;
  /** A task of a device. */
  task: number;
  /** What a device deviates in from its baselines. */
  deviation: number;
  /** How many security updates a device needs. */
  'security-updates': number;
  /** Status or findings of a device. */
  status: number;
  section: SectionChanged;
  /** Sections of a device moved to another record, came back or are gone. */
  inventory: number;
  object: ObjectChanged;
  /** Parts or values of a controller. */
  controller: number;
  /** What findings say of a controller. */
  'controller-findings': number;
  /** The number of the snapshot of advisories that was matched. */
  matched: number;
};

type Entity = keyof Entities;

/** Says what changed. In the transaction of the change. */
export type Changed = <E extends Entity>(entity: E, changes: readonly Entities[E][]) => void;

/** What is derived of each, in the order in which it is done. */
export type Derivations = { readonly [E in Entity]: ReadonlyArray<(changes: readonly Entities[E][]) => void> };
