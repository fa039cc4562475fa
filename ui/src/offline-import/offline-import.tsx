import { Button, Cancel, FileField, PostForm, withoutRight } from '../components/form.tsx';
import { Notice, Panel } from '../components/panel.tsx';
import { Status } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Time, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { Level, Message, Reference, When } from '../model.ts';
import { paths } from '../paths.ts';

type OfflineViewRow = {
  readonly name: string;
  readonly state: 'stored' | 'waits' | 'new' | 'found' | 'same' | 'older' | 'refused';
  readonly reason: string | null;
  readonly device?: Reference | undefined;
  readonly hostname: string | null;
  readonly collectedAt: When | null;
  /** Items that are stored, and what is never kept. */
  readonly items: number;
  readonly dropped: readonly string[];
};

export type OfflineImportProps = {
  readonly ctx: Ctx;
  /** What an import would do, with its draft; or what it did. */
  readonly plan?: {
    readonly draft?: string | undefined;
    readonly name: string;
    readonly rows: readonly OfflineViewRow[];
  };
  readonly error?: Message;
};

const levels: Readonly<Record<OfflineViewRow['state'], Level>> = {
  stored: 'done',
  same: 'ok',
  older: 'info',
  new: 'waiting',
  found: 'done',
  waits: 'waiting',
  refused: 'critical',
};

const Rows = ({ ctx, rows, done }: { ctx: Ctx; rows: readonly OfflineViewRow[]; done: boolean }) => (
  <DataTable<(typeof rows)[number]>
    caption={ctx.t('common.files')}
    rows={rows}
    records="labelled"
    columns={[
      column('file', ctx.t('common.file'), { any: true }, (row) => <span translate="no">{row.name}</span>),
      column('state', ctx.t('offlineImport.state'), (row) => (
        <Status level={levels[row.state]}>
          {row.reason === null
            ? ctx.tDynamic(`offlineImport.state.${row.state === 'stored' && !done ? 'stores' : row.state}`)
            : ctx.tDynamic(`offlineImport.reason.${row.reason}`)}
        </Status>
      )),
      column('device', ctx.t('baselines.device'), { any: true }, (row) =>
        row.device === undefined ? (
          <span translate="no">{row.hostname ?? '–'}</span>
        ) : (
          <To href={paths.device(row.device.id)} translate="no">
            {row.device.name}
          </To>
        ),
      ),
      column('at', ctx.t('offlineImport.collected'), (row) =>
        row.collectedAt === null ? '–' : <Time at={row.collectedAt} />,
      ),
      { key: 'items', label: ctx.t('offlineImport.items'), num: true, cell: (row) => ctx.fmt.number(row.items) },
      column('dropped', ctx.t('offlineImport.dropped'), { any: true }, (row) =>
        row.dropped.length === 0 ? '–' : <span translate="no">{row.dropped.join(', ')}</span>,
      ),
    ]}
  />
);

/** Inventories from a medium: choose a file, see what it would do, do it. */
export const OfflineImportPage = ({ ctx, plan, error }: OfflineImportProps) => {
  const write = withoutRight(ctx, 'devices:write');
  const undecided = plan?.rows.some(({ state }) => state === 'new' || state === 'waits') ?? false;
  return (
    <Page
      ctx={ctx}
      title={ctx.t('offlineImport.title')}
      crumbs={[{ label: ctx.t('nav.devices'), href: paths.devices() }]}
      sub={ctx.t('offlineImport.sub')}
    >
      {plan === undefined ? null : (
        <>
          {plan.draft === undefined ? (
            <Notice level="running" title={ctx.t('offlineImport.done', { name: plan.name })}>
              {undecided ? (
                <To href={paths.devices({ state: 'pending' })}>{ctx.t('offlineImport.approveNext')}</To>
              ) : null}
            </Notice>
          ) : null}
          <Panel
            title={ctx.t(plan.draft === undefined ? 'offlineImport.result' : 'offlineImport.plan', { name: plan.name })}
          >
            <Rows ctx={ctx} rows={plan.rows} done={plan.draft === undefined} />
            {plan.draft === undefined ? null : (
              <div class="body">
                <PostForm action={paths.offlineImportApply()} class="form">
                  <input type="hidden" name="draft" value={plan.draft} />
                  <input type="hidden" name="name" value={plan.name} />
                  {undecided ? (
                    <div class="field">
                      <span class="choice">
                        <input type="checkbox" id="f-approve" name="approve" value="on" />
                        <label for="f-approve">{ctx.t('offlineImport.approve')}</label>
                      </span>
                      <small>{ctx.t('offlineImport.approveHint')}</small>
                    </div>
                  ) : null}
                  <div class="row">
                    <Button kind="primary" unavailable={write} busy={ctx.t('common.working')}>
                      {ctx.t('offlineImport.import')}
                    </Button>
                    <Cancel href={paths.offlineImport()} />
                  </div>
                </PostForm>
              </div>
            )}
          </Panel>
        </>
      )}
      <Panel title={ctx.t('common.chooseAFile')} body>
        <PostForm
          action={paths.offlineImport()}
          multipart
          class="form"
          errors={error === undefined ? undefined : { file: error }}
        >
          <FileField
            label={ctx.t('common.file')}
            hint={ctx.t('offlineImport.fileHint')}
            accept=".json,.xml,.ocs,.zip"
          />
          <div>
            <Button kind={plan?.draft === undefined ? 'primary' : 'second'} unavailable={write}>
              {ctx.t('offlineImport.check')}
            </Button>
          </div>
        </PostForm>
      </Panel>
    </Page>
  );
};
