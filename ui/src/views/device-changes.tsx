import type { ChangeRow } from '../components/changes.tsx';
import type { DeviceHead, DeviceTab } from '../components/device-frame.tsx';
import type { Ctx } from '../context.ts';
import type { ListState } from '../list.ts';

export type DeviceChangesProps = {
  readonly ctx: Ctx;
  readonly device: DeviceHead;
  readonly tabs: readonly DeviceTab[];
  readonly list: ListState;
  readonly rows: readonly ChangeRow[];
  readonly next?: string | undefined;
  readonly collections: readonly string[];
};

/** In work. */
export const DeviceChanges = ({ ctx }: DeviceChangesProps) => <p>{ctx.site.name}</p>;
