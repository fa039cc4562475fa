import type { DeviceHead, DeviceTab } from '../components/device-frame.tsx';
import type { Ctx } from '../context.ts';
import type { ListState } from '../list.ts';
import type { PageOf } from '../model.ts';
import type { EventRow } from './events.tsx';

export type DeviceEventsProps = {
  readonly ctx: Ctx;
  readonly device: DeviceHead;
  readonly tabs: readonly DeviceTab[];
  readonly list: ListState;
  readonly page: PageOf<EventRow>;
};

/** In work. */
export const DeviceEvents = ({ ctx }: DeviceEventsProps) => <p>{ctx.site.name}</p>;
