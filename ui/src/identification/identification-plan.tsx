import { column, DataTable } from '../components/table.tsx';
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
    <DataTable<(typeof target.packets)[number]>
      caption={ctx.t('identification.packetsOf', { name: target.label })}
      plain
      records="labelled"
      rows={target.packets}
      columns={[
        column('to', ctx.t('identification.to'), { fit: true }, (row) => <span translate="no">{row.to}</span>),
        column('meaning', ctx.t('identification.meaning'), { any: true }, (row: PlannedPacketView) => (
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
        )),
        { key: 'when', label: ctx.t('common.when'), cell: (row) => ctx.t(`identification.when.${row.when}`) },
        column('bytes', ctx.t('identification.bytes'), { any: true }, (row) => (
          <code class="hash" translate="no">
            {row.hex.replace(/(.{4})(?=.)/g, '$1 ')}
          </code>
        )),
      ]}
    />
  </>
);

/** Every packet that would leave, per controller. */
export const PlanTable = ({ ctx, targets }: { ctx: Ctx; targets: readonly PlanTargetView[] }) => (
  <DataTable<(typeof targets)[number]>
    caption={ctx.t('common.whatWouldBeSent')}
    records="labelled"
    rows={targets}
    columns={[
      column('label', ctx.t('identification.target'), { any: true }, (row) => (
        <To class="name" href={paths.identificationPolicy(row.controller)} translate="no">
          {row.label}
        </To>
      )),
      column('host', ctx.t('identification.address'), { any: true }, (row) => <span translate="no">{row.host}</span>),
      column('zone', ctx.t('identification.zone'), { any: true }, (row) => <span translate="no">{row.zoneName}</span>),
      column('known', ctx.t('identification.known'), { any: true }, (row) =>
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
      ),
      column(
        'missing',
        ctx.t('identification.missing'),
        { any: true },
        (row) => row.missing.map((field) => fieldText(ctx, field)).join(', ') || '–',
      ),
      column('gap', ctx.t('identification.gap'), { num: true }, (row) =>
        ctx.t('common.milliseconds', { n: ctx.fmt.number(row.gapMs) }),
      ),
      column('packets', ctx.t('identification.packets'), { num: true }, (row) => ctx.fmt.number(row.packets.length)),
    ]}
    open={(row) => <Packets ctx={ctx} target={row} />}
  />
);

/** Controllers of the job that are not asked, and why. */
export const LeftOutTable = ({ ctx, rows }: { ctx: Ctx; rows: readonly LeftOutView[] }) => (
  <DataTable<(typeof rows)[number]>
    caption={ctx.t('identification.leftOut')}
    records="labelled"
    rows={rows}
    columns={[
      column('label', ctx.t('identification.target'), { any: true }, (row) => (
        <To href={paths.identificationPolicy(row.controller)} translate="no">
          {row.label}
        </To>
      )),
      column('why', ctx.t('common.why'), { any: true }, (row) => ctx.tDynamic(`identification.hindrance.${row.why}`)),
    ]}
  />
);
