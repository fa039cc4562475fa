import type { Actor } from '../../engine/objects/types.ts';
import type { KeepProtected } from '../discovery/types.ts';
import { compareFacts } from './rank.ts';
import type { EffectiveRow, RecordStore } from './record-store.ts';
import type { FactRow, ReadingStore } from './store.ts';
import { type ControllerSide, labelOf, type PartType } from './types.ts';

// The effective of each field and side of each part of a record, kept beside the facts (OT F1 to F5). It follows from the facts
// alone: after new ones it is enough to look at these and at what won before, and looking at all gives the same. All are written
// here, so here is said which addresses no record has any more: they stay protected.

export type EffectiveChange = {
  type: PartType;
  key: string;
  field: string;
  side: ControllerSide;
  before: string | null;
  after: string | null;
};

/** Who changes them, and in which import batch. */
export type EffectiveBy = { actor: Actor; batch: number | null };

const isBetter = (side: ControllerSide, fact: FactRow, held: FactRow): boolean => {
  const difference = compareFacts(
    side,
    { ...fact, value: fact.value ?? '', observedAt: fact.observed_at, derived: fact.map !== null },
    { ...held, value: held.value ?? '', observedAt: held.observed_at, derived: held.map !== null },
  );
  return difference < 0 || (difference === 0 && fact.id < held.id);
};

const slot = (of: { field: string; side: string }): string => `${of.side} ${of.field}`;

/** Which of these facts wins, by part (`type key`) and field. */
export const effectiveOf = (facts: Iterable<FactRow>): Map<string, Map<string, FactRow>> => {
  const byPart = new Map<string, Map<string, FactRow>>();
  for (const fact of facts) {
    const part = `${fact.type} ${fact.key}`;
    const effectiveValues = byPart.get(part) ?? new Map<string, FactRow>();
    byPart.set(part, effectiveValues);
    if (fact.value === null || fact.ended === 1) continue;
    const held = effectiveValues.get(slot(fact));
    if (held === undefined || isBetter(fact.side, fact, held)) effectiveValues.set(slot(fact), fact);
  }
  return byPart;
};

export const effectiveKeeper = (
  store: Pick<ReadingStore, 'factsOf' | 'winningFacts'>,
  records: RecordStore,
  keepProtected: KeepProtected,
) => {
  /** `label`: what the record was called before. */
  const noteLeft = (controller: number, changes: readonly EffectiveChange[], label: string, by: EffectiveBy): void => {
    const addresses = changes.flatMap(({ field, before }) => (field === 'address' && before !== null ? [before] : []));
    const left = [...new Set(addresses)].filter((address) => !records.hasAddress(address));
    const object = records.byId(controller)?.public_id ?? '';
    if (left.length > 0) keepProtected({ addresses: left, because: 'controller', object, label, ...by });
  };

  const labelBefore = (rows: readonly EffectiveRow[], part: number | undefined): string => {
    const shown: Record<ControllerSide, Record<string, string>> = { observed: {}, configured: {} };
    for (const row of rows) if (row.part === part) shown[row.side][row.field] = row.value;
    return labelOf(shown);
  };

  const apply = (
    controller: number,
    facts: readonly FactRow[],
    { isWhole, isNew, by }: { isWhole: boolean; isNew: boolean; by: EffectiveBy },
  ): { changes: EffectiveChange[]; winning: FactRow[] } => {
    const byPart = effectiveOf(facts);
    const parts = new Map((isNew ? [] : records.parts(controller)).map((part) => [`${part.type} ${part.key}`, part]));
    const held = new Map<number, Map<string, EffectiveRow>>();
    const rowsBefore = isNew ? [] : records.effectiveValues(controller);
    for (const row of rowsBefore) {
      const rows = held.get(row.part) ?? new Map<string, EffectiveRow>();
      held.set(row.part, rows);
      rows.set(slot(row), row);
    }
    const changes: EffectiveChange[] = [];
    const winning: FactRow[] = [];
    for (const [name, effectiveValues] of byPart) {
      const [type, key] = [name.slice(0, name.indexOf(' ')) as PartType, name.slice(name.indexOf(' ') + 1)];
      const part = parts.get(name)?.id ?? records.addPart(controller, type, key);
      const before = held.get(part);
      for (const [at, fact] of effectiveValues) {
        winning.push(fact);
        const row = before?.get(at);
        before?.delete(at);
        const value = fact.value ?? '';
        if (row?.fact === fact.id && row.value === value && row.observed_at === fact.observed_at) continue;
        const { field, side } = fact;
        records.putEffective({ part, field, side, fact: fact.id, value, observed_at: fact.observed_at });
        if (row?.value !== value) changes.push({ type, key, field, side, before: row?.value ?? null, after: value });
      }
    }
    const note = (): void => noteLeft(controller, changes, labelBefore(rowsBefore, parts.get('controller ')?.id), by);
    if (!isWhole) {
      note();
      return { changes, winning };
    }
    // Parts of a record that became part of another wait for its return: what refers to them stays right.
    const waits = records.byId(controller)?.state === 'merged';
    for (const part of parts.values()) {
      for (const { field, side, value } of held.get(part.id)?.values() ?? []) {
        records.removeEffective({ part: part.id, field, side });
        changes.push({ type: part.type, key: part.key, field, side, before: value, after: null });
      }
      if (!waits && !byPart.has(`${part.type} ${part.key}`)) records.removePart(part.id);
    }
    note();
    return { changes, winning };
  };

  return {
    /** After new facts, or a later time of known ones: what changed, and all that wins now. `isNew`: nothing was there before. */
    add: (
      controller: number,
      fresh: readonly FactRow[],
      by: EffectiveBy,
      isNew = false,
    ): { changes: EffectiveChange[]; winning: FactRow[] } =>
      apply(controller, isNew ? fresh : [...store.winningFacts(controller), ...fresh], { isWhole: false, isNew, by }),
    /** Out of all facts, which are given where they are known: whenever some are gone or ended. */
    again: (
      controller: number,
      by: EffectiveBy,
      facts: readonly FactRow[] = store.factsOf(controller),
    ): EffectiveChange[] => apply(controller, facts, { isWhole: true, isNew: false, by }).changes,
  };
};

export type EffectiveKeeper = ReturnType<typeof effectiveKeeper>;
