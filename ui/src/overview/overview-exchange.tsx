import { ExchangeDiagram } from '../components/exchange-diagram.tsx';
import { LinkButton } from '../components/form.tsx';
import { Empty, Panel } from '../components/panel.tsx';
import { Shape } from '../components/status.tsx';
import { paths } from '../paths.ts';
import type { OverviewProps } from './overview-model.ts';

/** Where the medium is: the trips as a drawing, what left, what is on the way, what came. */
export const OverviewExchange = ({ ctx, exchange }: Pick<OverviewProps, 'ctx' | 'exchange'>) => {
  const { left, onTheWay, came, setup } = exchange;
  return (
    <Panel
      title={ctx.t('nav.exchange')}
      context={exchange.trips.length === 0 ? undefined : ctx.t('overview.trips', { n: exchange.trips.length })}
      link={<a href={paths.exchange()}>{ctx.t('overview.allExchanges')}</a>}
    >
      {setup === undefined ? (
        <>
          <div class="body">
            <ExchangeDiagram ctx={ctx} trips={exchange.trips} />
          </div>
          <div class="three">
            <div>
              <h3>
                <Shape ctx={ctx} name="right" /> {ctx.t('overview.whatLeft')}
              </h3>
              {left === undefined ? (
                <p class="second">{ctx.t('overview.nothingLeft')}</p>
              ) : (
                <>
                  <strong>
                    {ctx.rich('overview.requestAt', {
                      request: <a href={paths.exchange()}>{ctx.t('exchange.request', { number: left.number })}</a>,
                      at: ctx.fmt.dayTime(left.at),
                    })}
                  </strong>
                  <p class="second">
                    {ctx.t('overview.leftCounts', {
                      wants: left.wants,
                      feeds: left.feeds,
                      size: ctx.fmt.bytes(left.bytes),
                    })}{' '}
                    {ctx.t('overview.leftNot')}
                  </p>
                </>
              )}
            </div>
            <div>
              <h3>
                <Shape ctx={ctx} name="half" /> {ctx.t('overview.onTheWay')}
              </h3>
              {onTheWay === undefined ? (
                <p class="second">{ctx.t('overview.nothingOnTheWay')}</p>
              ) : (
                <>
                  <strong>{ctx.t('exchange.request', { number: onTheWay.number })}</strong>
                  <p class="second">
                    {ctx.t('overview.since', { at: ctx.fmt.dayTime(onTheWay.since), age: ctx.fmt.age(onTheWay.since) })}
                  </p>
                </>
              )}
            </div>
            <div>
              <h3>
                <Shape ctx={ctx} name="left" /> {ctx.t('overview.whatCame')}
              </h3>
              {came === undefined ? (
                <p class="second">{ctx.t('overview.nothingCame')}</p>
              ) : (
                <>
                  <strong>
                    {ctx.rich('overview.bundleAt', {
                      bundle: (
                        <a href={paths.receipt(came.receipt)}>{ctx.t('exchange.bundle', { number: came.seq })}</a>
                      ),
                      at: ctx.fmt.dayTime(came.at),
                    })}
                  </strong>
                  <p class="second">
                    {ctx.t('overview.cameCounts', {
                      advisories: came.advisories,
                      updates: came.updates,
                      size: ctx.fmt.bytes(came.bytes),
                    })}{' '}
                    {came.unfulfilled === 0 ? null : (
                      <a href={paths.receipt(came.receipt)}>{ctx.t('overview.unfulfilled', { n: came.unfulfilled })}</a>
                    )}
                  </p>
                </>
              )}
            </div>
          </div>
        </>
      ) : (
        <Empty
          title={ctx.t(setup === 'no-trust' ? 'overview.noTrust' : 'overview.noRequest')}
          action={
            <LinkButton href={setup === 'no-trust' ? paths.introduction() : paths.exchangeSend()}>
              {ctx.t(setup === 'no-trust' ? 'story.begin' : 'overview.seeRequest')}
            </LinkButton>
          }
        >
          {ctx.t(setup === 'no-trust' ? 'overview.noTrustWhy' : 'overview.noRequestWhy')}
        </Empty>
      )}
    </Panel>
  );
};
