import type { DeviceHead, DeviceTab } from '../components/device-frame.tsx';
import type { Ctx } from '../context.ts';
import type { ListState } from '../list.ts';
import type { PageOf } from '../model.ts';
import type { FindingRow } from './vulnerabilities.tsx';

export type DeviceFindingsProps = {
  readonly ctx: Ctx;
  readonly device: DeviceHead;
  readonly tabs: readonly DeviceTab[];
  readonly list: ListState;
  readonly page: PageOf<FindingRow>;
  /** Packages of the device that no advisory source covers or that could not be compared. */
  readonly notComparable: number;
};

/** In work. */
export const DeviceFindings = ({ ctx }: DeviceFindingsProps) => <p>{ctx.site.name}</p>;
