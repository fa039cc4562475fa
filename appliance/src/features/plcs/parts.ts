import type { RecordStore } from './record-store.ts';
import type { PlcPart } from './types.ts';

/** A record's parts with their winners, the controller itself first. */
export const partsOf = (records: Pick<RecordStore, 'parts' | 'winners'>, plc: number): PlcPart[] => {
  const values = new Map<number, { observed: Record<string, string>; configured: Record<string, string> }>();
  for (const { part, field, side, value } of records.winners(plc)) {
    const held = values.get(part) ?? { observed: {}, configured: {} };
    values.set(part, held);
    held[side][field] = value;
  }
  return records
    .parts(plc)
    .map(({ id, sort, key }) => ({ id, plc, sort, key, ...(values.get(id) ?? { observed: {}, configured: {} }) }))
    .sort((a, b) => Number(b.sort === 'plc') - Number(a.sort === 'plc'));
};

/** The observed value where there is one, else the configured one. */
export const shown = (part: PlcPart | undefined, field: string): string | undefined =>
  part?.observed[field] ?? part?.configured[field];

/** What people call a controller. */
export const labelOf = (part: PlcPart | undefined): string => {
  const named = ['assetTag', 'name', 'stationName', 'address'].map((field) => shown(part, field)).find(Boolean);
  return named ?? ([shown(part, 'model'), shown(part, 'serial')].filter(Boolean).join(' ') || '');
};
