import { DecideButtons } from '../baselines/deviations.tsx';
import { type DeviationRow, DeviationTable } from '../components/deviations.tsx';
import type { DeviceHead, DeviceTab } from '../components/device-frame.tsx';
import { DeviceFrame } from '../components/device-frame.tsx';
import { LinkButton, PostForm, withoutRight } from '../components/form.tsx';
import { Pager, Toolbar } from '../components/list-tools.tsx';
import { Empty, Notice, Panel } from '../components/panel.tsx';
import type { Ctx } from '../context.ts';
import { type ListState, listParams } from '../list.ts';
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
    <LinkButton
      kind="primary"
      href={paths.baselineNew({ device: device.id })}
      unavailable={withoutRight(ctx, 'devices:write')}
    >
      {ctx.t(baselines.some(({ id }) => id === `device:${device.id}`) ? 'baselines.approveAgain' : 'baselines.new')}
    </LinkButton>
  );
  return (
    <DeviceFrame ctx={ctx} device={device} tabs={tabs} current="deviations" actions={approve}>
      {baselines
        .filter(({ expired }) => expired)
        .map(({ id, name, approvedAt }) => (
          <Notice ctx={ctx} level="warning" title={name}>
            <a href={paths.baseline(id)}>{ctx.t('baselines.expired', { at: ctx.fmt.date(approvedAt) })}</a>
          </Notice>
        ))}
      <Panel
        title={ctx.t('nav.deviations')}
        context={
          <span>
            {baselines.map(({ id, name }, index) => (
              <>
                {index === 0 ? null : ', '}
                <a href={paths.baseline(id)} translate="no">
                  {name}
                </a>
              </>
            ))}
          </span>
        }
        foot={<Pager ctx={ctx} list={list} next={page.next} order={ctx.t('deviations.newest')} />}
      >
        {page.rows.length > 0 ? (
          <>
            <PostForm ctx={ctx} action={paths.deviationsDecide()} id={form}>
              {listParams(list).map(([name, value]) => (
                <input type="hidden" name={name} value={value} />
              ))}
              <input type="hidden" name="device" value={device.id} />
              <input type="hidden" name="back" value={paths.deviceTab(device.id, 'deviations')} />
            </PostForm>
            <Toolbar
              ctx={ctx}
              count={ctx.t('list.shown', { shown: page.rows.length, n: page.total })}
              bulk={{
                list,
                total: page.total,
                shown: page.rows.length,
                actions: <DecideButtons ctx={ctx} form={form} />,
              }}
            />
            <DeviationTable
              ctx={ctx}
              caption={ctx.t('nav.deviations')}
              rows={page.rows}
              limitDays={limitDays}
              withDevice={false}
              list={list}
              select={{
                form,
                id: (row) => String(row.id),
                label: (row) => ctx.t('list.selectRow', { name: row.change.title ?? String(row.id) }),
              }}
            />
          </>
        ) : baselines.length === 0 ? (
          <Empty title={ctx.t('baselines.noneForDevice')}>{ctx.t('baselines.noneForDeviceWhy')}</Empty>
        ) : (
          <Empty title={ctx.t('deviations.none')}>{ctx.t('deviations.noneWhy')}</Empty>
        )}
      </Panel>
    </DeviceFrame>
  );
};
