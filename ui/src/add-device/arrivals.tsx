import { ArrivalFacts, type ArrivalFactsOf } from '../components/arrival-facts.tsx';
import { Button, Hidden, PostForm } from '../components/form.tsx';
import { Empty, Panel } from '../components/panel.tsx';
import { To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { When } from '../model.ts';
import { paths } from '../paths.ts';
import { NextStep, type NextStepLink } from '../worklist/next-step.tsx';

const lookAgainSeconds = 10;

export type Arrival = ArrivalFactsOf & {
  readonly id: string;
  /** Names what was compared. */
  readonly client: string;
  readonly name: string;
  readonly state: 'pending' | 'approved' | 'held' | 'revoked';
  readonly heardAt: When;
  /** From when its list of software is; undefined: none came yet. */
  readonly inventoryAt: When | undefined;
};

/** The devices that came with a token, the newest first, each to be compared and approved. */
export const Arrivals = ({
  ctx,
  token,
  rows,
  next,
}: {
  readonly ctx: Ctx;
  /** The id of the token: who approves comes back here. */
  readonly token: string;
  readonly rows: readonly Arrival[];
  readonly next: NextStepLink | undefined;
}) => (
  <Page
    ctx={ctx}
    title={ctx.t('arrivals.title')}
    crumbs={[
      { label: ctx.t('nav.devices'), href: paths.devices() },
      { label: ctx.t('add.title'), href: paths.deviceAdd() },
    ]}
    sub={ctx.t('arrivals.sub')}
    refreshSeconds={lookAgainSeconds}
  >
    <NextStep ctx={ctx} step={next} />
    <div class="grid">
      {rows.length === 0 ? (
        <Panel title={ctx.t('arrivals.title')} span={12}>
          <Empty title={ctx.t('arrivals.none')}>{ctx.t('arrivals.noneWhy')}</Empty>
        </Panel>
      ) : (
        rows.map((row) => (
          <Panel title={row.name} span={6} body>
            <ArrivalFacts
              of={row}
              rows={[
                [ctx.t('field.state'), ctx.t(`arrivals.state.${row.state}`)],
                [ctx.t('arrivals.heard'), ctx.fmt.dateTime(row.heardAt)],
                [
                  ctx.t('arrivals.inventory'),
                  row.inventoryAt === undefined ? ctx.t('arrivals.noInventory') : ctx.fmt.dateTime(row.inventoryAt),
                ],
              ]}
            />
            <div class="row">
              {row.state === 'pending' ? (
                <PostForm action={paths.deviceApprove(row.id)}>
                  <Hidden
                    fields={[
                      ['arrivals', token],
                      ['client', row.client],
                    ]}
                  />
                  <Button kind="primary" needs="devices:write">
                    {ctx.t('common.approve')}
                  </Button>
                </PostForm>
              ) : null}
              <To href={paths.device(row.id)}>{ctx.t('arrivals.open')}</To>
            </div>
          </Panel>
        ))
      )}
    </div>
  </Page>
);
