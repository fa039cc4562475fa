import type { DeviceHead, DeviceTab } from '../components/device-frame.tsx';
import type { Ctx } from '../context.ts';
import type { Approval, Installation, Supply, When } from '../model.ts';

export type DeviceUpdateRow = {
  readonly id: string;
  readonly name: string;
  readonly installedVersion?: string | undefined;
  readonly version: string;
  readonly security: boolean;
  readonly approval: Approval;
  readonly supply: Supply;
  readonly supplyReason?: string | undefined;
  readonly installation?: Installation | undefined;
  readonly at?: When | undefined;
  readonly deployment?: string | undefined;
};

export type DeviceUpdatesProps = {
  readonly ctx: Ctx;
  readonly device: DeviceHead;
  readonly tabs: readonly DeviceTab[];
  readonly rows: readonly DeviceUpdateRow[];
};

/** In work. */
export const DeviceUpdates = ({ ctx }: DeviceUpdatesProps) => <p>{ctx.site.name}</p>;
