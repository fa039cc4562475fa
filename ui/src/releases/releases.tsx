import { AreaField, Button, ErrorSummary, PostForm } from '../components/form.tsx';
import { Panel } from '../components/panel.tsx';
import { Status } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Time } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { FieldErrors, When } from '../model.ts';
import { paths } from '../paths.ts';

type Row = {
  readonly version: string;
  readonly state: 'running' | 'kept' | 'installed' | 'staged';
  readonly sha256: string | null;
  readonly sizeBytes: number | null;
};

const levels = { running: 'ok', kept: 'info', installed: 'info', staged: 'waiting' } as const;

type Failed = {
  readonly to: string;
  readonly from: string | null;
  readonly at: When;
  readonly how: 'refused' | 'ended' | 'not-served';
  /** English, as in the log. */
  readonly reason: string;
};

const FailedUpgrade = ({ ctx, failed, errors }: { ctx: Ctx; failed: Failed; errors: FieldErrors | undefined }) => {
  const labels = { reason: ctx.t('upgrade.asideReason') };
  return (
    <Panel title={ctx.t('upgrade.failedPanel', { to: failed.to })} context={<Time at={failed.at} />} body>
      <p>{ctx.t(`upgrade.how.${failed.how}`, { from: failed.from ?? '–' })}</p>
      <p lang="en">{failed.reason}</p>
      <p>
        {ctx.t('upgrade.notAgain')} <code translate="no">sallyport upgrade --to {failed.to}</code>
      </p>
      <PostForm action={paths.upgradeAside()} class="form" errors={errors}>
        <ErrorSummary labels={labels} />
        <AreaField
          name="reason"
          label={labels.reason}
          hint={ctx.t('upgrade.asideHint')}
          rows={2}
          maxLength={500}
          required
        />
        <div>
          <Button kind="primary" needs="settings:write">
            {ctx.t('upgrade.aside')}
          </Button>
        </div>
      </PostForm>
    </Panel>
  );
};

/** Releases of Sallyport: which runs, which is the way back, what a bundle brought and how it is installed. */
export const Releases = ({
  ctx,
  rows,
  failed,
  errors,
}: {
  ctx: Ctx;
  rows: readonly Row[];
  failed: Failed | undefined;
  errors?: FieldErrors | undefined;
}) => (
  <Page ctx={ctx} title={ctx.t('releases.title')} sub={ctx.t('releases.sub')}>
    {failed === undefined ? null : <FailedUpgrade ctx={ctx} failed={failed} errors={errors} />}
    <Panel title={ctx.t('releases.title')} context={ctx.fmt.number(rows.length)}>
      <DataTable<(typeof rows)[number]>
        caption={ctx.t('releases.title')}
        records="labelled"
        rows={rows}
        columns={[
          column('version', ctx.t('field.version'), { head: true }, ({ version }) => (
            <span translate="no">{version}</span>
          )),
          column('state', ctx.t('field.state'), ({ state }) => (
            <Status level={levels[state]}>{ctx.tDynamic(`releases.state.${state}`)}</Status>
          )),
          column('size', ctx.t('common.size'), { num: true }, ({ sizeBytes }) =>
            sizeBytes === null ? '–' : ctx.fmt.bytes(sizeBytes),
          ),
          column('todo', ctx.t('releases.todo'), { any: true }, ({ version, state }) =>
            state === 'staged' ? (
              <>
                {ctx.t('releases.install')} <code translate="no">sallyport release install {version}</code>
              </>
            ) : state === 'kept' ? (
              <>
                {ctx.t('releases.back')} <code translate="no">sallyport release rollback</code>
              </>
            ) : (
              '–'
            ),
          ),
        ]}
      />
    </Panel>
  </Page>
);
