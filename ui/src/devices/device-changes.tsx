import type { ChangeRow } from '../components/changes.tsx';
import { Changes } from '../components/changes.tsx';
import type { DeviceHead, DeviceTab } from '../components/device-frame.tsx';
import { DeviceFrame } from '../components/device-frame.tsx';
import { ListPanel } from '../components/list-panel.tsx';
import type { Filtering } from '../components/list-tools.tsx';
import { Empty } from '../components/panel.tsx';
import type { Ctx } from '../context.ts';
import type { ListState } from '../list.ts';

type DeviceChangesProps = {
  readonly ctx: Ctx;
  readonly device: DeviceHead;
  readonly tabs: readonly DeviceTab[];
  readonly list: ListState;
  readonly rows: readonly ChangeRow[];
  readonly next?: string | undefined;
  readonly filters: Filtering;
};

/** What changed on a device, newest first. */
export const DeviceChanges = ({ ctx, device, tabs, list, rows, next, filters }: DeviceChangesProps) => (
  <DeviceFrame ctx={ctx} device={device} tabs={tabs} current="changes">
    <ListPanel
      list={list}
      title={ctx.t('devices.tab.changes')}
      page={{ rows, next }}
      filters={filters}
      search={ctx.t('changes.search')}
      order={ctx.t('common.newestFirst')}
      empty={<Empty title={ctx.t('changes.none')}>{ctx.t('changes.noneWhy')}</Empty>}
    >
      <div class="body">
        <Changes rows={rows} />
      </div>
    </ListPanel>
  </DeviceFrame>
);
