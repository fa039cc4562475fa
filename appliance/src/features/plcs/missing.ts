import { type PartFact, type PlcPart, shown } from './types.ts';

// What matching and planning need and nobody said, with the ways to get it, the least intrusive first (OT 7).

export type Way = 'project' | 'nameplate' | 'capture' | 'person' | 'query';

export type Missing = {
  field: string;
  ways: readonly Way[];
  /** The newest refusal of a device or a file. */
  refused: { source: string; reason: string } | undefined;
};

const wanted: readonly (readonly [field: string, ways: readonly Way[]])[] = [
  ['vendor', ['project', 'nameplate', 'capture', 'person', 'query']],
  ['model', ['project', 'nameplate', 'capture', 'person', 'query']],
  ['orderNumber', ['project', 'nameplate', 'capture', 'person', 'query']],
  ['firmware', ['project', 'capture', 'person', 'query']],
  ['serial', ['nameplate', 'capture', 'person', 'query']],
  ['hwVersion', ['nameplate', 'capture', 'person', 'query']],
  ['address', ['project', 'capture', 'person']],
  ['zone', ['person']],
];

export const missingOf = (own: PlcPart | undefined, facts: readonly PartFact[]): Missing[] => {
  // A project says addresses of interfaces only.
  const hasAddress = facts.some(
    ({ sort, field, value }) => sort === 'interface' && field === 'address' && value !== null,
  );
  return wanted
    .filter(([field]) => shown(own, field) === undefined && !(field === 'address' && hasAddress))
    .map(([field, ways]) => {
      const refusal = facts.find((fact) => fact.sort === 'plc' && fact.field === field && fact.error !== null);
      return {
        field,
        ways,
        refused:
          refusal === undefined
            ? undefined
            : {
                source: refusal.source,
                reason: refusal.reason === '' ? (refusal.error ?? '') : (refusal.reason ?? ''),
              },
      };
    });
};
