import { ListPanel } from '../components/list-panel.tsx';
import { Empty, Notice } from '../components/panel.tsx';
import type { Ctx } from '../context.ts';
import type { ListState } from '../list.ts';
import type { PageOf, When } from '../model.ts';
import { ExchangeFrame } from './exchange-frame.tsx';
import type { ReceiptRow } from './receipts.tsx';
import { receiptColumns } from './receipts.tsx';

type ExchangeReceiptsProps = {
  readonly ctx: Ctx;
  readonly list: ListState;
  readonly page: PageOf<ReceiptRow>;
  readonly chain: { readonly ok: boolean; readonly checkedAt: When };
};

/** Tab Receipts: a chain, each names the one before it. */
export const ExchangeReceipts = ({ ctx, list, page, chain }: ExchangeReceiptsProps) => (
  <ExchangeFrame ctx={ctx} current="receipts">
    {chain.ok ? null : (
      <Notice level="critical" title={ctx.t('exchange.chainBroken')}>
        {ctx.t('error.CHAIN.next')}
      </Notice>
    )}
    <ListPanel
      list={list}
      title={ctx.t('exchange.tab.receipts')}
      context={chain.ok ? ctx.t('exchange.chainOk', { at: ctx.fmt.time(chain.checkedAt) }) : undefined}
      page={page}
      order={ctx.t('common.newestFirst')}
      table={{ caption: ctx.t('exchange.tab.receipts'), columns: receiptColumns(ctx) }}
      empty={<Empty title={ctx.t('exchange.noReceipts')}>{ctx.t('exchange.noReceiptsWhy')}</Empty>}
    />
  </ExchangeFrame>
);
