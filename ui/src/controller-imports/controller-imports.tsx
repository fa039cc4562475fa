import { Button, FileField, Hidden, PostForm } from '../components/form.tsx';
import { Empty, Panel } from '../components/panel.tsx';
import { Status } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Time, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { Level, Message, When } from '../model.ts';
import { paths } from '../paths.ts';

export type DraftState = 'new' | 'running' | 'checked' | 'imported' | 'refused';

type ControllerImportsProps = {
  readonly ctx: Ctx;
  readonly error?: Message;
  /** Files that were given and not imported yet. */
  readonly open: readonly {
    readonly id: string;
    readonly name: string;
    readonly form: string;
    readonly state: DraftState;
    readonly at: When;
  }[];
  readonly history: readonly {
    readonly batch: number;
    readonly name: string;
    readonly form: string;
    readonly at: When;
    readonly actor: string;
    readonly counts: {
      readonly created: number;
      readonly changed: number;
      readonly unchanged: number;
      readonly conflicts: number;
    };
    readonly undoneAt: When | null;
  }[];
};

const levels: Readonly<Record<DraftState, Level>> = {
  new: 'waiting',
  running: 'running',
  checked: 'info',
  imported: 'done',
  refused: 'critical',
};

const Chooser = ({ ctx, error }: Pick<ControllerImportsProps, 'ctx' | 'error'>) => (
  <Panel title={ctx.t('common.chooseAFile')} body>
    <PostForm
      action={paths.controllerImports()}
      multipart
      class="form"
      errors={error === undefined ? undefined : { file: error }}
    >
      <FileField label={ctx.t('common.file')} hint={ctx.t('imports.fileHint')} />
      <div class="row">
        <Button kind="primary" needs="controllers:write" busy={ctx.t('common.working')}>
          {ctx.t('imports.look')}
        </Button>
        <To href={paths.objects('controller-csv-mapping')}>{ctx.t('imports.mapping.all')}</To>
      </div>
    </PostForm>
  </Panel>
);

const Open = ({ ctx, open }: Pick<ControllerImportsProps, 'ctx' | 'open'>) => (
  <Panel title={ctx.t('imports.open')}>
    <DataTable<(typeof open)[number]>
      caption={ctx.t('imports.open')}
      rows={open}
      records="labelled"
      columns={[
        column('file', ctx.t('common.file'), { head: true, any: true }, (row) => (
          <To href={paths.controllerImport(row.id)} translate="no">
            {row.name}
          </To>
        )),
        { key: 'form', label: ctx.t('imports.form'), cell: (row) => ctx.tDynamic(`imports.form.${row.form}`) },
        column('state', ctx.t('field.state'), (row) => (
          <Status level={levels[row.state]}>{ctx.t(`imports.state.${row.state}`)}</Status>
        )),
        { key: 'at', label: ctx.t('common.when'), cell: (row) => <Time at={row.at} /> },
      ]}
    />
  </Panel>
);

const History = ({ ctx, history }: Pick<ControllerImportsProps, 'ctx' | 'history'>) => (
  <Panel title={ctx.t('imports.history')}>
    {history.length === 0 ? (
      <Empty title={ctx.t('imports.none')}>{ctx.t('imports.noneWhy')}</Empty>
    ) : (
      <DataTable<(typeof history)[number]>
        caption={ctx.t('imports.history')}
        rows={history}
        records="labelled"
        columns={[
          column('file', ctx.t('common.file'), { head: true, any: true }, (row) => (
            <span translate="no">{row.name}</span>
          )),
          { key: 'form', label: ctx.t('imports.form'), cell: (row) => ctx.tDynamic(`imports.form.${row.form}`) },
          { key: 'at', label: ctx.t('common.when'), cell: (row) => <Time at={row.at} /> },
          column('who', ctx.t('common.who'), { any: true }, (row) => <span translate="no">{row.actor}</span>),
          column('what', ctx.t('imports.what'), (row) =>
            row.undoneAt === null
              ? ctx.t('imports.counts', row.counts)
              : ctx.t('imports.undone', { at: ctx.fmt.dayTime(row.undoneAt) }),
          ),
          column('undo', <span class="vh">{ctx.t('common.unmerge')}</span>, (row) =>
            row.undoneAt === null ? (
              <PostForm action={paths.controllerImportUndo()}>
                <Hidden fields={[['origin', String(row.batch)]]} />
                <Button small needs="controllers:write">
                  {ctx.t('common.unmerge')}
                  <span class="vh" translate="no">
                    {' '}
                    {row.name}
                  </span>
                </Button>
              </PostForm>
            ) : (
              '–'
            ),
          ),
        ]}
      />
    )}
  </Panel>
);

/** A file to import, those that are on their way, and what was imported, each with a way back. */
export const ControllerImports = ({ ctx, error, open, history }: ControllerImportsProps) => (
  <Page ctx={ctx} title={ctx.t('controllers.tab.import')} sub={ctx.t('imports.sub')}>
    <Chooser ctx={ctx} {...(error === undefined ? {} : { error })} />
    {open.length === 0 ? null : <Open ctx={ctx} open={open} />}
    <History ctx={ctx} history={history} />
  </Page>
);
