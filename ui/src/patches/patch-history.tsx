import { Empty, Panel } from '../components/panel.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Hash, Time } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import type { When } from '../model.ts';
import type { UrgencyView } from './patch-marks.tsx';

export type PatchMoveRow = {
  readonly at: When;
  readonly type: string;
  readonly from: string;
  readonly to: string;
  readonly who: string;
  readonly signed: readonly string[];
  readonly reason: string;
  /** What was known of the hurry then. */
  readonly urgency: UrgencyView | null;
  /** Name and value; times are told by their names. */
  readonly evidence: readonly { readonly name: string; readonly value: string | number }[];
  readonly files: readonly string[];
};

const Evidence = ({ ctx, row }: { ctx: Ctx; row: PatchMoveRow }) => (
  <>
    {row.evidence.map(({ name, value }) => (
      <div class="small">
        {ctx.tDynamic(`patches.field.${name}`)}:{' '}
        {typeof value === 'number' ? (
          <Time at={value} />
        ) : name === 'testedOn' ? (
          ctx.tDynamic(`patches.tested.${value}`)
        ) : (
          <span translate="no">{value}</span>
        )}
      </div>
    ))}
    {row.files.map((sha256) => (
      <Hash value={sha256} />
    ))}
    {row.evidence.length + row.files.length === 0 ? <span class="dim">–</span> : null}
  </>
);

/** Who did what with a patch, when, why, and on what it rests; the newest first. */
export const PatchHistory = ({ ctx, rows }: { ctx: Ctx; rows: readonly PatchMoveRow[] }) => (
  <Panel title={ctx.t('patches.history')}>
    {rows.length === 0 ? (
      <Empty title={ctx.t('patches.historyNone')} />
    ) : (
      <DataTable<(typeof rows)[number]>
        caption={ctx.t('patches.history')}
        rows={rows}
        records="labelled"
        columns={[
          { key: 'at', label: ctx.t('common.when'), fit: true, cell: (row) => <Time at={row.at} /> },
          column('to', ctx.t('patches.toLabel'), (row) => (
            <>
              {ctx.tDynamic(row.type === 'extension' ? 'patches.type.extension' : `patches.state.${row.to}`)}
              <div class="small second">
                {row.type === 'move' || row.type === 'extension'
                  ? ctx.tDynamic(`patches.state.${row.from}`)
                  : ctx.tDynamic(`patches.type.${row.type}`)}
              </div>
            </>
          )),
          column('who', ctx.t('common.who'), { any: true }, (row) => (
            <>
              {row.who}
              {row.signed.map((who) => (
                <div class="small second">{ctx.t('patches.signedBy', { who })}</div>
              ))}
            </>
          )),
          column('why', ctx.t('common.why'), { any: true }, (row) => (
            <>
              {row.reason}
              {row.urgency?.decision == null ? null : (
                <div class="small second">
                  {ctx.t('patches.urgencyThen', { decision: ctx.tDynamic(`decision.${row.urgency.decision}`) })}
                  {row.urgency.exploited.length === 0
                    ? null
                    : ` ${ctx.t('patches.exploited', { n: row.urgency.exploited.length })}`}
                </div>
              )}
            </>
          )),
          column('evidence', ctx.t('patches.evidenceLabel'), { any: true }, (row) => <Evidence ctx={ctx} row={row} />),
        ]}
      />
    )}
  </Panel>
);
