import type { DeviceHead, DeviceTab } from '../components/device-frame.tsx';
import type { Ctx } from '../context.ts';
import type { ListState } from '../list.ts';
import type { FieldColumn, Value, When } from '../model.ts';

/** A tab of a device: the rows of one collection, generated from its declaration. */
export type DeviceCollectionProps = {
  readonly ctx: Ctx;
  readonly device: DeviceHead;
  readonly tabs: readonly DeviceTab[];
  readonly collection: string;
  readonly single: boolean;
  readonly titleField: string;
  readonly columns: readonly FieldColumn[];
  readonly list: ListState;
  readonly rows: readonly {
    readonly id: number;
    readonly values: Readonly<Record<string, Value>>;
    readonly href?: string;
  }[];
  readonly total: number;
  readonly next?: string | undefined;
  /** The door that reported it and when; null when nothing has been reported yet. */
  readonly reported: { readonly door: string; readonly at: When } | null;
  /** `withheld`: personal values are null until the reader asks; asking is recorded. */
  readonly personal: 'none' | 'withheld' | 'shown';
};

/** In work. */
export const DeviceCollection = ({ ctx }: DeviceCollectionProps) => <p>{ctx.site.name}</p>;
