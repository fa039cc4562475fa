import { AreaField, Button, ErrorSummary, PostForm, TextField } from '../components/form.tsx';
import { Facts, Notice, Panel } from '../components/panel.tsx';
import { type AskedByOne, SecondPerson } from '../components/second-person.tsx';
import { Status } from '../components/status.tsx';
import { Time } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { FieldErrors, When } from '../model.ts';
import { paths } from '../paths.ts';

type RecoveryKeyProps = {
  readonly ctx: Ctx;
  readonly state: 'confirmed' | 'not-confirmed' | 'unknown';
  readonly madeAt: When | null;
  readonly confirmedAt: When | null;
  /** Which groups are asked for; none: the whole key is. */
  readonly positions: readonly number[];
  /** A new key waits for a second person. */
  readonly asked?: (AskedByOne & { readonly reason: string }) | undefined;
  /** The new key, shown once. */
  readonly made?: string | undefined;
  readonly errors?: FieldErrors | undefined;
};

const Confirm = ({ ctx, positions, errors }: Pick<RecoveryKeyProps, 'ctx' | 'positions' | 'errors'>) => {
  const labels = { groups: ctx.t('recovery.groups') };
  return (
    <PostForm action={paths.recoveryKeyConfirm()} class="form" errors={errors}>
      <ErrorSummary labels={labels} />
      <TextField
        name="groups"
        label={labels.groups}
        hint={
          positions.length === 0
            ? ctx.t('recovery.groupsWhole')
            : ctx.t('recovery.groupsHint', { groups: positions.join(', ') })
        }
        autocomplete="off"
        maxLength={100}
        required
      />
      <div>
        <Button kind="primary" needs="settings:write">
          {ctx.t('recovery.confirm')}
        </Button>
      </div>
    </PostForm>
  );
};

const Renew = ({ ctx, errors }: Pick<RecoveryKeyProps, 'ctx' | 'errors'>) => {
  const labels = { reason: ctx.t('recovery.reason') };
  return (
    <PostForm action={paths.recoveryKeyRenew()} class="form" errors={errors}>
      <ErrorSummary labels={labels} />
      <AreaField
        name="reason"
        label={labels.reason}
        hint={ctx.t('recovery.reasonHint')}
        rows={2}
        maxLength={500}
        required
      />
      <div>
        <Button kind="danger" needs="safety:write">
          {ctx.t('recovery.ask')}
        </Button>
      </div>
    </PostForm>
  );
};

/** The recovery key: whether somebody has it, typing its groups, and a new one. */
export const RecoveryKey = (props: RecoveryKeyProps) => {
  const { ctx, state, madeAt, confirmedAt, positions, asked, made, errors } = props;
  const of = (field: string): FieldErrors | undefined => (errors?.[field] === undefined ? undefined : errors);
  return (
    <Page ctx={ctx} title={ctx.t('recovery.title')} sub={ctx.t('recovery.sub')}>
      {made === undefined ? null : (
        <Notice level="warning" title={ctx.t('recovery.once')} alert>
          <pre id="secret" translate="no">
            {made}
          </pre>
          <p>{ctx.t('recovery.older')}</p>
        </Notice>
      )}
      <Panel title={ctx.t('recovery.held')} body>
        <Facts
          rows={[
            [
              ctx.t('field.state'),
              <Status level={state === 'confirmed' ? 'ok' : 'warning'}>{ctx.t(`recovery.state.${state}`)}</Status>,
            ],
            [ctx.t('common.made'), madeAt === null ? ctx.t('recovery.unknownWhen') : <Time at={madeAt} />],
            [ctx.t('recovery.confirmedAt'), confirmedAt === null ? ctx.t('recovery.never') : <Time at={confirmedAt} />],
          ]}
        />
        {state === 'confirmed' ? null : <Confirm ctx={ctx} positions={positions} errors={of('groups')} />}
      </Panel>
      <Panel title={ctx.t('recovery.renew')} body>
        <p>{ctx.t('recovery.older')}</p>
        {asked === undefined ? (
          <Renew ctx={ctx} errors={of('reason')} />
        ) : (
          <SecondPerson title={ctx.t('recovery.waits')} asked={asked} action={paths.recoveryKeyDecide()} area="safety">
            <p>{asked.reason}</p>
          </SecondPerson>
        )}
      </Panel>
    </Page>
  );
};
