import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { ControllerPartRow } from '@sallyport/ui/controllers/controller.tsx';
import type {
  ControllerFact,
  ControllerFactGroup,
  DerivedWith,
  SupersededFact,
} from '@sallyport/ui/controllers/controller-facts.tsx';
import { byPlace, factGroups, groupOf } from './fact-groups.ts';
import { compareFacts, ruleBetween } from './rank.ts';
import type { ControllerPart, ControllerSide, FieldTable, PartFact, PartType } from './types.ts';

// The facts of a controller as its page shows them: per field the effective value of either side, and below the superseded ones.

const contender = (fact: PartFact) => ({ ...fact, value: fact.value ?? '', derived: fact.derivedBy !== null });

/** `vendors/1 families/1 cip/2` by version. */
const derivedWith = ({ derivedBy }: PartFact): DerivedWith[] => {
  const maps = (derivedBy ?? '').split(' ').filter((map) => map !== '');
  const byVersion = Map.groupBy(maps, (map) => map.split('/')[1] ?? '');
  return [...byVersion].map(([version, all]) => ({ version, tables: all.map((map) => map.split('/')[0] ?? '') }));
};

/** So many superseded values are shown of one field. */
const maxSuperseded = 20;

const supersededOf = (fact: PartFact, effective: PartFact | undefined): SupersededFact => ({
  value: fact.value,
  reason: fact.reason === null || fact.reason === '' ? fact.error : fact.reason,
  side: fact.side,
  source: fact.source,
  derivedWith: derivedWith(fact),
  at: fact.observedAt,
  rule:
    fact.value === null
      ? 'refused'
      : fact.ended
        ? 'ended'
        : effective === undefined
          ? 'only'
          : ruleBetween(fact.side, contender(effective), contender(fact)),
});

export const factGroupsOf = (
  table: FieldTable,
  facts: readonly PartFact[],
  drifting: ReadonlySet<string>,
  /** How a value is called: a zone by its name. */
  named: (field: string, value: string) => string = (_field, value) => value,
): { groups: ControllerFactGroup[]; superseded: number } => {
  const byField = Map.groupBy(
    facts.filter(({ type }) => type === 'controller'),
    ({ field }) => field,
  );
  let superseded = 0;
  const lines = [...byField].flatMap(([field, all]): { group: string; field: string; fact: ControllerFact }[] => {
    const effectiveOf1 = (side: ControllerSide): PartFact | undefined =>
      all.find((fact) => fact.wins && fact.side === side);
    const [observed, configured] = [effectiveOf1('observed'), effectiveOf1('configured')];
    const best = observed ?? configured;
    if (best === undefined) return [];
    const lost = all
      .filter((fact) => !fact.wins)
      .sort((a, b) => compareFacts(a.side, contender(a), contender(b)))
      .map((fact) => supersededOf(fact, effectiveOf1(fact.side)));
    superseded += lost.length;
    const calledOf = (fact: PartFact | undefined): string | undefined =>
      typeof fact?.value === 'string' ? named(field, fact.value) : undefined;
    const words =
      table.field('controller', field)?.choices === undefined ? undefined : `collection.controller.choice.${field}`;
    return [
      {
        group: groupOf(field),
        field,
        fact: {
          label: `collection.controller.field.${field}`,
          observed: calledOf(observed),
          configured: calledOf(configured),
          differs: drifting.has(field),
          ...defined({ words }),
          source: best.source,
          derivedWith: derivedWith(best),
          at: best.observedAt,
          locked:
            observed?.method === 'manual' &&
            configured?.method === 'manual' &&
            table.field('controller', field)?.entered !== true,
          superseded: lost.slice(0, maxSuperseded),
        },
      },
    ];
  });
  lines.sort((a, b) => byPlace(a.field, b.field));
  return {
    superseded,
    groups: factGroups
      .map(([name]) => ({
        title: `controllers.group.${name}`,
        facts: lines.filter(({ group }) => group === name).map(({ fact }) => fact),
      }))
      .filter(({ facts: found }) => found.length > 0),
  };
};

const natural = new Intl.Collator('en', { numeric: true });

/** Modules by rack and slot, interfaces, services. */
export const partRows = (
  parts: readonly ControllerPart[],
  type: PartType,
  drifting: ReadonlySet<string>,
): ControllerPartRow[] =>
  parts
    .filter((part) => part.type === type)
    .sort((a, b) => natural.compare(a.key, b.key))
    .map((part) => ({
      key: part.key,
      values: { ...part.configured, ...part.observed },
      planned: part.configured,
      differs: Object.keys(part.observed).filter((field) => drifting.has(`${part.id} ${field}`)),
    }));
