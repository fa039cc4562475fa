import type { Child } from 'hono/jsx';
import { Facts, Notice, Panel } from '../components/panel.tsx';
import { type AskedByOne, SecondPerson } from '../components/second-person.tsx';
import { Status } from '../components/status.tsx';
import { Time } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { When } from '../model.ts';
import { paths } from '../paths.ts';

type RecoveryKeyProps = {
  readonly ctx: Ctx;
  readonly state: 'confirmed' | 'not-confirmed' | 'unknown';
  readonly madeAt: When | null;
  readonly confirmedAt: When | null;
  /** A new key waits for a second person. */
  readonly asked?: (AskedByOne & { readonly reason: string }) | undefined;
  /** The new key, shown once. */
  readonly made?: string | undefined;
  /** Forms. */
  readonly confirm: Child;
  readonly renew: Child;
};

/** The recovery key: whether somebody has it, typing its groups, and a new one. */
export const RecoveryKey = (props: RecoveryKeyProps) => {
  const { ctx, state, madeAt, confirmedAt, asked, made, confirm, renew } = props;
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
        {state === 'confirmed' ? null : confirm}
      </Panel>
      <Panel title={ctx.t('recovery.renew')} body>
        <p>{ctx.t('recovery.older')}</p>
        {asked === undefined ? (
          renew
        ) : (
          <SecondPerson title={ctx.t('recovery.waits')} asked={asked} action={paths.recoveryKeyDecide()} area="safety">
            <p>{asked.reason}</p>
          </SecondPerson>
        )}
      </Panel>
    </Page>
  );
};
