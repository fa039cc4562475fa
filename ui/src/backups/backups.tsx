import { Button, LinkButton, PostForm, withoutRight } from '../components/form.tsx';
import { Facts, Notice, Panel } from '../components/panel.tsx';
import { Status } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Time, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { When } from '../model.ts';
import { paths } from '../paths.ts';

type Backup = {
  readonly id: string;
  readonly file: string;
  /** Empty: in the data directory. */
  readonly folder: string;
  readonly madeAt: When;
  readonly bytes: number;
  readonly objects: number;
  readonly bySchedule: boolean;
  readonly place: 'here' | 'gone' | 'elsewhere';
  readonly checkedAt: When;
  /** English, as in the journal. */
  readonly fault?: string | undefined;
  readonly destroyed?: { readonly at: When; readonly by: string } | undefined;
};

type BackupsProps = {
  readonly ctx: Ctx;
  readonly age: 'ok' | 'old' | 'none';
  /** The last good one. */
  readonly last: Backup | undefined;
  /** Where the next one is made; empty: in the data directory. */
  readonly folder: string;
  /** One is being made or checked. */
  readonly isBusy: boolean;
  /** The newest first. */
  readonly backups: ReadonlyArray<Backup & { readonly isReachable: boolean }>;
  /** So many older ones are not shown. */
  readonly more: number;
};

const State = ({ ctx, backup }: { ctx: Ctx; backup: Backup }) => {
  if (backup.destroyed !== undefined)
    return (
      <>
        {ctx.t('backups.destroyed')} <span translate="no">{backup.destroyed.by}</span>
      </>
    );
  if (backup.place === 'gone') return ctx.t('backups.gone');
  return backup.fault === undefined ? (
    <Status level="ok">
      {ctx.t('backups.whole')} <Time at={backup.checkedAt} />
    </Status>
  ) : (
    <Status level="critical">
      {ctx.t('backups.damaged')} <span lang="en">{backup.fault}</span>
    </Status>
  );
};

const Acts = ({ ctx, backup, isBusy }: { ctx: Ctx; backup: BackupsProps['backups'][number]; isBusy: boolean }) =>
  backup.isReachable ? (
    <div class="row">
      <PostForm action={paths.backupCheck()}>
        <input type="hidden" name="backup" value={backup.id} />
        <Button small unavailable={isBusy ? ctx.t('backups.busy') : withoutRight(ctx, 'settings:write')}>
          {ctx.t('common.check')}
        </Button>
      </PostForm>
      <LinkButton small download href={paths.backupFile(backup.id)} needs="settings:write">
        {ctx.t('common.download')}
      </LinkButton>
    </div>
  ) : (
    ctx.t(backup.place === 'gone' ? 'backups.noFile' : 'backups.elsewhere')
  );

/** Backups: the last good one, making one, all that are known. */
export const Backups = ({ ctx, age, last, folder, isBusy, backups, more }: BackupsProps) => (
  <Page ctx={ctx} title={ctx.t('common.backups')} sub={ctx.t('backups.sub')} refreshSeconds={isBusy ? 2 : undefined}>
    {age === 'ok' ? null : (
      <Notice level="warning" title={ctx.t(age === 'old' ? 'health.code.BACKUP_OLD' : 'health.code.BACKUP_NONE')}>
        {ctx.t('health.todo.BACKUP_OLD')}
      </Notice>
    )}
    {isBusy ? (
      <Notice level="running" title={ctx.t('backups.busy')}>
        <To href={paths.backups()}>{ctx.t('backups.again')}</To>
      </Notice>
    ) : null}
    <Panel title={ctx.t('backups.last')} body>
      <Facts
        rows={[
          [ctx.t('backups.last'), last === undefined ? ctx.t('backups.none') : <Time at={last.madeAt} />],
          [ctx.t('backups.folder'), folder === '' ? ctx.t('backups.folderOwn') : <span translate="no">{folder}</span>],
        ]}
      />
      <PostForm action={paths.backups()}>
        <Button kind="primary" unavailable={isBusy ? ctx.t('backups.busy') : withoutRight(ctx, 'settings:write')}>
          {ctx.t('backups.make')}
        </Button>
      </PostForm>
      <p class="hint">
        <To href={paths.settings({ area: 'settings' })}>{ctx.t('backups.schedule')}</To>
      </p>
      <p class="hint">
        <To href={paths.recoveryKey()}>{ctx.t('recovery.title')}</To>
      </p>
    </Panel>
    <Panel
      title={ctx.t('common.backups')}
      foot={more === 0 ? ctx.t('backups.foot') : ctx.t('backups.more', { n: more })}
    >
      {backups.length === 0 ? null : (
        <DataTable<(typeof backups)[number]>
          caption={ctx.t('common.backups')}
          records="labelled"
          rows={backups}
          columns={[
            column('made', ctx.t('common.made'), { head: true }, ({ madeAt }) => <Time at={madeAt} />),
            column('file', ctx.t('common.file'), { any: true }, ({ folder: where, file }) => (
              <span translate="no">
                {where === '' ? '' : `${where}/`}
                {file}
              </span>
            )),
            { key: 'size', label: ctx.t('backups.size'), num: true, cell: ({ bytes }) => ctx.fmt.bytes(bytes) },
            column('objects', ctx.t('backups.objects'), { num: true }, ({ objects }) => ctx.fmt.number(objects)),
            column('by', ctx.t('backups.by'), ({ bySchedule }) =>
              ctx.t(bySchedule ? 'backups.bySchedule' : 'backups.byHand'),
            ),
            column('state', ctx.t('field.state'), { any: true }, (backup) => <State ctx={ctx} backup={backup} />),
            {
              key: 'acts',
              label: ctx.t('common.actions'),
              cell: (backup) => <Acts ctx={ctx} backup={backup} isBusy={isBusy} />,
            },
          ]}
        />
      )}
    </Panel>
  </Page>
);
