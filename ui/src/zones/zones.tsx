import { LinkButton, withoutRight } from '../components/form.tsx';
import { Empty, Panel } from '../components/panel.tsx';
import { Shape, Status } from '../components/status.tsx';
import { To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { isAbnormal } from '../drawing/zones-model.ts';
import { Page } from '../frame/page.tsx';
import { paths } from '../paths.ts';
import { ConduitTable, ZoneControllers, ZoneTable } from './zone-tables.tsx';
import { ZonesDrawing } from './zones-drawing.tsx';
import type { ConduitView, ZoneControllerView, ZoneDoubtView, ZoneView } from './zones-model.ts';

type ZonesProps = {
  readonly ctx: Ctx;
  /** From the top. */
  readonly levels: readonly string[];
  readonly zones: readonly ZoneView[];
  readonly conduits: readonly ConduitView[];
  readonly outside: readonly ZoneControllerView[];
  readonly doubts: readonly ZoneDoubtView[];
};

const maxListed = 50;

const Legend = ({ ctx }: { ctx: Ctx }) => (
  <span class="row">
    <Status level="ok">{ctx.t('zones.legend.ok')}</Status>
    <Status level="info">{ctx.t('zones.legend.unjudged')}</Status>
    <Status level="warning">{ctx.t('zones.legend.warning')}</Status>
    <Status level="critical">{ctx.t('zones.legend.critical')}</Status>
    <span>{ctx.t('zones.legend.square')}</span>
    <span>{ctx.t('zones.legend.line')}</span>
    <span>{ctx.t('zones.legend.dashed')}</span>
  </span>
);

/** Zones and conduits as a drawing, and as tables with the same content. */
export const Zones = ({ ctx, levels, zones, conduits, outside, doubts }: ZonesProps) => {
  const unavailable = withoutRight(ctx, 'controllers:write');
  const newZone = (
    <LinkButton kind="primary" href={paths.objectNew('controller-zone')} unavailable={unavailable}>
      {ctx.t('kind.controller-zone.create')}
    </LinkButton>
  );
  const inZones = zones.flatMap((zone) => zone.controllers.map((controller) => ({ ...controller, zone: zone.name })));
  const all = [...inZones, ...outside];
  const abnormal = all.filter(isAbnormal);
  const worstFirst = [
    ...abnormal.filter(({ level }) => level === 'critical'),
    ...abnormal.filter(({ level }) => level === 'warning'),
  ];
  const label = ctx.t('zones.drawing', {
    zones: zones.length,
    conduits: conduits.length,
    controllers: inZones.length,
    abnormal: inZones.filter(isAbnormal).length,
  });
  return (
    <Page
      ctx={ctx}
      title={ctx.t('controllers.tab.zones')}
      sub={ctx.t('zones.sub', {
        n: all.length,
        zones: zones.length,
        ok: all.filter(({ level }) => level === 'ok').length,
        abnormal: abnormal.length,
        unjudged: all.filter(({ unjudged }) => unjudged).length,
      })}
      actions={
        <>
          {zones.length === 0 ? null : newZone}
          <LinkButton href={paths.objectNew('controller-conduit')} unavailable={unavailable}>
            {ctx.t('kind.controller-conduit.create')}
          </LinkButton>
        </>
      }
    >
      {zones.length === 0 ? (
        <Panel>
          <Empty title={ctx.t('zones.none')} action={newZone}>
            {ctx.t('zones.noneWhy')}
          </Empty>
        </Panel>
      ) : (
        <>
          <div class="hide-narrow">
            <Panel title={ctx.t('controllers.tab.zones')} foot={<Legend ctx={ctx} />}>
              <section class="scroll body" tabindex={0} aria-label={ctx.t('controllers.tab.zones')}>
                <ZonesDrawing ctx={ctx} levels={levels} zones={zones} conduits={conduits} label={label} />
              </section>
            </Panel>
          </div>
          {doubts.length === 0 ? null : (
            <Panel title={ctx.t('zones.doubts')}>
              <ul class="line">
                {doubts.map(({ message, href }) => (
                  <li>
                    <Shape name="warning" />
                    <To href={href}>{ctx.say(message)}</To>
                  </li>
                ))}
              </ul>
            </Panel>
          )}
          {worstFirst.length === 0 ? null : (
            <Panel
              id="rows"
              title={ctx.t('zones.notNormal')}
              context={
                worstFirst.length > maxListed ? ctx.t('zones.more', { n: worstFirst.length - maxListed }) : undefined
              }
            >
              <ZoneControllers ctx={ctx} caption={ctx.t('zones.notNormal')} rows={worstFirst.slice(0, maxListed)} />
            </Panel>
          )}
          <Panel id={worstFirst.length === 0 ? 'rows' : undefined} title={ctx.t('kind.controller-zone.title')}>
            <ZoneTable ctx={ctx} zones={zones} />
          </Panel>
          <Panel title={ctx.t('kind.controller-conduit.title')}>
            {conduits.length === 0 ? (
              <Empty title={ctx.t('zones.noConduits')}>{ctx.t('zones.noConduitsWhy')}</Empty>
            ) : (
              <ConduitTable ctx={ctx} conduits={conduits} />
            )}
          </Panel>
        </>
      )}
      {outside.length === 0 ? null : (
        <Panel title={ctx.t('zones.withoutZone', { n: outside.length })}>
          <ZoneControllers
            ctx={ctx}
            caption={ctx.t('zones.withoutZone', { n: outside.length })}
            rows={outside.slice(0, maxListed)}
          />
        </Panel>
      )}
    </Page>
  );
};
