import { Button, LinkButton, PostForm, SelectField, TextField } from '../components/form.tsx';
import { Empty, Notice, Panel } from '../components/panel.tsx';
import { Status } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Age, To, Unknown } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { FieldErrors, Level, When } from '../model.ts';
import { paths } from '../paths.ts';

type ReceiverRow = {
  readonly id: string;
  readonly name: string;
  readonly host: string;
  /** None of files: their host is a folder. */
  readonly port: number | null;
  readonly transport: 'udp' | 'tcp' | 'tls' | 'relp' | 'relp-tls' | 'files';
  readonly format: 'rfc5424' | 'cef' | 'leef';
  readonly state: 'off' | 'asked' | 'new' | 'connected' | 'waiting' | 'behind';
  readonly sent: number;
  readonly behind: number;
  readonly missed: number;
  readonly lastAt: When | null;
  /** English, as in the log. */
  readonly error: string | null;
  readonly errorAt: When | null;
};

type ReceiversProps = {
  readonly ctx: Ctx;
  readonly rows: readonly ReceiverRow[];
  /** The line that was tried did not arrive, or what is missing was not written again. */
  readonly failed?:
    | { readonly id: string; readonly code: string; readonly detail: string; readonly faults?: FieldErrors | undefined }
    | undefined;
};

const levels: Readonly<Record<ReceiverRow['state'], Level>> = {
  off: 'info',
  asked: 'waiting',
  new: 'waiting',
  connected: 'ok',
  waiting: 'warning',
  behind: 'critical',
};

const create = (ctx: Ctx) => (
  <>
    <LinkButton kind="primary" href={paths.objectNew('siem')} needs="settings:write">
      {ctx.t('kind.siem.create')}
    </LinkButton>{' '}
    <LinkButton href={paths.objectNew('event-files')} needs="settings:write">
      {ctx.t('kind.event-files.create')}
    </LinkButton>
  </>
);

const isOfFiles = ({ transport }: ReceiverRow): boolean => transport === 'files';

/** What a reader of files lacks is written again. */
const Again = ({ ctx, rows, failed }: ReceiversProps) => (
  <Panel title={ctx.t('receivers.again')} body>
    <p>{ctx.t('receivers.againWhy')}</p>
    <PostForm action={paths.receiversAgain()} errors={failed?.faults}>
      <SelectField
        name="id"
        label={ctx.t('kind.event-files.title')}
        value={failed?.id}
        options={rows.map(({ id, name }) => ({ value: id, label: name }))}
      />
      <TextField name="gap" label={ctx.t('receivers.gaps')} hint={ctx.t('receivers.gapsHint')} required />
      <Button needs="settings:write" busy={ctx.t('receivers.testing')}>
        {ctx.t('receivers.againDo')}
      </Button>
    </PostForm>
  </Panel>
);

/** Where events go: how each receiver stands, and a line to try it. */
export const Receivers = ({ ctx, rows, failed }: ReceiversProps) => (
  <Page
    ctx={ctx}
    title={ctx.t('receivers.title')}
    sub={ctx.t('receivers.sub')}
    actions={rows.length === 0 ? undefined : create(ctx)}
  >
    {failed === undefined ? null : (
      <Notice
        level="critical"
        title={ctx.t(failed.faults === undefined ? 'receivers.testFailed' : 'receivers.againFailed')}
        alert
      >
        {ctx.tDynamic(`error.${failed.code}`, {}, failed.code)}.{' '}
        <span lang="en" translate="no">
          {failed.detail}
        </span>
      </Notice>
    )}
    <Panel>
      {rows.length === 0 ? (
        <Empty title={ctx.t('receivers.none')} action={create(ctx)}>
          {ctx.t('receivers.noneWhy')}
        </Empty>
      ) : (
        <DataTable<ReceiverRow>
          caption={ctx.t('receivers.title')}
          rows={rows}
          records="labelled"
          columns={[
            column('name', ctx.t('field.name'), { head: true, any: true }, (row) => (
              <To href={paths.object(isOfFiles(row) ? 'event-files' : 'siem', row.id)} translate="no">
                {row.name}
              </To>
            )),
            column('to', ctx.t('receivers.to'), { any: true }, ({ host, port, transport, format }) => (
              <span translate="no">
                {[
                  ctx.tDynamic(`kind.siem.option.transport.${transport}`),
                  port === null ? host : `${host}:${port}`,
                  ctx.tDynamic(`kind.siem.option.format.${format}`),
                ].join(', ')}
              </span>
            )),
            column('state', ctx.t('field.state'), ({ state }) => (
              <Status level={levels[state]}>{ctx.t(`receivers.state.${state}`)}</Status>
            )),
            column('sent', ctx.t('receivers.sent'), { num: true }, ({ sent }) => ctx.fmt.number(sent)),
            column('behind', ctx.t('receivers.behind'), { num: true }, ({ behind }) => ctx.fmt.number(behind)),
            column('missed', ctx.t('receivers.missed'), { num: true }, ({ missed }) => ctx.fmt.number(missed)),
            column('last', ctx.t('receivers.last'), { num: true }, ({ lastAt }) => <Age at={lastAt} />),
            column('error', ctx.t('receivers.error'), { any: true }, ({ error, errorAt }) =>
              error === null ? (
                <Unknown />
              ) : (
                <>
                  <span lang="en" translate="no">
                    {error}
                  </span>{' '}
                  <span class="second">
                    <Age at={errorAt} />
                  </span>
                </>
              ),
            ),
            column('acts', ctx.t('common.actions'), { any: true }, (row) =>
              row.state === 'off' || row.state === 'asked' ? null : (
                <PostForm action={paths.receivers()}>
                  <input type="hidden" name="id" value={row.id} />
                  <Button small needs="settings:write" busy={ctx.t('receivers.testing')}>
                    {ctx.t(isOfFiles(row) ? 'receivers.writeNow' : 'receivers.test')}
                  </Button>
                </PostForm>
              ),
            ),
          ]}
        />
      )}
    </Panel>
    {rows.some(isOfFiles) ? <Again ctx={ctx} rows={rows.filter(isOfFiles)} failed={failed} /> : null}
  </Page>
);
