import { LinkButton } from '../components/form.tsx';
import { Empty, Facts, Panel } from '../components/panel.tsx';
import { Status } from '../components/status.tsx';
import { To, Unknown } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import { paths } from '../paths.ts';
import { ConduitTable, ZoneControllers } from './zone-tables.tsx';
import type { ConduitView, ZoneView } from './zones-model.ts';

type ZoneProps = {
  readonly ctx: Ctx;
  readonly zone: ZoneView;
  readonly conduits: readonly ConduitView[];
};

const maxListed = 500;

/** One zone: what was decided for it, its controllers, the ways in and out. */
export const ZonePage = ({ ctx, zone, conduits }: ZoneProps) => {
  const word = (text: string | null) => (text === null ? <Unknown /> : <span translate="no">{text}</span>);
  const unjudged = zone.controllers.filter(({ unjudged }) => unjudged).length;
  const option = (field: string, value: string) => ctx.tDynamic(`kind.controller-zone.option.${field}.${value}`);
  return (
    <Page
      ctx={ctx}
      title={zone.name}
      untranslatedTitle
      crumbs={[{ label: ctx.t('controllers.tab.zones'), href: paths.controllerZones() }]}
      mark={
        zone.health === 'ok' && unjudged > 0 ? (
          <Status level="info">{ctx.t('zones.unjudged', { n: unjudged })}</Status>
        ) : (
          <Status level={zone.health} />
        )
      }
      sub={ctx.t('zones.controllers', { n: zone.controllers.length })}
      actions={
        <>
          <LinkButton href={paths.object('controller-zone', zone.id)} needs="controllers:write">
            {ctx.t('zones.edit')}
          </LinkButton>
          <LinkButton href={paths.objectRevisions('controller-zone', zone.id)}>{ctx.t('common.revisions')}</LinkButton>
        </>
      }
    >
      <div class="grid">
        <Panel title={ctx.t('zones.decided')} span={6} body>
          <Facts
            rows={[
              [ctx.t('common.level'), option('level', zone.level)],
              [
                ctx.t('zones.security'),
                zone.belowTarget === undefined ? (
                  word(zone.note === '' ? null : zone.note)
                ) : (
                  <Status level="warning">{ctx.t('zones.below', zone.belowTarget)}</Status>
                ),
              ],
              [
                ctx.t('kind.controller-zone.field.parent'),
                zone.parent === undefined ? (
                  <Unknown />
                ) : (
                  <To href={paths.controllerZone(zone.parent.id)} translate="no">
                    {zone.parent.name}
                  </To>
                ),
              ],
              [
                ctx.t('field.criticality'),
                zone.criticality === null ? <Unknown /> : option('criticality', zone.criticality),
              ],
              [ctx.t('kind.controller-zone.field.safety'), ctx.t(zone.safety ? 'common.yes' : 'common.no')],
              [ctx.t('field.owner'), word(zone.owner)],
              [ctx.t('field.description'), word(zone.description)],
            ]}
          />
        </Panel>
        <Panel title={ctx.t('zones.queries')} span={6} body>
          <Facts
            rows={[
              [
                ctx.t('kind.controller-zone.field.queryPolicy'),
                zone.safety ? ctx.t('zones.safetyNever') : option('queryPolicy', zone.queryPolicy),
              ],
              [ctx.t('common.networks'), word(zone.prefixes.length === 0 ? null : zone.prefixes.join(', '))],
            ]}
          />
        </Panel>
      </div>
      <Panel
        title={ctx.t('nav.controllers')}
        context={
          zone.controllers.length > maxListed
            ? ctx.t('zones.more', { n: zone.controllers.length - maxListed })
            : undefined
        }
      >
        {zone.controllers.length === 0 ? (
          <Empty title={ctx.t('zones.empty')}>{ctx.t('zones.emptyWhy')}</Empty>
        ) : (
          <ZoneControllers ctx={ctx} caption={ctx.t('nav.controllers')} rows={zone.controllers.slice(0, maxListed)} />
        )}
      </Panel>
      <Panel title={ctx.t('kind.controller-conduit.title')}>
        {conduits.length === 0 ? (
          <Empty title={ctx.t('zones.noConduits')}>{ctx.t('zones.noConduitsWhy')}</Empty>
        ) : (
          <ConduitTable ctx={ctx} conduits={conduits} />
        )}
      </Panel>
    </Page>
  );
};
