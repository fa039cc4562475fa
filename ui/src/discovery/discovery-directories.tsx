import {
  Button,
  ErrorSummary,
  FileField,
  LinkButton,
  PostForm,
  SelectField,
  withoutRight,
} from '../components/form.tsx';
import { Empty, Notice, Panel } from '../components/panel.tsx';
import { Status } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Count, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import type { FieldErrors, Message } from '../model.ts';
import { paths } from '../paths.ts';
import { DiscoveryFrame, LastResult, type LastView } from './discovery-frame.tsx';

export type DirectoryRow = {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  /** The record that holds what was read. */
  readonly record: string | undefined;
  readonly security: 'ldaps' | 'starttls' | 'plain';
  readonly disabled: boolean;
  readonly last: LastView;
  readonly counts:
    | {
        readonly users: number;
        readonly groups: number;
        readonly units: number;
        readonly computers: number;
        readonly changes: number;
      }
    | undefined;
  /** Words of what it does now. */
  readonly running: Message | undefined;
};

/** Directories: test, read, stop, import; and how many there are of what they hold. */
type DiscoveryDirectoriesProps = {
  readonly ctx: Ctx;
  readonly rows: readonly DirectoryRow[];
  readonly lists: readonly { readonly collection: string; readonly rows: number }[];
  /** Why a test failed. */
  readonly fault?: { readonly message: Message; readonly detail: string } | undefined;
  readonly errors?: FieldErrors | undefined;
};

const refreshSeconds = 5;

const Actions = ({ ctx, row, unavailable }: { ctx: Ctx; row: DirectoryRow; unavailable: string | undefined }) => (
  <PostForm action={paths.discoveryDirectory(row.id)} class="row">
    {row.running === undefined ? (
      <>
        <Button small name="action" value="test" busy={ctx.t('discovery.testing')} unavailable={unavailable}>
          {ctx.t('discovery.test')}
          <span class="vh"> {row.name}</span>
        </Button>
        <Button small name="action" value="poll" busy={ctx.t('common.starting')} unavailable={unavailable}>
          {ctx.t('discovery.poll')}
          <span class="vh"> {row.name}</span>
        </Button>
      </>
    ) : (
      <Button small name="action" value="stop" unavailable={unavailable}>
        {ctx.t('common.stop')}
        <span class="vh"> {row.name}</span>
      </Button>
    )}
  </PostForm>
);

const ImportForm = ({
  ctx,
  rows,
  errors,
  unavailable,
}: DiscoveryDirectoriesProps & { unavailable: string | undefined }) => (
  <Panel title={ctx.t('discovery.import')} body>
    <PostForm action={paths.discoveryImport()} multipart class="form" errors={errors}>
      <SelectField
        name="source"
        label={ctx.t('discovery.importSource')}
        options={rows.map(({ id, name }) => ({ value: id, label: name }))}
        required
      />
      <FileField
        label={ctx.t('discovery.importFile')}
        hint={ctx.t('discovery.importHint')}
        accept=".ldif,.ldf,text/plain"
      />
      <div>
        <Button busy={ctx.t('common.importing')} unavailable={unavailable}>
          {ctx.t('discovery.importDo')}
        </Button>
      </div>
    </PostForm>
  </Panel>
);

/** The page of directories. */
export const DiscoveryDirectories = (props: DiscoveryDirectoriesProps) => {
  const { ctx, rows, lists, fault, errors } = props;
  const unavailable = withoutRight(ctx, 'devices:write');
  const add = (
    <LinkButton kind="primary" href={paths.objectNew('directory-source')} unavailable={unavailable}>
      {ctx.t('discovery.dirNew')}
    </LinkButton>
  );
  const isMoving = rows.some(({ running }) => running !== undefined);
  return (
    <DiscoveryFrame
      ctx={ctx}
      sub={ctx.t('discovery.dirSub')}
      actions={add}
      refreshSeconds={isMoving ? refreshSeconds : undefined}
    >
      <ErrorSummary
        errors={errors}
        labels={{ file: ctx.t('discovery.importFile'), source: ctx.t('discovery.importSource') }}
      />
      {fault === undefined ? null : (
        <Notice level="critical" title={ctx.say(fault.message)} alert>
          <span translate="no">{fault.detail}</span>
        </Notice>
      )}
      <Panel>
        {rows.length === 0 ? (
          <Empty title={ctx.t('discovery.dirNone')} action={add}>
            {ctx.t('discovery.dirNoneWhy')}
          </Empty>
        ) : (
          <DataTable<(typeof rows)[number]>
            caption={ctx.t('discovery.directories')}
            rows={rows}
            records="labelled"
            lines
            columns={[
              column('name', ctx.t('field.name'), { any: true }, (row) => (
                <To class="name" href={paths.object('directory-source', row.id)} translate="no">
                  {row.name}
                </To>
              )),
              column('address', ctx.t('common.address'), { any: true }, (row) => (
                <span translate="no">{row.address}</span>
              )),
              column('protection', ctx.t('common.protection'), (row) =>
                row.security === 'plain' ? (
                  <Status level="warning">{ctx.t('discovery.plain')}</Status>
                ) : (
                  ctx.t(`kind.directory-source.option.security.${row.security}`)
                ),
              ),
              column('last', ctx.t('discovery.last'), (row) =>
                row.running === undefined ? (
                  <LastResult ctx={ctx} last={row.last}>
                    {row.counts === undefined ? null : (
                      <>
                        {row.record === undefined ? (
                          ctx.t('discovery.counts', row.counts)
                        ) : (
                          <To href={paths.deviceTab(row.record, 'directory-user')}>
                            {ctx.t('discovery.counts', row.counts)}
                          </To>
                        )}
                        . {ctx.t('discovery.changes', { n: row.counts.changes })}
                      </>
                    )}
                  </LastResult>
                ) : (
                  <Status level="running">
                    {ctx.t('discovery.running')}: {ctx.say(row.running)}
                  </Status>
                ),
              ),
              column('do', <span class="vh">{ctx.t('common.actions')}</span>, (row) => (
                <Actions ctx={ctx} row={row} unavailable={unavailable} />
              )),
            ]}
          />
        )}
      </Panel>
      {rows.length === 0 ? null : (
        <>
          <Panel title={ctx.t('common.content')} body>
            <dl class="facts">
              {lists.map(({ collection, rows: n }) => (
                <>
                  <dt>
                    <To href={paths.inventory(collection)}>{ctx.tDynamic(`collection.${collection}.title`)}</To>
                  </dt>
                  <dd>
                    <Count n={n} href={paths.inventory(collection)} />
                  </dd>
                </>
              ))}
            </dl>
          </Panel>
          <ImportForm {...props} unavailable={unavailable} />
        </>
      )}
    </DiscoveryFrame>
  );
};
