import { Status } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Time, To, Unknown } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { isAbnormal } from '../drawing/zones-model.ts';
import { paths } from '../paths.ts';
import type { ConduitView, ZoneControllerView, ZoneView } from './zones-model.ts';

/** How a zone is, in words: what it lacks itself, then its controllers. */
const ZoneHealth = ({ ctx, zone }: { ctx: Ctx; zone: ZoneView }) => {
  const abnormal = zone.controllers.filter(isAbnormal).length;
  const unjudged = zone.controllers.filter(({ unjudged }) => unjudged).length;
  if (zone.controllers.length === 0 && zone.belowTarget === undefined) return <Unknown />;
  return (
    <>
      {abnormal === 0 ? null : (
        <div>
          <Status level={zone.controllers.some(({ level }) => level === 'critical') ? 'critical' : 'warning'}>
            {ctx.t('zones.abnormal', { n: abnormal })}
          </Status>
        </div>
      )}
      {zone.belowTarget === undefined ? null : (
        <div>
          <Status level="warning">{ctx.t('zones.below', zone.belowTarget)}</Status>
        </div>
      )}
      {unjudged === 0 ? null : (
        <div>
          <Status level="info">{ctx.t('zones.unjudged', { n: unjudged })}</Status>
        </div>
      )}
      {abnormal + unjudged === 0 && zone.belowTarget === undefined ? <Status level="ok" /> : null}
    </>
  );
};

/** Every zone, with what the drawing shows of it. */
export const ZoneTable = ({ ctx, zones }: { ctx: Ctx; zones: readonly ZoneView[] }) => (
  <DataTable<(typeof zones)[number]>
    caption={ctx.t('kind.controller-zone.title')}
    rows={zones}
    records="labelled"
    lines
    columns={[
      column('name', ctx.t('field.zone'), { head: true }, (zone) => (
        <To href={paths.controllerZone(zone.id)} translate="no">
          {zone.name}
        </To>
      )),
      column('level', ctx.t('common.level'), (zone) => ctx.tDynamic(`kind.controller-zone.option.level.${zone.level}`)),
      { key: 'state', label: ctx.t('field.state'), cell: (zone) => <ZoneHealth ctx={ctx} zone={zone} /> },
      column('controllers', ctx.t('nav.controllers'), { num: true }, (zone) =>
        zone.controllers.length === 0 ? <span class="zero">0</span> : ctx.fmt.number(zone.controllers.length),
      ),
      column('sl', ctx.t('zones.security'), (zone) => (zone.note === '' ? <Unknown /> : zone.note)),
      column('prefixes', ctx.t('common.networks'), (zone) =>
        zone.prefixes.length === 0 ? <Unknown /> : <span translate="no">{zone.prefixes.join(', ')}</span>,
      ),
      column('queries', ctx.t('zones.queries'), (zone) =>
        ctx.tDynamic(`kind.controller-zone.option.queryPolicy.${zone.queryPolicy}`),
      ),
    ]}
  />
);

/** Every conduit with its rules. */
export const ConduitTable = ({ ctx, conduits }: { ctx: Ctx; conduits: readonly ConduitView[] }) => (
  <DataTable<(typeof conduits)[number]>
    caption={ctx.t('kind.controller-conduit.title')}
    rows={conduits}
    records="labelled"
    lines
    columns={[
      column('name', ctx.t('zones.conduit'), { head: true }, (conduit) => (
        <To href={paths.object('controller-conduit', conduit.id)} translate="no">
          {conduit.name}
        </To>
      )),
      column('from', ctx.t('common.from'), ({ from }) => (
        <To href={paths.controllerZone(from.id)} translate="no">
          {from.name}
        </To>
      )),
      column('to', ctx.t('common.to'), ({ to }) => (
        <To href={paths.controllerZone(to.id)} translate="no">
          {to.name}
        </To>
      )),
      column('direction', ctx.t('zones.direction'), ({ direction }) =>
        ctx.tDynamic(`kind.controller-conduit.option.direction.${direction}`),
      ),
      column('means', ctx.t('zones.means'), ({ means }) =>
        ctx.tDynamic(`kind.controller-conduit.option.means.${means}`),
      ),
      column('rules', ctx.t('zones.rules'), { any: true }, ({ rules }) =>
        rules.length === 0 ? (
          <Unknown />
        ) : (
          <span translate="no">
            {rules.map((rule) => (
              <div>{rule}</div>
            ))}
          </span>
        ),
      ),
    ]}
  />
);

/** Controllers with what is not as it should be. */
export const ZoneControllers = ({
  ctx,
  caption,
  rows,
}: {
  ctx: Ctx;
  caption: string;
  rows: readonly (ZoneControllerView & { readonly zone?: string })[];
}) => (
  <DataTable<(typeof rows)[number]>
    caption={caption}
    rows={rows}
    records="labelled"
    lines
    columns={[
      column('name', ctx.t('common.controller'), { head: true }, (row) => (
        <To href={paths.controller(row.id)} translate="no">
          {row.name}
        </To>
      )),
      ...(rows.some(({ zone }) => zone !== undefined)
        ? [
            column('zone', ctx.t('field.zone'), (row: { readonly zone?: string }) => (
              <span translate="no">{row.zone ?? '–'}</span>
            )),
          ]
        : []),
      column('state', ctx.t('field.state'), (row) =>
        row.reasons.length === 0 ? (
          <Status level={row.level} />
        ) : (
          row.reasons.map(({ level, message }) => (
            <div>
              <Status level={level}>{ctx.say(message)}</Status>
            </div>
          ))
        ),
      ),
      column('since', ctx.t('common.since'), (row) => {
        const since = row.reasons.flatMap((reason) => reason.since ?? [])[0];
        return since === undefined ? <Unknown /> : <Time at={since} />;
      }),
    ]}
  />
);
