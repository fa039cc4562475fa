import { Empty, Panel } from '../components/panel.tsx';
import { Status } from '../components/status.tsx';
import { DataTable } from '../components/table.tsx';
import type { Ctx } from '../context.ts';
import { paths } from '../paths.ts';
import type { OverviewProps } from './overview-model.ts';

/** Zones with controllers, the worst first. */
export const OverviewControllers = ({
  ctx,
  zones,
}: {
  ctx: Ctx;
  zones: NonNullable<OverviewProps['controllers']>['zones'];
}) => (
  <Panel
    title={ctx.t('nav.controllers')}
    context={ctx.t('overview.byZone')}
    span={6}
    link={<a href={paths.controllerZones()}>{ctx.t('controllers.tab.zones')}</a>}
  >
    {zones.length === 0 ? (
      <Empty title={ctx.t('zones.none')}>{ctx.t('zones.noneWhy')}</Empty>
    ) : (
      <DataTable
        ctx={ctx}
        plain
        caption={ctx.t('overview.byZoneCaption')}
        rows={zones}
        columns={[
          {
            key: 'zone',
            label: ctx.t('zones.zone'),
            head: true,
            cell: (zone) => (
              <a href={paths.controllerZone(zone.id)} translate="no">
                {zone.name}
              </a>
            ),
          },
          { key: 'total', label: ctx.t('overview.total'), num: true, cell: (zone) => ctx.fmt.number(zone.controllers) },
          {
            key: 'state',
            label: ctx.t('zones.state'),
            cell: (zone) => (
              <Status ctx={ctx} level={zone.health}>
                {zone.reason === undefined
                  ? ctx.t('level.ok')
                  : zone.abnormal < 2
                    ? ctx.say(zone.reason)
                    : ctx.t('overview.andMore', { n: zone.abnormal - 1, reason: ctx.say(zone.reason) })}
              </Status>
            ),
          },
        ]}
      />
    )}
  </Panel>
);

/**
 * In order: what is abnormal, where is the medium, what must be done, how old is our knowledge, whether controllers are as
 * they should be, what happened.
 */
