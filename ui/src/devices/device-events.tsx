import type { DeviceHead, DeviceTab } from '../components/device-frame.tsx';
import { DeviceFrame } from '../components/device-frame.tsx';
import { ListPanel } from '../components/list-panel.tsx';
import { Empty } from '../components/panel.tsx';
import type { Ctx } from '../context.ts';
import type { EventRow } from '../events/events.tsx';
import { eventColumns } from '../events/events.tsx';
import type { ListState } from '../list.ts';
import type { PageOf } from '../model.ts';

type DeviceEventsProps = {
  readonly ctx: Ctx;
  readonly device: DeviceHead;
  readonly tabs: readonly DeviceTab[];
  readonly list: ListState;
  readonly page: PageOf<EventRow>;
};

/** Events of one device. */
export const DeviceEvents = ({ ctx, device, tabs, list, page }: DeviceEventsProps) => (
  <DeviceFrame ctx={ctx} device={device} tabs={tabs} current="events">
    <ListPanel
      list={list}
      page={page}
      order={ctx.t('common.newestFirst')}
      table={{ caption: ctx.t('nav.events'), columns: eventColumns(ctx, { withDevice: false }) }}
      empty={<Empty title={ctx.t('events.none')} />}
    />
  </DeviceFrame>
);
