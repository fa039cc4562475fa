import { Button, FileField, Hidden, PostForm, SelectField } from '../components/form.tsx';
import { Empty, Panel } from '../components/panel.tsx';
import { Status } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Hash, Time } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { Level, Message, When } from '../model.ts';
import { paths } from '../paths.ts';

/** Columns of a list as it is read. */
const fileFields = 'vendor, product, productVersion, patchId, supersedes, vendorState, testedDate, remarks, sha256';

type OutcomeRow = {
  readonly line: number;
  readonly patchId: string;
  readonly product: string;
  readonly outcome: string;
  readonly before: string | null;
  readonly after: string;
};

type FaultRow = { readonly line: number; readonly field: string; readonly code: string };

type ListRow = {
  readonly id: number;
  readonly name: string;
  readonly sha256: string;
  readonly at: When;
  readonly who: string;
  readonly rows: number;
  readonly changed: number;
  readonly undoneAt: When | null;
};

export type ApprovalsProps = {
  readonly ctx: Ctx;
  readonly lists: readonly ListRow[];
  readonly plan?:
    | {
        readonly draft: string;
        readonly name: string;
        readonly preset: string;
        readonly total: number;
        readonly changed: number;
        readonly rows: readonly OutcomeRow[];
        readonly faults: readonly FaultRow[];
      }
    | undefined;
  readonly error?: Message | undefined;
};

const presets = ['neutral', 'rockwell', 'siemens', 'emerson'] as const;
const levels: Readonly<Record<string, Level>> = {
  new: 'info',
  changed: 'running',
  'pulls-back': 'warning',
  proposed: 'warning',
  unchanged: 'done',
  older: 'info',
};

const Plan = ({ ctx, plan }: { ctx: Ctx; plan: NonNullable<ApprovalsProps['plan']> }) => (
  <>
    <Panel
      title={ctx.t('approvals.plan', { name: plan.name })}
      context={ctx.t('approvals.planCounts', { n: plan.total, changed: plan.changed, faults: plan.faults.length })}
    >
      {plan.rows.length === 0 ? null : (
        <DataTable<(typeof plan.rows)[number]>
          caption={ctx.t('approvals.plan', { name: plan.name })}
          rows={plan.rows}
          records="labelled"
          columns={[
            { key: 'line', label: ctx.t('approvals.line'), num: true, cell: (row) => ctx.fmt.number(row.line) },
            column('patch', ctx.t('patches.patch'), { head: true, any: true }, (row) => (
              <span translate="no">{row.patchId}</span>
            )),
            column('product', ctx.t('patches.product'), { any: true }, (row) => (
              <span translate="no">{row.product}</span>
            )),
            column('outcome', ctx.t('approvals.outcome'), (row) => (
              <Status level={levels[row.outcome] ?? 'info'}>{ctx.tDynamic(`approvals.outcome.${row.outcome}`)}</Status>
            )),
            column('before', ctx.t('common.from'), (row) =>
              row.before === null ? '–' : ctx.tDynamic(`patches.state.${row.before}`),
            ),
            column('after', ctx.t('patches.toLabel'), (row) => ctx.tDynamic(`patches.state.${row.after}`)),
          ]}
        />
      )}
      <div class="body">
        {plan.changed === 0 ? (
          <p>{ctx.t('approvals.nothing')}</p>
        ) : (
          <PostForm action={paths.approvalsApply()}>
            <Hidden
              fields={[
                ['draft', plan.draft],
                ['preset', plan.preset],
                ['name', plan.name],
              ]}
            />
            <Button kind="primary" needs="controllers:write" busy={ctx.t('common.working')}>
              {ctx.t('approvals.apply')}
            </Button>
          </PostForm>
        )}
      </div>
    </Panel>
    {plan.faults.length === 0 ? null : (
      <Panel title={ctx.t('approvals.faults')}>
        <DataTable<(typeof plan.faults)[number]>
          caption={ctx.t('approvals.faults')}
          rows={plan.faults}
          records="labelled"
          columns={[
            { key: 'line', label: ctx.t('approvals.line'), num: true, cell: (row) => ctx.fmt.number(row.line) },
            column('fault', ctx.t('approvals.outcome'), { any: true, head: true }, (row) =>
              ctx.tDynamic(`approvals.fault.${row.code}`, { field: row.field }),
            ),
          ]}
        />
      </Panel>
    )}
  </>
);

/** Lists of the vendors' words: what one would do, importing it, and taking it back. */
export const Approvals = ({ ctx, lists, plan, error }: ApprovalsProps) => (
  <Page ctx={ctx} title={ctx.t('approvals.title')} crumbs={[{ label: ctx.t('patches.title'), href: paths.patches() }]}>
    {plan === undefined ? null : <Plan ctx={ctx} plan={plan} />}
    <Panel title={ctx.t('patches.import')} body>
      <p>{ctx.rich('approvals.why', { fields: <code translate="no">{fileFields}</code> })}</p>
      <p class="second">{ctx.t('approvals.standard')}</p>
      <PostForm
        action={paths.approvals()}
        multipart
        class="form"
        errors={error === undefined ? undefined : { file: error }}
      >
        <SelectField
          name="preset"
          label={ctx.t('approvals.preset')}
          value={plan?.preset ?? 'neutral'}
          options={presets.map((value) => ({ value, label: ctx.t(`approvals.preset.${value}`) }))}
        />
        <FileField label={ctx.t('common.file')} />
        <div>
          <Button needs="controllers:write" busy={ctx.t('common.working')}>
            {ctx.t('approvals.preview')}
          </Button>
        </div>
      </PostForm>
    </Panel>
    <Panel title={ctx.t('approvals.done')}>
      {lists.length === 0 ? (
        <Empty title={ctx.t('approvals.none')} />
      ) : (
        <DataTable<(typeof lists)[number]>
          caption={ctx.t('approvals.done')}
          rows={lists}
          records="labelled"
          columns={[
            column('name', ctx.t('common.list'), { head: true, any: true }, (row) => (
              <>
                <span translate="no">{row.name}</span>
                <br />
                <Hash value={row.sha256} />
              </>
            )),
            { key: 'at', label: ctx.t('common.when'), cell: (row) => <Time at={row.at} /> },
            { key: 'who', label: ctx.t('common.who'), any: true, cell: (row) => row.who },
            column('changed', ctx.t('approvals.changed'), { num: true }, (row) => ctx.fmt.number(row.changed)),
            column('undo', <span class="vh">{ctx.t('approvals.undo')}</span>, (row) =>
              row.undoneAt === null ? (
                <PostForm action={paths.approvalsUndo()}>
                  <Hidden fields={[['import', String(row.id)]]} />
                  <Button small needs="controllers:write">
                    {ctx.t('approvals.undo')}
                  </Button>
                </PostForm>
              ) : (
                ctx.t('approvals.undone', { at: ctx.fmt.dateTime(row.undoneAt) })
              ),
            ),
          ]}
        />
      )}
    </Panel>
  </Page>
);
