import type { Child } from 'hono/jsx';
import { LinkButton } from '../components/form.tsx';
import { Tabs } from '../components/panel.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import { paths } from '../paths.ts';

/** Numbers beside the tabs of the exchange. */
export type ExchangeCounts = { readonly receipts: number };

type ExchangeTab = 'story' | 'send' | 'receive' | 'receipts' | 'card' | 'trust';

/** Tabs of the exchange around each of its pages. */
export const ExchangeFrame = ({
  ctx,
  current,
  receipts,
  actions,
  refreshSeconds,
  children,
}: {
  ctx: Ctx;
  current: ExchangeTab;
  receipts: number;
  actions?: Child;
  refreshSeconds?: number | undefined;
  children: Child;
}) => (
  <Page
    ctx={ctx}
    title={ctx.t('nav.exchange')}
    section="exchange"
    sub={ctx.t('exchange.sub')}
    refreshSeconds={refreshSeconds}
    actions={
      actions ??
      (current === 'receive' ? undefined : (
        <LinkButton ctx={ctx} href={paths.exchangeReceive()}>
          {ctx.t('exchange.importBundle')}
        </LinkButton>
      ))
    }
  >
    <Tabs
      ctx={ctx}
      label={ctx.t('nav.exchange')}
      tabs={[
        { href: paths.exchange(), label: ctx.t('exchange.tab.story'), current: current === 'story' },
        { href: paths.exchangeSend(), label: ctx.t('exchange.tab.send'), current: current === 'send' },
        { href: paths.exchangeReceive(), label: ctx.t('exchange.tab.receive'), current: current === 'receive' },
        {
          href: paths.exchangeReceipts(),
          label: ctx.t('exchange.tab.receipts'),
          current: current === 'receipts',
          count: receipts,
        },
        { href: paths.exchangeCard(), label: ctx.t('exchange.tab.card'), current: current === 'card' },
        { href: paths.exchangeTrust(), label: ctx.t('exchange.tab.trust'), current: current === 'trust' },
        { href: paths.announcements(), label: ctx.t('announcements.title'), current: false },
      ]}
    />
    {children}
  </Page>
);
