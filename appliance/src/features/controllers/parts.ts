import type { RecordStore } from './record-store.ts';
import type { ControllerPart, ControllerSide } from './types.ts';

/** A record's parts with their effectiveValues, the controller itself first. */
export const partsOf = (records: Pick<RecordStore, 'partEffective'>, controller: number): ControllerPart[] => {
  const parts: (ControllerPart & Record<ControllerSide, Record<string, string>>)[] = [];
  for (const { id, type, key, field, side, value } of records.partEffective(controller)) {
    const last = parts.at(-1);
    const part = last?.id === id ? last : { id, controller, type, key, observed: {}, configured: {} };
    if (part !== last) parts.push(part);
    if (field !== null && side !== null && value !== null) part[side][field] = value;
  }
  return parts.sort((a, b) => Number(b.type === 'controller') - Number(a.type === 'controller'));
};
