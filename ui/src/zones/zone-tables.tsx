import { Status } from '../components/status.tsx';
import { DataTable } from '../components/table.tsx';
import { Time, To, Unknown } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { paths } from '../paths.ts';
import type { ConduitView, ZoneControllerView, ZoneView } from './zones-model.ts';

/** How a zone is, in words: what it lacks itself, then its controllers. */
const ZoneHealth = ({ ctx, zone }: { ctx: Ctx; zone: ZoneView }) => {
  const abnormal = zone.controllers.filter(({ level }) => level !== 'ok').length;
  if (zone.controllers.length === 0 && zone.belowTarget === undefined) return <Unknown ctx={ctx} />;
  return (
    <>
      {abnormal === 0 ? null : (
        <div>
          <Status ctx={ctx} level={zone.controllers.some(({ level }) => level === 'critical') ? 'critical' : 'warning'}>
            {ctx.t('zones.abnormal', { n: abnormal })}
          </Status>
        </div>
      )}
      {zone.belowTarget === undefined ? null : (
        <div>
          <Status ctx={ctx} level="warning">
            {ctx.t('zones.below', zone.belowTarget)}
          </Status>
        </div>
      )}
      {abnormal === 0 && zone.belowTarget === undefined ? <Status ctx={ctx} level="ok" /> : null}
    </>
  );
};

/** Every zone, with what the drawing shows of it. */
export const ZoneTable = ({ ctx, zones }: { ctx: Ctx; zones: readonly ZoneView[] }) => (
  <DataTable
    ctx={ctx}
    caption={ctx.t('kind.controller-zone.title')}
    rows={zones}
    records="labelled"
    lines
    columns={[
      {
        key: 'name',
        label: ctx.t('zones.zone'),
        head: true,
        cell: (zone) => (
          <To ctx={ctx} href={paths.controllerZone(zone.id)} translate="no">
            {zone.name}
          </To>
        ),
      },
      {
        key: 'level',
        label: ctx.t('zones.level'),
        cell: (zone) => ctx.tDynamic(`kind.controller-zone.option.level.${zone.level}`),
      },
      { key: 'state', label: ctx.t('zones.state'), cell: (zone) => <ZoneHealth ctx={ctx} zone={zone} /> },
      {
        key: 'controllers',
        label: ctx.t('nav.controllers'),
        num: true,
        cell: (zone) =>
          zone.controllers.length === 0 ? <span class="zero">0</span> : ctx.fmt.number(zone.controllers.length),
      },
      {
        key: 'sl',
        label: ctx.t('zones.security'),
        cell: (zone) => (zone.note === '' ? <Unknown ctx={ctx} /> : zone.note),
      },
      {
        key: 'prefixes',
        label: ctx.t('zones.networks'),
        cell: (zone) =>
          zone.prefixes.length === 0 ? <Unknown ctx={ctx} /> : <span translate="no">{zone.prefixes.join(', ')}</span>,
      },
      {
        key: 'queries',
        label: ctx.t('zones.queries'),
        cell: (zone) => ctx.tDynamic(`kind.controller-zone.option.queryPolicy.${zone.queryPolicy}`),
      },
    ]}
  />
);

/** Every conduit with its rules. */
export const ConduitTable = ({ ctx, conduits }: { ctx: Ctx; conduits: readonly ConduitView[] }) => (
  <DataTable
    ctx={ctx}
    caption={ctx.t('kind.controller-conduit.title')}
    rows={conduits}
    records="labelled"
    lines
    columns={[
      {
        key: 'name',
        label: ctx.t('zones.conduit'),
        head: true,
        cell: (conduit) => (
          <To ctx={ctx} href={paths.object('controller-conduit', conduit.id)} translate="no">
            {conduit.name}
          </To>
        ),
      },
      {
        key: 'from',
        label: ctx.t('zones.from'),
        cell: ({ from }) => (
          <To ctx={ctx} href={paths.controllerZone(from.id)} translate="no">
            {from.name}
          </To>
        ),
      },
      {
        key: 'to',
        label: ctx.t('zones.to'),
        cell: ({ to }) => (
          <To ctx={ctx} href={paths.controllerZone(to.id)} translate="no">
            {to.name}
          </To>
        ),
      },
      {
        key: 'direction',
        label: ctx.t('zones.direction'),
        cell: ({ direction }) => ctx.tDynamic(`kind.controller-conduit.option.direction.${direction}`),
      },
      {
        key: 'means',
        label: ctx.t('zones.means'),
        cell: ({ means }) => ctx.tDynamic(`kind.controller-conduit.option.means.${means}`),
      },
      {
        key: 'rules',
        label: ctx.t('zones.rules'),
        any: true,
        cell: ({ rules }) =>
          rules.length === 0 ? (
            <Unknown ctx={ctx} />
          ) : (
            <span translate="no">
              {rules.map((rule) => (
                <div>{rule}</div>
              ))}
            </span>
          ),
      },
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
  <DataTable
    ctx={ctx}
    caption={caption}
    rows={rows}
    records="labelled"
    lines
    columns={[
      {
        key: 'name',
        label: ctx.t('zones.controller'),
        head: true,
        cell: (row) => (
          <To ctx={ctx} href={paths.controller(row.id)} translate="no">
            {row.name}
          </To>
        ),
      },
      ...(rows.some(({ zone }) => zone !== undefined)
        ? [
            {
              key: 'zone',
              label: ctx.t('zones.zone'),
              cell: (row: { readonly zone?: string }) => <span translate="no">{row.zone ?? '–'}</span>,
            },
          ]
        : []),
      {
        key: 'state',
        label: ctx.t('zones.state'),
        cell: (row) =>
          row.reasons.length === 0 ? (
            <Status ctx={ctx} level={row.level} />
          ) : (
            row.reasons.map(({ level, message }) => (
              <div>
                <Status ctx={ctx} level={level}>
                  {ctx.say(message)}
                </Status>
              </div>
            ))
          ),
      },
      {
        key: 'since',
        label: ctx.t('zones.since'),
        cell: (row) => {
          const since = row.reasons.flatMap((reason) => reason.since ?? [])[0];
          return since === undefined ? <Unknown ctx={ctx} /> : <Time ctx={ctx} at={since} />;
        },
      },
    ]}
  />
);
