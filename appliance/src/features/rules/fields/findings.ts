import type { Field } from '../condition/types.ts';

const count = (column: string): string =>
  `coalesce((select f.${column} from device_findings f where f.device = d.id), 0)`;

/** Open findings: all, and those that certainly apply by their decision. */
export const findingFields: readonly Field[] = [
  { name: 'findings', type: 'number', layer: 0, source: { scalar: count('findings') } },
  { name: 'findings.act', type: 'number', layer: 0, source: { scalar: count('act') } },
  { name: 'findings.attend', type: 'number', layer: 0, source: { scalar: count('attend') } },
];
