import { LinkButton } from '../components/form.tsx';
import { Facts, Panel } from '../components/panel.tsx';
import { Hash, Time } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import type { When } from '../model.ts';
import { paths } from '../paths.ts';
import { ExchangeFrame } from './exchange-frame.tsx';

/** Tab Site card: what introduces this site to the connected host. */
type ExchangeCardProps = {
  readonly ctx: Ctx;
  readonly card: {
    readonly number: number;
    readonly createdAt: When;
    readonly fingerprint: string;
    readonly signKeys: readonly string[];
    readonly sealKey: string;
    readonly rootVersion: number;
  };
};

/** The card that introduces this site, with the fingerprint that the other side compares. */
export const ExchangeCard = ({ ctx, card }: ExchangeCardProps) => (
  <ExchangeFrame
    ctx={ctx}
    current="card"
    actions={
      <LinkButton kind="primary" href={paths.exchangeCardFile()} download>
        {ctx.t('exchange.downloadCard')}
      </LinkButton>
    }
  >
    <Panel title={ctx.t('exchange.cardTitle', { number: card.number })} body>
      <p class="second">{ctx.t('exchange.cardWhy')}</p>
      <Facts
        rows={[
          [ctx.t('exchange.fingerprint'), <Hash value={card.fingerprint} id="fingerprint" />],
          [ctx.t('common.made'), <Time at={card.createdAt} />],
          [ctx.t('field.site'), <span translate="no">{`${ctx.site.id}, ${ctx.site.name}`}</span>],
          [
            ctx.t('exchange.signKeys'),
            card.signKeys.map((key) => (
              <div>
                <Hash value={key} />
              </div>
            )),
          ],
          [ctx.t('exchange.sealKey'), <Hash value={card.sealKey} />],
          [
            ctx.t('exchange.rootHeld'),
            card.rootVersion === 0 ? ctx.t('exchange.noRoot') : ctx.fmt.number(card.rootVersion),
          ],
        ]}
      />
    </Panel>
  </ExchangeFrame>
);
