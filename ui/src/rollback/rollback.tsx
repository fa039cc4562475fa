import { rowAnchor } from '../anchors.ts';
import { AreaField, Button, ErrorSummary, PostForm } from '../components/form.tsx';
import { Empty, Notice, Panel } from '../components/panel.tsx';
import { type AskedByOne, SecondPerson } from '../components/second-person.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Time, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { FieldErrors, When } from '../model.ts';
import { paths } from '../paths.ts';
import { HeldTokens, type HeldTokensProps } from './held-tokens.tsx';

/** What came back other than it had been seen. */
type Line = {
  readonly kind: string;
  readonly id: string;
  readonly name: string;
  readonly fields: readonly string[];
  readonly was: 'changed' | 'deleted' | 'lost';
  readonly isRemoved: boolean;
};

type Back = {
  readonly id: string;
  readonly at: When;
  readonly cause: 'restored' | 'unknown' | 'no-witness';
  readonly file?: string | undefined;
  /** Entries of the journal: what had been seen, and what was found. */
  readonly was?: number | undefined;
  readonly found: number;
  readonly applied: {
    readonly devices: number;
    readonly accounts: number;
    readonly rights: number;
    readonly persons: number;
  };
  readonly isCovered: boolean;
  readonly failed: readonly string[];
  /** What came after it is lost; undefined where that is not known. */
  readonly since?: When | undefined;
  /** Objects that were compared field by field; undefined where the witness had no values. */
  readonly compared?: number | undefined;
  readonly uncompared: readonly string[];
  readonly lines: readonly Line[];
  /** Lines that the command shows as well, and lines that only the journal has. */
  readonly inCommand: number;
  readonly inJournal: number;
  /** Tokens that waited since; undefined where none could. */
  readonly held?: number | undefined;
  /** Others do not wait. */
  readonly tokensGoOn?: boolean | undefined;
  /** Objects that were made since and are not there, by kind. */
  readonly lost: Readonly<Record<string, number>>;
  readonly ended?: { readonly links: number; readonly sessions: number } | undefined;
  /** One person has seen it; a second one has to agree. */
  readonly asked?: (AskedByOne & { readonly reason: string }) | undefined;
  readonly acknowledged?: { readonly at: When; readonly by: string; readonly reason: string } | undefined;
};

type RollbackProps = {
  readonly ctx: Ctx;
  /** The newest first. */
  readonly returns: readonly Back[];
  readonly errors?: FieldErrors | undefined;
  /** For who may see tokens. */
  readonly held?: HeldTokensProps | undefined;
};

const Waiting = ({ ctx, back, errors }: { ctx: Ctx; back: Back; errors: FieldErrors | undefined }) => {
  const labels = { reason: ctx.t('rollback.reason') };
  return (
    <PostForm action={paths.rollback()} class="form" errors={errors}>
      <ErrorSummary labels={labels} />
      <input type="hidden" name="id" value={back.id} />
      <AreaField
        name="reason"
        id={`f-reason-${back.id}`}
        label={labels.reason}
        hint={ctx.t('rollback.reasonHint')}
        rows={2}
        maxLength={500}
        required
      />
      <div>
        <Button kind="primary" needs="safety:write">
          {ctx.t('rollback.acknowledge')}
        </Button>
      </div>
    </PostForm>
  );
};

/** A setting has one value: its name says it all. */
const fieldsOf = (ctx: Ctx, { kind, fields, was }: Line): string =>
  kind === 'setting' || was === 'deleted'
    ? ''
    : fields.map((field) => ctx.tDynamic(`kind.${kind}.field.${field}`, {}, field)).join(', ');

const Lines = ({ ctx, back }: { ctx: Ctx; back: Back }) => (
  <>
    {back.lines.length === 0 ? null : (
      <DataTable<Line>
        caption={ctx.t('rollback.lines')}
        rows={back.lines}
        records="labelled"
        columns={[
          column('what', ctx.t('common.what'), { any: true }, (line) => (
            <>
              {ctx.tDynamic(`kind.${line.kind}.one`, {}, line.kind)}{' '}
              <To href={paths.objectRevisions(line.kind, line.id)} translate="no">
                {line.name}
              </To>
            </>
          )),
          column('found', ctx.t('rollback.found'), { any: true }, (line) => (
            <>
              {ctx.t(`rollback.was.${line.was}`)}
              {fieldsOf(ctx, line) === '' ? null : <div class="small second">{fieldsOf(ctx, line)}</div>}
            </>
          )),
          column('done', ctx.t('rollback.done'), { any: true }, (line) =>
            ctx.t(
              !line.isRemoved
                ? 'rollback.done.strict'
                : line.kind === 'setting'
                  ? 'rollback.done.default'
                  : 'rollback.done.removed',
            ),
          ),
        ]}
      />
    )}
    {back.inCommand === 0 ? null : (
      <p>
        {ctx.rich('rollback.inCommand', {
          n: ctx.fmt.number(back.inCommand),
          command: <code translate="no">sallyport rollback show</code>,
        })}
      </p>
    )}
    {back.inJournal === 0 ? null : <p>{ctx.t('rollback.moreLines', { n: back.inJournal })}</p>}
    <p class="second">{ctx.t('rollback.linesNext')}</p>
  </>
);

/** What is not known and since when, and the question about certificates, which only a person can answer. */
const Unknown = ({ ctx, back }: { ctx: Ctx; back: Back }) => (
  <Notice level="warning" title={ctx.t('rollback.notCovered')}>
    <p>
      {back.since === undefined
        ? ctx.t('rollback.unknownEver')
        : ctx.rich('rollback.unknownSince', { at: <Time at={back.since} /> })}
    </p>
    {back.uncompared.length === 0 ? null : (
      <p>
        {ctx.t('rollback.uncompared')}{' '}
        {back.uncompared.map((kind) => ctx.tDynamic(`kind.${kind}.title`, {}, kind)).join(', ')}
      </p>
    )}
    <p>
      {ctx.t('rollback.certificates')}{' '}
      <To href={paths.devices({ certificateEnded: 'no' })}>{ctx.t('rollback.certificatesLook')}</To>
    </p>
  </Notice>
);

const One = ({ ctx, back, errors }: { ctx: Ctx; back: Back; errors: FieldErrors | undefined }) => (
  <Panel id={rowAnchor(back.id)} title={ctx.t(`rollback.cause.${back.cause}`)} context={<Time at={back.at} />} body>
    {back.file === undefined || back.file === '' ? null : (
      <p>
        {ctx.t('rollback.file')} <span translate="no">{back.file}</span>
      </p>
    )}
    <p>
      {back.was === undefined
        ? ctx.t('rollback.foundOnly', { found: back.found })
        : ctx.t('rollback.wasFound', { was: back.was, found: back.found })}
    </p>
    <ul>
      <li>{ctx.t('rollback.devices', { n: back.applied.devices })}</li>
      <li>{ctx.t('rollback.accounts', { n: back.applied.accounts })}</li>
      <li>{ctx.t('rollback.rights', { n: back.applied.rights })}</li>
      <li>{ctx.t('rollback.persons', { n: back.applied.persons })}</li>
      {back.ended === undefined ? null : (
        <>
          <li>{ctx.t('rollback.links', { n: back.ended.links })}</li>
          <li>{ctx.t('rollback.sessions', { n: back.ended.sessions })}</li>
        </>
      )}
      {back.held === undefined || back.held === 0 ? null : <li>{ctx.t('rollback.held', { n: back.held })}</li>}
      {back.compared === undefined ? null : <li>{ctx.t('rollback.compared', { n: back.compared })}</li>}
      {Object.entries(back.lost).map(([kind, n]) => (
        <li>
          {ctx.t('rollback.lost')} {ctx.tDynamic(`kind.${kind}.title`, {}, kind)}: {ctx.fmt.number(n)}
        </li>
      ))}
    </ul>
    {back.isCovered ? <p>{ctx.t('rollback.covered')}</p> : <Unknown ctx={ctx} back={back} />}
    {back.tokensGoOn === true ? <p>{ctx.t('rollback.tokensGoOn')}</p> : null}
    {back.lines.length + back.inJournal === 0 ? null : <Lines ctx={ctx} back={back} />}
    {back.failed.length === 0 ? null : (
      <ul translate="no">
        {back.failed.map((one) => (
          <li>{one}</li>
        ))}
      </ul>
    )}
    {back.asked === undefined ? null : (
      <SecondPerson
        title={ctx.t('rollback.waits')}
        asked={back.asked}
        action={paths.rollbackDecide()}
        fields={{ id: back.id }}
        area="safety"
      >
        <p>{back.asked.reason}</p>
      </SecondPerson>
    )}
    {back.acknowledged === undefined ? (
      back.asked === undefined ? (
        <Waiting ctx={ctx} back={back} errors={errors} />
      ) : null
    ) : (
      <p>
        {ctx.t('rollback.acknowledged')} <span translate="no">{back.acknowledged.by}</span>,{' '}
        <Time at={back.acknowledged.at} />: {back.acknowledged.reason}
      </p>
    )}
  </Panel>
);

/** Returns of the database to an older state: what was found, what was taken away again, and who has seen it. */
export const Rollback = ({ ctx, returns, errors, held }: RollbackProps) => (
  <Page ctx={ctx} title={ctx.t('rollback.title')} sub={ctx.t('rollback.sub')}>
    {held === undefined ? null : <HeldTokens ctx={ctx} {...held} />}
    {returns.length === 0 ? <Empty title={ctx.t('rollback.none')} /> : null}
    {returns.map((back) => (
      <One ctx={ctx} back={back} errors={errors} />
    ))}
  </Page>
);
