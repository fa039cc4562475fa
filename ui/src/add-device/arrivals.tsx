import { FingerprintWords } from '../components/fingerprint-words.tsx';
import { Button, PostForm, withoutRight } from '../components/form.tsx';
import { Empty, Facts, Panel } from '../components/panel.tsx';
import { To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { When } from '../model.ts';
import { paths } from '../paths.ts';

const lookAgainSeconds = 10;

export type Arrival = {
  readonly id: string;
  readonly name: string;
  readonly state: 'pending' | 'approved' | 'held' | 'revoked';
  readonly heardAt: When;
  readonly from: string;
  readonly macs: readonly string[];
  readonly serial: string;
  /** Of the fingerprint of our own agent's key; other clients have none. */
  readonly words: readonly string[];
};

/** The devices that came with a token, the newest first, each to be compared and approved. */
export const Arrivals = ({ ctx, rows }: { readonly ctx: Ctx; readonly rows: readonly Arrival[] }) => (
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
    <div class="grid">
      {rows.length === 0 ? (
        <Panel title={ctx.t('arrivals.title')} span={12}>
          <Empty title={ctx.t('arrivals.none')}>{ctx.t('arrivals.noneWhy')}</Empty>
        </Panel>
      ) : (
        rows.map((row) => (
          <Panel title={row.name} span={6}>
            <div class="body">
              <Facts
                rows={[
                  [ctx.t('arrivals.state'), ctx.t(`arrivals.state.${row.state}`)],
                  [ctx.t('arrivals.heard'), ctx.fmt.dateTime(row.heardAt)],
                  [ctx.t('arrivals.from'), row.from],
                  [ctx.t('arrivals.macs'), row.macs.join(', ')],
                  [ctx.t('arrivals.serial'), row.serial],
                  [
                    ctx.t('arrivals.words'),
                    row.words.length === 0 ? '' : <FingerprintWords ctx={ctx} words={row.words} />,
                  ],
                ].map(([label, value]) => [label, value === '' ? ctx.t('common.unknown') : value] as const)}
              />
              <div class="row">
                {row.state === 'pending' ? (
                  <PostForm ctx={ctx} action={paths.deviceApprove(row.id)}>
                    <Button kind="primary" unavailable={withoutRight(ctx, 'devices:write')}>
                      {ctx.t('arrivals.approve')}
                    </Button>
                  </PostForm>
                ) : null}
                <To ctx={ctx} href={paths.device(row.id)}>
                  {ctx.t('arrivals.open')}
                </To>
              </div>
            </div>
          </Panel>
        ))
      )}
    </div>
  </Page>
);
