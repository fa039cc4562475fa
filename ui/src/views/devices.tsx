import type { Ctx } from '../context.ts';
import type { ListState } from '../list.ts';
import type { FieldColumn, FilterField, Level, PageOf, Reference, Said, Value, When } from '../model.ts';

export type DeviceState = 'pending' | 'managed' | 'held' | 'revoked';

export type DeviceRow = {
  readonly id: string;
  readonly name: string;
  readonly state: DeviceState;
  readonly level: Level;
  /** Worst first; the first is shown. Keys `devices.reason.…` */
  readonly reasons: readonly Said[];
  readonly group?: Reference | undefined;
  readonly os?: string | undefined;
  readonly address?: string | undefined;
  readonly lastSeenAt: When | null;
  readonly act: number;
  readonly findings: number;
  readonly updates: number;
  /** By `<collection>.<field>`, for picked columns. */
  readonly extra?: Readonly<Record<string, Value>>;
};

/** Columns of its own; `extraColumns` are declared fields. Filter names: status, state, group, os, address, … */
export const deviceColumns = [
  'status',
  'name',
  'reason',
  'group',
  'os',
  'address',
  'seen',
  'act',
  'findings',
  'updates',
] as const;

export type DevicesProps = {
  readonly ctx: Ctx;
  readonly list: ListState;
  readonly page: PageOf<DeviceRow>;
  /** Of the whole site. */
  readonly siteTotal: number;
  readonly filters: readonly FilterField[];
  readonly extraColumns: readonly FieldColumn[];
  readonly groups: readonly Reference[];
  /** `all` of the list: how many the whole filter selects. */
};

/** In work. */
export const Devices = ({ ctx }: DevicesProps) => <p>{ctx.site.name}</p>;
