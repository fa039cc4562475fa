import type { Child } from 'hono/jsx';
import { LinkButton } from '../components/form.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import { paths } from '../paths.ts';

/** Its pages that stand in the navigation. */
type ExchangePage = 'story' | 'send' | 'receive' | 'receipts' | 'card' | 'trust';

/** A page of the exchange; all but the one itself lead to where bundles come in. */
export const ExchangeFrame = ({
  ctx,
  current,
  actions,
  refreshSeconds,
  children,
}: {
  ctx: Ctx;
  current: ExchangePage;
  actions?: Child;
  refreshSeconds?: number | undefined;
  children: Child;
}) => (
  <Page
    ctx={ctx}
    title={ctx.t(`exchange.tab.${current}`)}
    sub={ctx.t('exchange.sub')}
    refreshSeconds={refreshSeconds}
    actions={
      actions ??
      (current === 'receive' ? undefined : (
        <LinkButton href={paths.exchangeReceive()}>{ctx.t('exchange.importBundle')}</LinkButton>
      ))
    }
  >
    {children}
  </Page>
);
