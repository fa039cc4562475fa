import type { Actor } from '../../engine/objects/types.ts';
import type { ControllerMaps } from './maps.ts';
import { normaliserVersion } from './normalise.ts';
import { factsAgain, type NewFact } from './reading-facts.ts';
import type { Recompute, Recomputing } from './recompute.ts';
import type { RecordState } from './record-state.ts';
import type { FactRow, ReadingStore } from './store.ts';
import type { FieldTable } from './types.ts';

// When a normaliser or a map has another number, kept facts are derived again from their raw values (OT F6, F7), reading by
// reading in the order of their coming. Where the names of vendors or order numbers change, readings go where their keys lead
// now, as if they were taken anew. Doing it again changes nothing; cut off, it goes on where it was.

/** Readings in one piece of work; with all that their keys lead to. */
const readingsAtOnce = 20;

const slot = ({ type, key, field, side }: NewFact): string => JSON.stringify([type, key, field, side]);

export const rebuilder = (parts: {
  store: ReadingStore;
  table: FieldTable;
  maps: ControllerMaps;
  state: RecordState;
  recompute: Recompute;
  derive: (controllers: ReadonlySet<number>, removed: Recomputing['removed']) => void;
  enteredAgain: () => Generator<void, void, void>;
}) => {
  const { store, table, maps, state, recompute, derive, enteredAgain } = parts;
  const rules = `normaliser/${normaliserVersion} ${maps.version}`;
  const work = factsAgain(table, maps);

  /** Whether what the reading says is something else now. */
  const again = (reading: number, source: string): boolean => {
    const facts = store.factsOfReading(reading);
    const held = new Map(facts.map((fact) => [fact.id, fact]));
    const { own: ownAgain, derived } = work(source, facts);
    let isOther = false;
    for (const fact of ownAgain) {
      const before = held.get(fact.id);
      const isSame = before?.value === fact.value && before.error === fact.error;
      if (!isSame) isOther = true;
      if (!isSame || before.normaliser !== fact.normaliser) store.setFact(fact.id, fact);
    }
    const old = new Map<string, FactRow>(facts.filter(({ map }) => map !== null).map((fact) => [slot(fact), fact]));
    for (const fact of derived) {
      const before = old.get(slot(fact));
      old.delete(slot(fact));
      if (before?.value === fact.value && before.raw === fact.raw) {
        if (before.map !== fact.map || before.normaliser !== fact.normaliser)
          store.setDerived(before.id, fact.map ?? '', fact.normaliser);
        continue;
      }
      isOther = true;
      if (before !== undefined) store.removeFact(before.id);
      store.addFact(reading, fact);
    }
    for (const { id } of old.values()) {
      isOther = true;
      store.removeFact(id);
    }
    return isOther;
  };

  return {
    /** Whether what is kept was made by other numbers than today's. */
    isDue: (): boolean => {
      const last = store.derivation();
      return last?.rules !== rules || last.reached !== null;
    },
    /** Ends a piece of work at every `yield`; how many readings say something else now. */
    run: function* (actor: Actor): Generator<void, number, void> {
      const last = store.derivation();
      if (last?.rules !== rules) yield* enteredAgain();
      let changed = 0;
      for (let reached = last?.rules === rules ? (last.reached ?? 0) : 0; ; yield) {
        const some = store.readingsAfter(reached, readingsAtOnce);
        const affected = new Set(
          some.filter(({ id, source }) => again(id, source)).map(({ controller }) => controller),
        );
        changed += affected.size;
        if (affected.size > 0) {
          const around = new Set([...affected].flatMap((controller) => state.neighbours(controller)));
          const done = recompute(actor, affected, { around, batch: null });
          derive(new Set([...done.changed, ...done.removed.map(({ controller }) => controller)]), done.removed);
        }
        const end = some.at(-1);
        store.setDerivation(rules, end?.id ?? null);
        if (end === undefined) return changed;
        reached = end.id;
      }
    },
  };
};
