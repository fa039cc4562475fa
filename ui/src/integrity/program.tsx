import {
  AreaField,
  Button,
  ErrorSummary,
  mayNotDecide,
  PostForm,
  TextField,
  withoutRight,
} from '../components/form.tsx';
import { Empty, Notice, Panel } from '../components/panel.tsx';
import { Status } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Unknown, Verbatim } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { FieldErrors, When } from '../model.ts';
import { paths } from '../paths.ts';
import type { ApprovalView, ProgramRowView, ProjectFileView, RuleView } from './integrity-model.ts';
import {
  ApprovalsPanel,
  ChangesPanel,
  FilesPanel,
  HardeningPanel,
  type SnapshotView,
  type StateChangeView,
  WorkPanel,
} from './program-panels.tsx';
import { ProgramStatus } from './program-state.tsx';

export type ProgramProps = {
  readonly ctx: Ctx;
  readonly program: ProgramRowView;
  /** Approved and present values, by field. */
  readonly fields: readonly {
    readonly field: string;
    readonly approved: string | null;
    readonly found: string | null;
    readonly differs: boolean;
  }[];
  /** Hash of the present values; the form sends it back. */
  readonly currentHash: string;
  readonly canApprove: boolean;
  readonly proposal: { readonly who: string; readonly at: When; readonly reason: string; readonly own: boolean } | null;
  readonly approvals: readonly ApprovalView[];
  readonly changes: readonly StateChangeView[];
  readonly snapshots: readonly SnapshotView[];
  readonly rules: readonly RuleView[];
  readonly files: readonly ProjectFileView[];
  readonly values: Readonly<Record<string, string>>;
  readonly errors?: FieldErrors;
};

const Value = ({ value }: { value: string | null }) =>
  value === null ? (
    <Unknown />
  ) : (
    <code translate="no">
      {value.split(/[\n;]/).map((line) => (
        <div>
          <Verbatim>{line.trim()}</Verbatim>
        </div>
      ))}
    </code>
  );

const Approve = ({ ctx, program, currentHash, approvals, values, errors }: ProgramProps) => (
  <div class="body">
    <PostForm action={paths.controllerProgram(program.id)} class="form" errors={errors}>
      <input type="hidden" name="action" value="approve" />
      <input type="hidden" name="hash" value={currentHash} />
      <AreaField
        name="reason"
        label={ctx.t('common.reason')}
        hint={ctx.t('integrity.reasonHint')}
        value={values['reason'] ?? ''}
        rows={2}
        maxLength={500}
        required
      />
      <TextField
        name="workOrder"
        label={ctx.t('common.workOrder')}
        hint={ctx.t('integrity.workOrderHint')}
        value={values['workOrder'] ?? ''}
        maxLength={100}
      />
      <div>
        <Button kind="primary" needs="controllers:write">
          {approvals.length === 0 ? ctx.t('integrity.approve') : ctx.t('integrity.approveAgain')}
        </Button>
      </div>
    </PostForm>
  </div>
);

const Proposal = ({ ctx, program, proposal }: ProgramProps) =>
  proposal === null ? null : (
    <Notice level="warning" title={ctx.t('integrity.proposed')}>
      <p>
        {ctx.t('integrity.proposal', { who: proposal.who, at: ctx.fmt.dateTime(proposal.at), reason: proposal.reason })}
      </p>
      <PostForm action={paths.controllerProgram(program.id)} class="row">
        <Button
          name="action"
          value="confirm"
          unavailable={proposal.own ? ctx.t('integrity.proposalWhy') : withoutRight(ctx, 'controllers:approve')}
        >
          {ctx.t('integrity.confirm')}
        </Button>
        <Button name="action" value="decline" unavailable={mayNotDecide(ctx, 'controllers')}>
          {ctx.t('common.decline')}
        </Button>
      </PostForm>
    </Notice>
  );

/** The program of one controller: approved and present values, who decided, what hardening says, the files. */
export const Program = (props: ProgramProps) => {
  const { ctx, program, fields, canApprove, proposal, approvals, changes, snapshots, rules, files, values, errors } =
    props;
  const isAsApproved = program.state === 'ok';
  return (
    <Page
      ctx={ctx}
      title={program.name}
      untranslatedTitle
      crumbs={[{ label: ctx.t('controllers.tab.integrity'), href: paths.controllerIntegrity() }]}
      mark={<ProgramStatus ctx={ctx} row={program} />}
    >
      <ErrorSummary errors={errors} />
      <Proposal {...props} />
      <Panel title={ctx.t('integrity.program')}>
        {fields.length === 0 ? (
          <Empty title={ctx.t('integrity.nothingKnown')}>{ctx.t('integrity.nothingKnownWhy')}</Empty>
        ) : (
          <DataTable<(typeof fields)[number]>
            caption={ctx.t('integrity.program')}
            rows={fields}
            records="labelled"
            columns={[
              column('field', ctx.t('common.what'), { head: true }, ({ field }) =>
                ctx.tDynamic(`integrity.field.${field}`),
              ),
              column('approved', ctx.t('integrity.approved'), { any: true }, ({ approved }) => (
                <Value value={approved} />
              )),
              column('found', ctx.t('integrity.found'), { any: true }, ({ found }) => <Value value={found} />),
              column('differs', ctx.t('integrity.state'), { fit: true }, ({ differs, approved, found }) =>
                differs ? (
                  <Status level="warning">{ctx.t('integrity.state.changed')}</Status>
                ) : approved !== null && found !== null ? (
                  <Status level="ok">{ctx.t('integrity.state.ok')}</Status>
                ) : (
                  <Unknown />
                ),
              ),
            ]}
          />
        )}
        {canApprove && !isAsApproved && proposal === null ? <Approve {...props} /> : null}
      </Panel>
      <HardeningPanel ctx={ctx} rules={rules} />
      <ApprovalsPanel ctx={ctx} approvals={approvals} />
      <ChangesPanel ctx={ctx} changes={changes} />
      <FilesPanel ctx={ctx} id={program.id} files={files} errors={errors} />
      {canApprove ? (
        <WorkPanel ctx={ctx} id={program.id} snapshots={snapshots} errors={errors} values={values} />
      ) : null}
    </Page>
  );
};
