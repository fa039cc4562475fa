import { DataTable } from '../components/table.tsx';
import { To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { sourceName } from '../controller-source.ts';
import { paths } from '../paths.ts';
import type { LeftOutView, PlannedPacketView, PlanTargetView } from './identification-model.ts';

const fieldText = (ctx: Ctx, field: string): string =>
  ctx.tDynamic(
    `collection.controller.field.${field}`,
    {},
    ctx.tDynamic(`kind.controller-identification.field.${field}`, {}, field),
  );

const Packets = ({ ctx, target }: { ctx: Ctx; target: PlanTargetView }) => (
  <>
    {target.override === undefined ? null : (
      <p>{ctx.t('identification.override', { who: target.override.by, reason: target.override.reason })}</p>
    )}
    <DataTable
      ctx={ctx}
      caption={ctx.t('identification.packetsOf', { name: target.label })}
      plain
      records="labelled"
      rows={target.packets}
      columns={[
        {
          key: 'to',
          label: ctx.t('identification.to'),
          fit: true,
          cell: (row) => <span translate="no">{row.to}</span>,
        },
        {
          key: 'meaning',
          label: ctx.t('identification.meaning'),
          any: true,
          cell: (row: PlannedPacketView) => (
            <>
              {ctx.say(row.meaning)}
              {row.open.length === 0 ? null : (
                <div class="small second">
                  {ctx.t('identification.openParts', {
                    parts: row.open.map((part) => ctx.tDynamic(`identification.open.${part}`, {}, part)).join(', '),
                  })}
                </div>
              )}
            </>
          ),
        },
        { key: 'when', label: ctx.t('identification.when'), cell: (row) => ctx.t(`identification.when.${row.when}`) },
        {
          key: 'bytes',
          label: ctx.t('identification.bytes'),
          any: true,
          cell: (row) => (
            <code class="hash" translate="no">
              {row.hex.replace(/(.{4})(?=.)/g, '$1 ')}
            </code>
          ),
        },
      ]}
    />
  </>
);

/** Every packet that would leave, per controller. */
export const PlanTable = ({ ctx, targets }: { ctx: Ctx; targets: readonly PlanTargetView[] }) => (
  <DataTable
    ctx={ctx}
    caption={ctx.t('identification.plan')}
    records="labelled"
    rows={targets}
    columns={[
      {
        key: 'label',
        label: ctx.t('identification.target'),
        any: true,
        cell: (row) => (
          <To ctx={ctx} class="name" href={paths.identificationPolicy(row.controller)} translate="no">
            {row.label}
          </To>
        ),
      },
      {
        key: 'host',
        label: ctx.t('identification.address'),
        any: true,
        cell: (row) => <span translate="no">{row.host}</span>,
      },
      {
        key: 'zone',
        label: ctx.t('identification.zone'),
        any: true,
        cell: (row) => <span translate="no">{row.zoneName}</span>,
      },
      {
        key: 'known',
        label: ctx.t('identification.known'),
        any: true,
        cell: (row) =>
          row.known.length === 0
            ? '–'
            : row.known.map(({ field, value, source }) => (
                <div>
                  {fieldText(ctx, field)}: <span translate="no">{value}</span>{' '}
                  <span class="small second" translate="no">
                    {sourceName(ctx, source)}
                  </span>
                </div>
              )),
      },
      {
        key: 'missing',
        label: ctx.t('identification.missing'),
        any: true,
        cell: (row) => row.missing.map((field) => fieldText(ctx, field)).join(', ') || '–',
      },
      {
        key: 'gap',
        label: ctx.t('identification.gap'),
        num: true,
        cell: (row) => ctx.t('identification.ms', { n: ctx.fmt.number(row.gapMs) }),
      },
      {
        key: 'packets',
        label: ctx.t('identification.packets'),
        num: true,
        cell: (row) => ctx.fmt.number(row.packets.length),
      },
    ]}
    open={(row) => <Packets ctx={ctx} target={row} />}
  />
);

/** Controllers of the job that are not asked, and why. */
export const LeftOutTable = ({ ctx, rows }: { ctx: Ctx; rows: readonly LeftOutView[] }) => (
  <DataTable
    ctx={ctx}
    caption={ctx.t('identification.leftOut')}
    records="labelled"
    rows={rows}
    columns={[
      {
        key: 'label',
        label: ctx.t('identification.target'),
        any: true,
        cell: (row) => (
          <To ctx={ctx} href={paths.identificationPolicy(row.controller)} translate="no">
            {row.label}
          </To>
        ),
      },
      {
        key: 'why',
        label: ctx.t('identification.why'),
        any: true,
        cell: (row) => ctx.tDynamic(`identification.hindrance.${row.why}`),
      },
    ]}
  />
);
