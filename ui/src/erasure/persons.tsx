import {
  AreaField,
  Button,
  ErrorSummary,
  mayNotDecide,
  PostForm,
  TextField,
  withoutRight,
} from '../components/form.tsx';
import { Empty, Panel } from '../components/panel.tsx';
import { Status } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Hash, Time, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { FieldErrors, Reference, When } from '../model.ts';
import { paths } from '../paths.ts';

/** A person's statement. */
type Destroyed = { readonly at: When; readonly by: string; readonly reason: string };

/** What still holds something of a person who was erased. */
type PersonLeft =
  | { readonly what: 'key'; readonly why: string }
  | {
      readonly what: 'backup';
      readonly file: string;
      readonly madeAt: When;
      readonly here: boolean;
      readonly destroyed?: Destroyed | undefined;
    }
  | { readonly what: 'log' };

export type PersonsProps = {
  readonly ctx: Ctx;
  readonly needsTwo: boolean;
  /** Sealed backups on this computer and those that were taken elsewhere, the newest first. */
  readonly backups: readonly {
    readonly name: string;
    readonly at: When;
    readonly elsewhere?: { readonly id: string; readonly destroyed?: Destroyed | undefined } | undefined;
  }[];
  readonly found?:
    | {
        readonly name: string;
        readonly reference: string;
        readonly collections: readonly {
          readonly collection: string;
          readonly rows: number;
          readonly devices: number;
        }[];
        readonly devices: readonly Reference[];
        readonly changes: number;
        readonly accounts: readonly Reference[];
      }
    | undefined;
  readonly erasures: readonly {
    readonly id: string;
    readonly reference: string;
    readonly state: 'waiting' | 'done' | 'refused';
    readonly reason: string;
    readonly askedBy: string;
    readonly askedAt: When;
    readonly decidedBy?: string | undefined;
    readonly decidedAt?: When | undefined;
    readonly rows: number;
    readonly devices: number;
    /** The reader may decide: another person asked. */
    readonly mine: boolean;
    readonly remains: readonly PersonLeft[];
    /** The values can still be read with what remains. */
    readonly isIncomplete: boolean;
  }[];
  readonly values: { readonly reason: string };
  readonly errors?: FieldErrors;
};

const DestroyedNote = ({ ctx, word }: { readonly ctx: Ctx; readonly word: Destroyed }) => (
  <>
    {ctx.rich('persons.destroyed', {
      who: <span translate="no">{word.by}</span>,
      at: <Time at={word.at} />,
    })}{' '}
    {word.reason}
  </>
);

/** A backup that was taken elsewhere: a person states that every copy is destroyed. */
const Elsewhere = ({ ctx, id, destroyed }: { ctx: Ctx; id: string; destroyed?: Destroyed | undefined }) =>
  destroyed === undefined ? (
    <PostForm action={paths.backupForget()} class="form">
      <input type="hidden" name="backup" value={id} />
      <TextField
        name="reason"
        id={`f-destroyed-${id}`}
        label={ctx.t('persons.destroyedReason')}
        maxLength={500}
        required
      />
      <div>
        <Button needs="settings:write">{ctx.t('persons.forget')}</Button>
      </div>
    </PostForm>
  ) : (
    <DestroyedNote ctx={ctx} word={destroyed} />
  );

const Left = ({ ctx, left }: { readonly ctx: Ctx; readonly left: PersonLeft }) => {
  if (left.what === 'log') return ctx.t('persons.left.log');
  if (left.what === 'key') return ctx.t('persons.left.key', { why: left.why });
  if (left.destroyed !== undefined)
    return (
      <>
        {ctx.t('persons.left.said', { file: left.file })} <DestroyedNote ctx={ctx} word={left.destroyed} />
      </>
    );
  const text = ctx.t(left.here ? 'persons.left.here' : 'persons.left.taken', { file: left.file });
  return (
    <>
      {text} <Time at={left.madeAt} />
    </>
  );
};

const Found = ({ ctx, needsTwo, found, values, errors }: PersonsProps) => {
  if (found === undefined) return null;
  const write = withoutRight(ctx, 'provision:write');
  const labels = { confirm: ctx.t('persons.confirm'), reason: ctx.t('common.reason') };
  return (
    <Panel title={ctx.t('persons.found')} context={<Hash value={found.reference} />}>
      {found.collections.length === 0 ? (
        <Empty title={ctx.t('persons.nothing')}>{ctx.t('persons.nothingWhy')}</Empty>
      ) : (
        <DataTable<(typeof found.collections)[number]>
          caption={ctx.t('persons.found')}
          rows={found.collections}
          columns={[
            column('collection', ctx.t('changes.collection'), (row) =>
              ctx.tDynamic(`collection.${row.collection}.title`),
            ),
            { key: 'rows', label: ctx.t('common.rows'), num: true, cell: (row) => ctx.fmt.number(row.rows) },
            { key: 'devices', label: ctx.t('nav.devices'), num: true, cell: (row) => ctx.fmt.number(row.devices) },
          ]}
        />
      )}
      <div class="body">
        <p>{ctx.t('persons.changes', { n: found.changes })}</p>
        {found.devices.length === 0 ? null : (
          <ul class="columns">
            {found.devices.map((device) => (
              <li>
                <To href={paths.device(device.id)} translate="no">
                  {device.name}
                </To>
              </li>
            ))}
          </ul>
        )}
        {found.accounts.map((account) => (
          <p>
            {ctx.t('persons.account')}{' '}
            <To href={paths.object('account', account.id)} translate="no">
              {account.name}
            </To>
          </p>
        ))}
        <ErrorSummary errors={errors} labels={labels} />
        <PostForm action={paths.personErase()} class="form" errors={errors}>
          <input type="hidden" name="name" value={found.name} />
          <p>{ctx.t('persons.consequence')}</p>
          <TextField name="confirm" label={labels.confirm} autocomplete="off" spellcheck={false} required />
          <AreaField
            name="reason"
            label={labels.reason}
            hint={ctx.t('persons.reasonHint')}
            value={values.reason}
            rows={2}
            maxLength={500}
            required
          />
          <div>
            <Button kind="danger" unavailable={write}>
              {ctx.t(needsTwo ? 'persons.ask' : 'persons.erase')}
            </Button>
          </div>
        </PostForm>
      </div>
    </Panel>
  );
};

/** A person's values: where they are, and erasing them for ever. */
export const Persons = (props: PersonsProps) => {
  const { ctx, needsTwo, backups, erasures, errors } = props;
  const write = withoutRight(ctx, 'provision:write');
  return (
    <Page
      ctx={ctx}
      title={ctx.t('persons.title')}
      crumbs={[{ label: ctx.t('nav.provision'), href: paths.provision() }]}
      sub={ctx.t('persons.sub')}
    >
      <Panel title={ctx.t('persons.search')} body>
        <PostForm action={paths.personFind()} class="form" errors={errors}>
          <TextField
            name="name"
            id="f-person"
            label={ctx.t('persons.name')}
            hint={ctx.t('persons.nameHint')}
            autocomplete="off"
            spellcheck={false}
            required
          />
          <div>
            <Button kind="primary" unavailable={write}>
              {ctx.t('persons.find')}
            </Button>
          </div>
        </PostForm>
      </Panel>
      <Found {...props} />
      <Panel title={ctx.t('persons.remains')} body>
        <p>{ctx.t('persons.remainsWhy')}</p>
        {needsTwo ? <p>{ctx.t('persons.two')}</p> : null}
        {backups.length === 0 ? (
          <p class="second">{ctx.t('persons.noBackups')}</p>
        ) : (
          <DataTable<(typeof backups)[number]>
            caption={ctx.t('common.backups')}
            rows={backups}
            records="labelled"
            columns={[
              column('file', ctx.t('persons.backup'), { any: true }, (row) => <span translate="no">{row.name}</span>),
              { key: 'made', label: ctx.t('persons.made'), cell: (row) => <Time at={row.at} /> },
              column('place', ctx.t('common.where'), (row) =>
                ctx.t(row.elsewhere === undefined ? 'persons.here' : 'persons.elsewhere'),
              ),
              column('destroyed', ctx.t('persons.allCopies'), { any: true }, (row) =>
                row.elsewhere === undefined ? null : <Elsewhere ctx={ctx} {...row.elsewhere} />,
              ),
            ]}
          />
        )}
      </Panel>
      <Panel title={ctx.t('persons.history')} context={ctx.fmt.number(erasures.length)}>
        {erasures.length === 0 ? (
          <Empty title={ctx.t('persons.none')} />
        ) : (
          <DataTable<(typeof erasures)[number]>
            caption={ctx.t('persons.history')}
            rows={erasures}
            records="labelled"
            columns={[
              column('reference', ctx.t('persons.reference'), { any: true }, (row) => <Hash value={row.reference} />),
              column('state', ctx.t('field.state'), (row) => (
                <>
                  <Status level={row.state === 'waiting' || row.isIncomplete ? 'waiting' : 'done'}>
                    {ctx.tDynamic(`persons.state.${row.isIncomplete ? 'notYet' : row.state}`)}
                  </Status>
                  {row.remains.map((left) => (
                    <div class="small second">
                      <Left ctx={ctx} left={left} />
                    </div>
                  ))}
                </>
              )),
              column('asked', ctx.t('persons.asked'), { any: true }, (row) => (
                <>
                  <span translate="no">{row.askedBy}</span>, <Time at={row.askedAt} />
                  <div class="small second">{row.reason}</div>
                </>
              )),
              column('decided', ctx.t('persons.decided'), { any: true }, (row) =>
                row.decidedBy === undefined || row.decidedAt === undefined ? (
                  row.mine ? (
                    ctx.t('persons.secondNeeded')
                  ) : (
                    <PostForm action={paths.personDecide()} class="row">
                      <input type="hidden" name="id" value={row.id} />
                      <Button kind="danger" small name="agree" value="1" needs="provision:approve">
                        {ctx.t('persons.erase')}
                      </Button>
                      <Button small name="agree" value="0" unavailable={mayNotDecide(ctx, 'provision')}>
                        {ctx.t('common.refuse')}
                      </Button>
                    </PostForm>
                  )
                ) : (
                  <>
                    <span translate="no">{row.decidedBy}</span>, <Time at={row.decidedAt} />
                  </>
                ),
              ),
              { key: 'rows', label: ctx.t('common.rows'), num: true, cell: (row) => ctx.fmt.number(row.rows) },
              { key: 'devices', label: ctx.t('nav.devices'), num: true, cell: (row) => ctx.fmt.number(row.devices) },
            ]}
          />
        )}
      </Panel>
    </Page>
  );
};
