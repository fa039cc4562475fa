import { Facts, Panel } from '../components/panel.tsx';
import { RefusalWords, WarningWords } from '../components/refusal.tsx';
import { Hash, Time } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { When } from '../model.ts';
import { paths } from '../paths.ts';
import type { ReceiptRow } from './receipts.tsx';
import { ResultMark, Unfulfilled } from './receipts.tsx';

type ReceiptProps = {
  readonly ctx: Ctx;
  readonly receipt: ReceiptRow;
  readonly startedAt: When;
  readonly finishedAt: When;
  readonly bundleId?: string | undefined;
  readonly digest: string;
  readonly prev?: string | undefined;
  readonly detail: string;
  readonly warnings: readonly string[];
  readonly overrides: readonly { readonly code: string; readonly reason: string; readonly operator: number }[];
  readonly unfulfilled: readonly { readonly reason: string; readonly want: string }[];
  /** The signed statement, pretty-printed. */
  readonly text: string;
};

/** One receipt: what arrived, what happened, what was not filled, and the signed text. */
export const Receipt = (props: ReceiptProps) => {
  const { ctx, receipt } = props;
  return (
    <Page
      ctx={ctx}
      title={ctx.t('exchange.receiptN', { number: receipt.number })}
      crumbs={[
        { label: ctx.t('nav.exchange'), href: paths.exchange() },
        { label: ctx.t('exchange.tab.receipts'), href: paths.exchangeReceipts() },
      ]}
      mark={<ResultMark ctx={ctx} row={receipt} />}
      sub={ctx.fmt.dateTime(receipt.at)}
    >
      <div class="grid">
        <Panel title={ctx.t('exchange.resultLabel')} span={6} body>
          {receipt.code === undefined ? null : (
            <>
              <h3>{ctx.tDynamic(`error.${receipt.code}`, {}, receipt.code)}</h3>
              <RefusalWords code={receipt.code} detail={props.detail} />
            </>
          )}
          <Facts
            rows={[
              [ctx.t('common.started'), <Time at={props.startedAt} />],
              [ctx.t('exchange.finished'), <Time at={props.finishedAt} />],
              [
                ctx.t('exchange.bundleLabel'),
                receipt.seq === undefined ? '–' : ctx.t('exchange.bundle', { number: receipt.seq }),
              ],
              [ctx.t('exchange.bundleId'), props.bundleId === undefined ? '–' : <Hash value={props.bundleId} />],
              [ctx.t('exchange.new'), ctx.fmt.number(receipt.new)],
              [ctx.t('exchange.held'), ctx.fmt.number(receipt.held)],
              [ctx.t('common.size'), ctx.fmt.bytes(receipt.bytes)],
            ]}
          />
          {props.warnings.length === 0 ? null : (
            <>
              <h3>{ctx.t('exchange.warnings')}</h3>
              <WarningWords codes={props.warnings} />
            </>
          )}
          {props.overrides.length === 0 ? null : (
            <>
              <h3>{ctx.t('exchange.overrides')}</h3>
              <ul>
                {props.overrides.map((one) => (
                  <li>
                    <code translate="no">{one.code}</code>: {one.reason} (
                    {ctx.t('exchange.operator', { number: one.operator })})
                  </li>
                ))}
              </ul>
            </>
          )}
        </Panel>
        <Panel title={ctx.t('exchange.chain')} span={6} body>
          <Facts
            rows={[
              [ctx.t('exchange.digest'), <Hash value={props.digest} />],
              [ctx.t('exchange.prev'), props.prev === undefined ? '–' : <Hash value={props.prev} />],
              [
                ctx.t('exchange.leftWith'),
                receipt.leftWith === undefined
                  ? ctx.t('exchange.notLeftYet')
                  : ctx.t('exchange.request', { number: receipt.leftWith }),
              ],
            ]}
          />
        </Panel>
      </div>
      {props.unfulfilled.length === 0 ? null : (
        <Panel title={ctx.t('exchange.unfulfilledTitle')} context={ctx.fmt.number(props.unfulfilled.length)}>
          <Unfulfilled ctx={ctx} rows={props.unfulfilled} />
        </Panel>
      )}
      <Panel title={ctx.t('exchange.signedText')} body>
        <pre translate="no">{props.text}</pre>
      </Panel>
    </Page>
  );
};
