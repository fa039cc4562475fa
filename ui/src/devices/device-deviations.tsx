import { DecideButtons } from '../baselines/deviations.tsx';
import { type DeviationRow, deviationColumns } from '../components/deviations.tsx';
import type { DeviceHead, DeviceTab } from '../components/device-frame.tsx';
import { DeviceFrame } from '../components/device-frame.tsx';
import { LinkButton } from '../components/form.tsx';
import { ListPanel } from '../components/list-panel.tsx';
import { Empty, Notice } from '../components/panel.tsx';
import { To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import type { ListState } from '../list.ts';
import type { PageOf, Reference, When } from '../model.ts';
import { paths } from '../paths.ts';

type DeviceDeviationsProps = {
  readonly ctx: Ctx;
  readonly device: DeviceHead;
  readonly tabs: readonly DeviceTab[];
  readonly list: ListState;
  readonly page: PageOf<DeviationRow>;
  readonly limitDays: number;
  /** The baselines that it is under, the nearest first. */
  readonly baselines: readonly (Reference & { readonly approvedAt: When; readonly expired: boolean })[];
};

const form = 'device-deviations';

/** In what a device differs from its baselines. */
export const DeviceDeviations = ({ ctx, device, tabs, list, page, limitDays, baselines }: DeviceDeviationsProps) => {
  const approve = (
    <LinkButton kind="primary" href={paths.baselineNew({ device: device.id })} needs="devices:write">
      {ctx.t(baselines.some(({ id }) => id === `device:${device.id}`) ? 'baselines.approveAgain' : 'baselines.new')}
    </LinkButton>
  );
  return (
    <DeviceFrame ctx={ctx} device={device} tabs={tabs} current="deviations" actions={approve}>
      {baselines
        .filter(({ expired }) => expired)
        .map(({ id, name, approvedAt }) => (
          <Notice level="warning" title={name}>
            <To href={paths.baseline(id)}>{ctx.t('baselines.expired', { at: ctx.fmt.date(approvedAt) })}</To>
          </Notice>
        ))}
      <ListPanel
        list={list}
        title={ctx.t('nav.deviations')}
        context={
          <span>
            {baselines.map(({ id, name }, index) => (
              <>
                {index === 0 ? null : ', '}
                <To href={paths.baseline(id)} translate="no">
                  {name}
                </To>
              </>
            ))}
          </span>
        }
        page={page}
        order={ctx.t('common.newestFirst')}
        bulk={{
          form,
          action: paths.deviationsDecide(),
          id: (row) => String(row.id),
          list: { ...list, path: paths.deviations(), filters: [...list.filters, ['device', device.id]] },
          fields: [['back', paths.deviceTab(device.id, 'deviations')]],
          actions: <DecideButtons ctx={ctx} form={form} />,
        }}
        nameOf={(row) => row.change.title ?? String(row.id)}
        table={{
          caption: ctx.t('nav.deviations'),
          columns: deviationColumns(ctx, { limitDays, withDevice: false }),
          records: 'labelled',
        }}
        empty={
          baselines.length === 0 ? (
            <Empty title={ctx.t('baselines.noneForDevice')}>{ctx.t('baselines.noneForDeviceWhy')}</Empty>
          ) : (
            <Empty title={ctx.t('deviations.none')}>{ctx.t('deviations.noneWhy')}</Empty>
          )
        }
      />
    </DeviceFrame>
  );
};
