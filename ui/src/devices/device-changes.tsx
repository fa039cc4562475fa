import type { ChangeRow } from '../components/changes.tsx';
import { Changes } from '../components/changes.tsx';
import type { DeviceHead, DeviceTab } from '../components/device-frame.tsx';
import { DeviceFrame } from '../components/device-frame.tsx';
import { Filters, isFiltered, NoMatch, Pager } from '../components/list-tools.tsx';
import { Empty, Panel } from '../components/panel.tsx';
import type { Ctx } from '../context.ts';
import type { ListState } from '../list.ts';
import type { FilterField } from '../model.ts';

type DeviceChangesProps = {
  readonly ctx: Ctx;
  readonly device: DeviceHead;
  readonly tabs: readonly DeviceTab[];
  readonly list: ListState;
  readonly rows: readonly ChangeRow[];
  readonly next?: string | undefined;
  readonly filters: readonly FilterField[];
};

/** What changed on a device, newest first. */
export const DeviceChanges = ({ ctx, device, tabs, list, rows, next, filters }: DeviceChangesProps) => (
  <DeviceFrame ctx={ctx} device={device} tabs={tabs} current="changes">
    <Filters ctx={ctx} list={list} placeholder={ctx.t('changes.search')} filters={filters} />
    <Panel
      title={ctx.t('devices.tab.changes')}
      foot={<Pager ctx={ctx} list={list} next={next} order={ctx.t('changes.order')} />}
    >
      {rows.length === 0 && isFiltered(list) ? (
        <NoMatch ctx={ctx} list={list} />
      ) : rows.length === 0 ? (
        <Empty title={ctx.t('changes.none')}>{ctx.t('changes.noneWhy')}</Empty>
      ) : (
        <div class="body">
          <Changes ctx={ctx} rows={rows} />
        </div>
      )}
    </Panel>
  </DeviceFrame>
);
