import type { Actor, Body } from '../objects/types.ts';

// Who writes says what changed, in the transaction of the write. What follows from it, and in which order, stands in one
// table: derivations.ts.

/** A section of a device holds something else than before. */
export type SectionChanged = { device: number; collection: string };

/** An object was written; without a body it was removed. */
export type ObjectChanged = { kind: string; id: string; body: Body | undefined; actor: Actor };

/** What changes, and how one of each is named. */
type Entities = {
  section: SectionChanged;
  object: ObjectChanged;
  /** Parts or values of a controller. */
  controller: number;
  /** What findings say of a controller. */
  'controller-findings': number;
};

type Entity = keyof Entities;

/** Says what changed. In the transaction of the change. */
export type Changed = <E extends Entity>(entity: E, changes: readonly Entities[E][]) => void;

/** What is derived of each, in the order in which it is done. */
export type Derivations = { readonly [E in Entity]: ReadonlyArray<(changes: readonly Entities[E][]) => void> };
