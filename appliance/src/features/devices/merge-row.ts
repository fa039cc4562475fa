import type { DeviceState } from './types.ts';

// What becomes of a device's own row when another record turns out to be the same device, and back.

export type DeviceRow = {
  id: number;
  public_id: string;
  state: DeviceState;
  kind: string;
  uuid: string | null;
  serial: string | null;
  macs: string;
  hostname: string;
  os: string;
  arch: string;
  agent_version: string;
  token: string | null;
  device_group: string | null;
  held_reason: string | null;
  resembles: number | null;
  from_address: string | null;
  created_at: number;
  approved_at: number | null;
  enrolled_at: number | null;
  revoked_at: number | null;
  last_seen_at: number | null;
  seq: number;
  boot_ids: string;
};

export type Column = keyof DeviceRow;
type Cell = string | number | null;
/** A column's value before and after. */
export type RowChanges = Partial<Record<Column, [Cell, Cell]>>;

const keptBootIds = 8;

const mergedState = (a: DeviceState, b: DeviceState): DeviceState => {
  const states = [a, b];
  if (states.includes('managed')) return 'managed';
  // A hold was because of the other record: that is decided now, approval is not.
  return states.includes('pending') || states.includes('held') ? 'pending' : 'discovered';
};

const earlier = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.min(a, b);
const later = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : Math.max(a, b));

const union = (a: string, b: string): string =>
  JSON.stringify([...new Set([...(JSON.parse(a) as string[]), ...(JSON.parse(b) as string[])])].sort());

/** What changes in the row that is kept, whose hardware UUID is `uuid` then. */
export const mergedRow = (keep: DeviceRow, other: DeviceRow, uuid: string | null): RowChanges => {
  const newer = (other.last_seen_at ?? other.created_at) > (keep.last_seen_at ?? keep.created_at) ? other : keep;
  const older = newer === keep ? other : keep;
  const text = (column: 'hostname' | 'os' | 'arch' | 'agent_version'): string => newer[column] || older[column];
  const boots = [...(JSON.parse(newer.boot_ids) as string[]), ...(JSON.parse(older.boot_ids) as string[])];
  const merged: Partial<Record<Column, Cell>> = {
    state: mergedState(keep.state, other.state),
    uuid,
    serial: newer.serial ?? older.serial,
    macs: union(keep.macs, other.macs),
    hostname: text('hostname'),
    os: text('os'),
    arch: text('arch'),
    agent_version: text('agent_version'),
    held_reason: null,
    resembles: keep.resembles === other.id ? null : keep.resembles,
    approved_at: earlier(keep.approved_at, other.approved_at),
    enrolled_at: earlier(keep.enrolled_at, other.enrolled_at),
    last_seen_at: later(keep.last_seen_at, other.last_seen_at),
    boot_ids: JSON.stringify([...new Set(boots)].slice(0, keptBootIds)),
    device_group: keep.device_group ?? other.device_group,
  };
  const changes: RowChanges = {};
  for (const [name, after] of Object.entries(merged) as [Column, Cell][]) {
    if (keep[name] !== after) changes[name] = [keep[name], after];
  }
  return changes;
};

/** The columns to set when it is undone: what was not changed since. */
export const unmergedRow = (now: DeviceRow, changes: RowChanges): Partial<Record<Column, Cell>> =>
  Object.fromEntries(
    (Object.entries(changes) as [Column, [Cell, Cell]][])
      .filter(([name, [, after]]) => now[name] === after)
      .map(([name, [before]]) => [name, before]),
  );
