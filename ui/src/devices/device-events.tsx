import type { DeviceHead, DeviceTab } from '../components/device-frame.tsx';
import { DeviceFrame } from '../components/device-frame.tsx';
import { Pager } from '../components/list-tools.tsx';
import { Empty, Panel } from '../components/panel.tsx';
import type { Ctx } from '../context.ts';
import type { EventRow } from '../events/events.tsx';
import { EventTable } from '../events/events.tsx';
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
    <Panel foot={<Pager ctx={ctx} list={list} next={page.next} order={ctx.t('events.order')} />}>
      {page.rows.length === 0 ? (
        <Empty title={ctx.t('events.none')} />
      ) : (
        <EventTable ctx={ctx} list={list} rows={page.rows} withDevice={false} />
      )}
    </Panel>
  </DeviceFrame>
);
