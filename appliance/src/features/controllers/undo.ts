import { type Actor, actorRef } from '../../engine/objects/types.ts';
import { AppError } from '../../platform/errors.ts';
import { reach } from './reach.ts';
import type { Recompute, Recomputing } from './recompute.ts';
import type { RecordState } from './record-state.ts';
import type { RecordStore } from './record-store.ts';
import { type ReadingStore, toBatch } from './store.ts';
import type { ImportBatch } from './types.ts';

// An import batch that is taken back is as one that never came: its facts go, effectiveValues are worked out again, records that nothing
// else speaks of go, and what only its words held together comes apart.

export type Undone = { batch: ImportBatch; facts: number; changed: number[]; removed: Recomputing['removed'] };

type Undoer = {
  begin(actor: Actor, batch: number): void;
  /** After `begin`, or for an import batch that was cut off; ends a piece of work at every `yield`. Cut off, it goes on where it was. */
  run(actor: Actor, batch: number, atOnce?: number): Generator<void, Undone, void>;
};

/** Records that one piece of work takes something back from; with all that must go along. */
const recordsAtOnce = 20;

export const undoer = (parts: {
  store: ReadingStore;
  records: RecordStore;
  state: RecordState;
  recompute: Recompute;
  clock: () => number;
  /** Brings rows and states of lists up to date. */
  derive: (controllers: ReadonlySet<number>, removed: Undone['removed']) => void;
}): Undoer => {
  const { store, records, state, recompute, clock, derive } = parts;

  /** Takes back what an import batch says of these records. */
  const takeBack = (actor: Actor, id: number, controllers: ReadonlySet<number>): Recomputing => {
    const affected = new Set(
      [...controllers].filter((controller) => store.readingsOf(controller).some(({ batch }) => batch === id)),
    );
    const around = new Set([...affected].flatMap((controller) => state.neighbours(controller)));
    store.removeReadingsIn(id, affected);
    return recompute(actor, affected, { around, batch: id });
  };

  return {
    /** Says that an import batch is being taken back; throws NOT_FOUND, CONFLICT. */
    begin: (actor, id) => {
      const row = store.batch(id);
      if (row === undefined) throw new AppError('NOT_FOUND', 'there is no such import batch');
      if (row.undone_at !== null) throw new AppError('CONFLICT', 'this import batch was taken back before');
      if (row.state === 'taking') throw new AppError('CONFLICT', 'this import batch is being taken');
      if (row.type === 'person')
        throw new AppError('CONFLICT', 'what a person entered is changed where it was entered');
      store.markUndone(id, clock(), actorRef(actor));
    },
    run: function* (actor, id, atOnce = recordsAtOnce) {
      const facts = store.countFacts(id);
      const changed = new Set<number>();
      const removed: Undone['removed'] = [];
      for (
        let some = store.controllersOfBatch(id, atOnce);
        some.length > 0;
        some = store.controllersOfBatch(id, atOnce), yield
      ) {
        const done = takeBack(actor, id, reach(records, some));
        removed.push(...done.removed);
        for (const { controller } of done.removed) changed.delete(controller);
        for (const controller of done.changed) changed.add(controller);
        derive(new Set([...done.changed, ...done.removed.map(({ controller }) => controller)]), done.removed);
      }
      store.setDone(id);
      const undone = store.batch(id);
      if (undone === undefined) throw new AppError('NOT_FOUND', 'there is no such import batch');
      return { batch: toBatch(undone), facts, changed: [...changed], removed };
    },
  };
};
