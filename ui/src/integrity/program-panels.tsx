import type { Child } from 'hono/jsx';
import { Button, FileField, PostForm, SelectField, TextField } from '../components/form.tsx';
import { Empty, Panel } from '../components/panel.tsx';
import { Status } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Hash, Time, To, Unknown } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import type { FieldErrors, When } from '../model.ts';
import { paths } from '../paths.ts';
import type { ApprovalView, DifferenceView, ProgramStateView, ProjectFileView, RuleView } from './integrity-model.ts';
import { ProgramStatus } from './program-state.tsx';

const word = (text: string | null): Child =>
  text === null || text === '' ? <Unknown /> : <span translate="no">{text}</span>;

/** What each rule says; unknown ones are shown as unknown. */
export const HardeningPanel = ({ ctx, rules }: { ctx: Ctx; rules: readonly RuleView[] }) => (
  <Panel title={ctx.t('integrity.hardening')}>
    <DataTable<(typeof rules)[number]>
      caption={ctx.t('integrity.hardening')}
      rows={rules}
      records="labelled"
      columns={[
        column('rule', ctx.t('integrity.rule'), { head: true }, ({ rule }) => ctx.tDynamic(`hardening.${rule}.check`)),
        column('answer', ctx.t('common.answer'), ({ answer, severity }) => (
          <Status level={answer === 'found' ? severity : answer === 'ok' ? 'ok' : 'not-visible'}>
            {ctx.t(`integrity.answer.${answer}`)}
          </Status>
        )),
        { key: 'evidence', label: ctx.t('integrity.evidence'), any: true, cell: ({ evidence }) => word(evidence) },
        column('remedy', ctx.t('integrity.remedy'), ({ rule, answer }) =>
          answer === 'found' ? (
            <>
              <div>
                <strong>{ctx.tDynamic(`hardening.${rule}.title`)}.</strong> {ctx.tDynamic(`hardening.${rule}.reason`)}
              </div>
              <div>{ctx.tDynamic(`hardening.${rule}.remedy`)}</div>
            </>
          ) : (
            <Unknown />
          ),
        ),
      ]}
    />
  </Panel>
);

/** Who approved what, newest first. */
export const ApprovalsPanel = ({ ctx, approvals }: { ctx: Ctx; approvals: readonly ApprovalView[] }) => (
  <Panel title={ctx.t('integrity.approvals')}>
    {approvals.length === 0 ? (
      <Empty title={ctx.t('integrity.approvalsNone')} />
    ) : (
      <DataTable
        caption={ctx.t('integrity.approvals')}
        rows={approvals}
        records="labelled"
        columns={[
          { key: 'at', label: ctx.t('common.when'), head: true, cell: ({ at }) => <Time at={at} /> },
          { key: 'who', label: ctx.t('common.who'), cell: ({ who }) => word(who) },
          { key: 'second', label: ctx.t('integrity.second'), cell: ({ second }) => word(second) },
          { key: 'reason', label: ctx.t('common.reason'), any: true, cell: ({ reason }) => word(reason) },
          { key: 'order', label: ctx.t('common.workOrder'), cell: ({ workOrder }) => word(workOrder) },
          { key: 'hash', label: ctx.t('field.contentHash'), cell: ({ hash }) => <Hash value={hash} /> },
        ]}
      />
    )}
  </Panel>
);

export type StateChangeView = {
  readonly at: When;
  readonly before: ProgramStateView | null;
  readonly after: ProgramStateView;
  readonly differences: readonly DifferenceView[];
};

/** How the state went. */
export const ChangesPanel = ({ ctx, changes }: { ctx: Ctx; changes: readonly StateChangeView[] }) => (
  <Panel title={ctx.t('integrity.history')}>
    {changes.length === 0 ? (
      <Empty title={ctx.t('integrity.historyNone')} />
    ) : (
      <DataTable<(typeof changes)[number]>
        caption={ctx.t('integrity.history')}
        rows={changes}
        records="labelled"
        columns={[
          { key: 'at', label: ctx.t('common.when'), head: true, cell: ({ at }) => <Time at={at} /> },
          column('before', ctx.t('common.before'), ({ before }) =>
            before === null ? <Unknown /> : ctx.t(`integrity.state.${before}`),
          ),
          column('after', ctx.t('common.after'), ({ after, differences }) => (
            <ProgramStatus
              ctx={ctx}
              row={{
                state: after,
                why: null,
                onlyProject: differences.length > 0 && differences.every(({ field }) => field === 'projectSha256'),
              }}
            />
          )),
          column('differs', ctx.t('common.whatDiffers'), ({ differences }) =>
            differences.length === 0 ? (
              <Unknown />
            ) : (
              differences
                .flatMap(({ field, blocks }) => blocks ?? [ctx.tDynamic(`integrity.field.${field}`)])
                .join(', ')
            ),
          ),
        ]}
      />
    )}
  </Panel>
);

export type SnapshotView = {
  readonly at: When;
  readonly who: string;
  readonly moment: 'before' | 'after';
  readonly workOrder: string;
  readonly hash: string;
  /** What the work changed, where both moments were kept. */
  readonly difference: string | null;
};

/** States that were kept before and after work, and keeping one. */
export const WorkPanel = ({
  ctx,
  id,
  snapshots,
  errors,
  values,
}: {
  ctx: Ctx;
  id: string;
  snapshots: readonly SnapshotView[];
  errors: FieldErrors | undefined;
  values: Readonly<Record<string, string>>;
}) => (
  <Panel title={ctx.t('integrity.work')}>
    <div class="body">
      <p>{ctx.t('integrity.workWhy')}</p>
      <PostForm action={paths.controllerProgram(id)} class="wrap-form" errors={errors}>
        <input type="hidden" name="action" value="keep" />
        <TextField
          name="keptOrder"
          label={ctx.t('common.workOrder')}
          value={values['keptOrder'] ?? ''}
          maxLength={100}
          required
        />
        <SelectField
          name="moment"
          label={ctx.t('integrity.moment')}
          value={values['moment'] ?? 'before'}
          options={[
            { value: 'before', label: ctx.t('integrity.moment.before') },
            { value: 'after', label: ctx.t('integrity.moment.after') },
          ]}
        />
        <div>
          <Button needs="controllers:write">{ctx.t('integrity.keep')}</Button>
        </div>
      </PostForm>
    </div>
    {snapshots.length === 0 ? (
      <Empty title={ctx.t('integrity.workNone')} />
    ) : (
      <DataTable<(typeof snapshots)[number]>
        caption={ctx.t('integrity.work')}
        rows={snapshots}
        records="labelled"
        columns={[
          { key: 'at', label: ctx.t('common.when'), head: true, cell: ({ at }) => <Time at={at} /> },
          column('moment', ctx.t('integrity.moment'), ({ moment }) => ctx.t(`integrity.moment.${moment}`)),
          { key: 'order', label: ctx.t('common.workOrder'), cell: ({ workOrder }) => word(workOrder) },
          { key: 'who', label: ctx.t('common.who'), cell: ({ who }) => word(who) },
          column('differs', ctx.t('common.whatDiffers'), ({ difference }) => difference ?? <Unknown />),
          { key: 'hash', label: ctx.t('field.contentHash'), cell: ({ hash }) => <Hash value={hash} /> },
        ]}
      />
    )}
  </Panel>
);

const sorts = ['project', 'backup', 'upload', 'configuration'];

/** Project files and backups as evidence; a file is read for its hash and not kept. */
export const FilesPanel = ({
  ctx,
  id,
  files,
  errors,
}: {
  ctx: Ctx;
  id: string;
  files: readonly ProjectFileView[];
  errors: FieldErrors | undefined;
}) => {
  const label = (field: string): string => ctx.tDynamic(`kind.controller-project-file.field.${field}`);
  return (
    <Panel title={ctx.t('integrity.files')}>
      {files.length === 0 ? (
        <Empty title={ctx.t('integrity.filesNone')}>{ctx.t('integrity.filesWhy')}</Empty>
      ) : (
        <DataTable<(typeof files)[number]>
          caption={ctx.t('integrity.files')}
          rows={files}
          records="labelled"
          columns={[
            column('name', label('name'), { head: true, any: true }, (file) => (
              <To href={paths.object('controller-project-file', file.id)} translate="no">
                {file.name}
              </To>
            )),
            column('sort', label('sort'), ({ sort }) =>
              ctx.tDynamic(`kind.controller-project-file.option.sort.${sort}`),
            ),
            column('sha256', label('sha256'), ({ sha256, matches }) => (
              <>
                <Hash value={sha256} />
                {matches ? (
                  <div>
                    <Status level="done">{ctx.t('integrity.fileMatches')}</Status>
                  </div>
                ) : null}
              </>
            )),
            column('size', ctx.t('common.size'), { num: true }, ({ sizeBytes }) =>
              sizeBytes === null ? <Unknown /> : ctx.fmt.bytes(sizeBytes),
            ),
            column('tool', label('tool'), ({ tool, toolVersion }) =>
              word([tool, toolVersion].filter(Boolean).join(' ')),
            ),
            { key: 'place', label: label('place'), any: true, cell: ({ place }) => word(place) },
            column('restored', ctx.t('integrity.restoreTested'), ({ restoreTestedAt }) =>
              restoreTestedAt === null ? ctx.t('integrity.never') : <Time at={restoreTestedAt} form="date" />,
            ),
          ]}
        />
      )}
      <div class="body">
        <PostForm action={paths.controllerProjectFile(id)} multipart class="wrap-form" errors={errors}>
          <SelectField
            name="sort"
            label={label('sort')}
            options={sorts.map((value) => ({
              value,
              label: ctx.tDynamic(`kind.controller-project-file.option.sort.${value}`),
            }))}
          />
          <TextField name="tool" label={label('tool')} maxLength={100} />
          <TextField name="toolVersion" label={label('toolVersion')} maxLength={60} />
          <TextField
            name="place"
            label={label('place')}
            maxLength={300}
            hint={ctx.t('kind.controller-project-file.hint.place')}
          />
          <TextField
            name="restoreTestedAt"
            label={ctx.t('integrity.day')}
            maxLength={10}
            hint={ctx.t('integrity.dayHint')}
          />
          <FileField label={ctx.t('common.file')} hint={ctx.t('integrity.fileUploadHint')} />
          <div>
            <Button needs="controllers:write">{ctx.t('integrity.fileAdd')}</Button>
          </div>
        </PostForm>
      </div>
    </Panel>
  );
};
