import type { Field } from '../condition/types.ts';
import { decisionValue } from './device.ts';

/** The group of a device, by its id; `in` takes in the groups below. */
export const groupFields: readonly Field[] = [
  { name: 'group', type: 'group', layer: 1, source: { scalar: decisionValue('group') } },
];
