import { rowAnchor } from '../anchors.ts';
import { AreaField, Button, ErrorSummary, PostForm } from '../components/form.tsx';
import { Empty, Panel } from '../components/panel.tsx';
import { type AskedByOne, SecondPerson } from '../components/second-person.tsx';
import { Time } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { FieldErrors, When } from '../model.ts';
import { paths } from '../paths.ts';

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
  /** One person has seen it; a second one has to agree. */
  readonly asked?: (AskedByOne & { readonly reason: string }) | undefined;
  readonly acknowledged?: { readonly at: When; readonly by: string; readonly reason: string } | undefined;
};

type RollbackProps = {
  readonly ctx: Ctx;
  /** The newest first. */
  readonly returns: readonly Back[];
  readonly errors?: FieldErrors | undefined;
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
    </ul>
    {back.isCovered ? null : <p class="warn">{ctx.t('rollback.notCovered')}</p>}
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
export const Rollback = ({ ctx, returns, errors }: RollbackProps) => (
  <Page ctx={ctx} title={ctx.t('rollback.title')} sub={ctx.t('rollback.sub')}>
    {returns.length === 0 ? <Empty title={ctx.t('rollback.none')} /> : null}
    {returns.map((back) => (
      <One ctx={ctx} back={back} errors={errors} />
    ))}
  </Page>
);
