import { Sparkline } from '../components/chart.tsx';
import type { ExchangeTrip } from '../components/exchange-diagram.tsx';
import { ExchangeDiagram } from '../components/exchange-diagram.tsx';
import { LinkButton, withoutRight } from '../components/form.tsx';
import { type KeyDate, KeyDates } from '../components/key-dates.tsx';
import { ageColumns } from '../components/knowledge.tsx';
import { Empty, Panel } from '../components/panel.tsx';
import { Progress } from '../components/progress.tsx';
import { DecisionMark, Shape, Status } from '../components/status.tsx';
import { DataTable } from '../components/table.tsx';
import { Count, Time } from '../components/text.tsx';
import { Tile, Tiles } from '../components/tile.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../layout/page.tsx';
import type { Decision, EventSeverity, Said, When } from '../model.ts';
import { paths } from '../paths.ts';
import { severityShape } from './events.tsx';

export type OverviewProps = {
  readonly ctx: Ctx;
  readonly checkedAt: When;
  readonly devices: {
    readonly total: number;
    readonly critical: number;
    readonly warning: number;
    readonly notVisible: number;
    readonly ok: number;
    /** Waiting for approval, held as a possible clone. */
    readonly pending: number;
    readonly notVisibleHours: number;
  };
  readonly act: { readonly findings: number; readonly devices: number };
  readonly updatesNeeded: number;
  readonly exchange: {
    readonly trips: readonly ExchangeTrip[];
    readonly nextNumber: number;
    /** Trust is not imported or no site card is out yet: says what to do first. */
    readonly setup?: 'no-trust' | 'no-request';
    readonly left?: {
      readonly number: number;
      readonly at: When;
      readonly wants: number;
      readonly feeds: number;
      readonly bytes: number;
    };
    readonly onTheWay?: { readonly number: number; readonly since: When };
    readonly came?: {
      readonly seq: number;
      readonly at: When;
      readonly receipt: number;
      readonly advisories: number;
      readonly updates: number;
      readonly bytes: number;
      readonly unfulfilled: number;
    };
  };
  readonly decisions: readonly {
    readonly decision: Decision;
    readonly findings: number;
    readonly devices: number;
    readonly available: number;
    readonly none: number;
    readonly undetermined: number;
  }[];
  /** Act and Attend, open, per day, oldest first; fewer than two values are not drawn. */
  readonly trend: readonly number[];
  readonly knowledge: readonly { readonly feed: string; readonly ageDays: number | null; readonly limitDays: number }[];
  readonly running: readonly {
    readonly id: string;
    readonly name: string;
    readonly done: number;
    readonly total: number;
    readonly failed: number;
  }[];
  readonly events: readonly {
    readonly id: number;
    readonly at: When;
    readonly severity: EventSeverity;
    readonly said: Said;
    readonly device?: { readonly id: string; readonly name: string };
  }[];
  readonly eventsSince: When;
  /** Absent: there are none. */
  readonly controllers?: {
    readonly total: number;
    readonly warning: number;
    readonly critical: number;
    /** Zones with controllers, the worst first. */
    readonly zones: readonly {
      readonly id: string;
      readonly name: string;
      readonly controllers: number;
      readonly health: 'critical' | 'warning' | 'ok';
      /** What is wrong with the worst of them. */
      readonly reason?: Said;
      readonly abnormal: number;
    }[];
  };
  /** Trust that runs out. */
  readonly keyDates?: readonly KeyDate[];
};

const ExchangePanel = ({ ctx, exchange }: Pick<OverviewProps, 'ctx' | 'exchange'>) => {
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

const Needed = ({ ctx, decisions, trend, running, updatesNeeded }: OverviewProps) => (
  <Panel
    title={ctx.t('overview.needed')}
    context={ctx.t('overview.byDecision')}
    span={7}
    link={<a href={paths.vulnerabilities()}>{ctx.t('overview.decisionBoard')}</a>}
  >
    <DataTable
      ctx={ctx}
      plain
      caption={ctx.t('overview.needed')}
      rows={decisions}
      columns={[
        {
          key: 'decision',
          label: ctx.t('vuln.decision'),
          head: true,
          cell: (row) => <DecisionMark ctx={ctx} decision={row.decision} />,
        },
        {
          key: 'findings',
          label: ctx.t('vuln.findings'),
          num: true,
          cell: (row) => <Count ctx={ctx} n={row.findings} href={paths.vulnerabilities({ decision: row.decision })} />,
        },
        {
          key: 'devices',
          label: ctx.t('nav.devices'),
          num: true,
          cell: (row) => <Count ctx={ctx} n={row.devices} href={paths.devices({ decision: row.decision })} />,
        },
        ...(['available', 'none', 'undetermined'] as const).map((fix) => ({
          key: fix,
          label: ctx.t(`fix.${fix}`),
          num: true,
          hideNarrow: fix === 'undetermined',
          cell: (row: OverviewProps['decisions'][number]) => (
            <Count ctx={ctx} n={row[fix]} href={paths.vulnerabilities({ decision: row.decision, fix })} />
          ),
        })),
      ]}
    />
    <div class="two">
      <div>
        <h3>{ctx.t('overview.trend')}</h3>
        {trend.length < 2 ? (
          <p class="second">{ctx.t('overview.noTrend')}</p>
        ) : (
          <>
            <Sparkline
              values={trend}
              label={ctx.t('overview.trendWords', {
                days: trend.length,
                first: trend[0] ?? 0,
                last: trend.at(-1) ?? 0,
              })}
            />
            <div class="pairs small second">
              <div>
                <span>{ctx.fmt.number(trend[0] ?? 0)}</span>
                <span>{ctx.t('overview.today', { n: trend.at(-1) ?? 0 })}</span>
              </div>
            </div>
          </>
        )}
      </div>
      <div>
        <h3>{ctx.t('overview.next')}</h3>
        <p>
          <a href={paths.updates({ supply: 'arrived', approval: 'undefined' })}>
            {ctx.t('overview.updatesNeeded', { n: updatesNeeded })}
          </a>
        </p>
        {running.map((deployment) => (
          <div>
            <a href={paths.deployment(deployment.id)}>{deployment.name}</a>{' '}
            <span class="second">{ctx.t('overview.done', { done: deployment.done, total: deployment.total })}</span>{' '}
            {deployment.failed === 0 ? null : (
              <Status ctx={ctx} level="critical">
                {ctx.t('overview.failed', { n: deployment.failed })}
              </Status>
            )}
            <Progress label={deployment.name} done={deployment.done} total={deployment.total} />
          </div>
        ))}
      </div>
    </div>
  </Panel>
);

const KnowledgePanel = ({ ctx, knowledge }: Pick<OverviewProps, 'ctx' | 'knowledge'>) => {
  const { feed, bar, age, limit } = ageColumns(ctx, knowledge, ctx.t('overview.age'));
  return (
    <Panel
      title={ctx.t('overview.knowledge')}
      context={ctx.t('overview.perSource')}
      span={5}
      link={<a href={paths.exchange()}>{ctx.t('overview.sources')}</a>}
    >
      {knowledge.length === 0 ? (
        <Empty title={ctx.t('common.noAdvisoriesShort')}>{ctx.t('overview.noKnowledgeWhy')}</Empty>
      ) : (
        <DataTable
          ctx={ctx}
          plain
          caption={ctx.t('overview.knowledge')}
          rows={knowledge}
          columns={[feed, bar, age, limit]}
        />
      )}
    </Panel>
  );
};

const ControllersPanel = ({ ctx, zones }: { ctx: Ctx; zones: NonNullable<OverviewProps['controllers']>['zones'] }) => (
  <Panel
    title={ctx.t('nav.controllers')}
    context={ctx.t('overview.byZone')}
    span={6}
    link={<a href={paths.controllerZones()}>{ctx.t('controllers.tab.zones')}</a>}
  >
    {zones.length === 0 ? (
      <Empty title={ctx.t('zones.none')}>{ctx.t('zones.noneWhy')}</Empty>
    ) : (
      <DataTable
        ctx={ctx}
        plain
        caption={ctx.t('overview.byZoneCaption')}
        rows={zones}
        columns={[
          {
            key: 'zone',
            label: ctx.t('zones.zone'),
            head: true,
            cell: (zone) => (
              <a href={paths.controllerZone(zone.id)} translate="no">
                {zone.name}
              </a>
            ),
          },
          { key: 'total', label: ctx.t('overview.total'), num: true, cell: (zone) => ctx.fmt.number(zone.controllers) },
          {
            key: 'state',
            label: ctx.t('zones.state'),
            cell: (zone) => (
              <Status ctx={ctx} level={zone.health}>
                {zone.reason === undefined
                  ? ctx.t('level.ok')
                  : zone.abnormal < 2
                    ? ctx.say(zone.reason)
                    : ctx.t('overview.andMore', { n: zone.abnormal - 1, reason: ctx.say(zone.reason) })}
              </Status>
            ),
          },
        ]}
      />
    )}
  </Panel>
);

/**
 * In order: what is abnormal, where is the medium, what must be done, how old is our knowledge, whether controllers are as
 * they should be, what happened.
 */
export const Overview = (props: OverviewProps) => {
  const { ctx, devices, act, events, exchange, controllers } = props;
  return (
    <Page
      ctx={ctx}
      title={ctx.t('nav.overview')}
      section="overview"
      refreshSeconds={60}
      sub={ctx.t('overview.sub', {
        site: ctx.site.name,
        devices:
          controllers === undefined
            ? ctx.t('count.devices', { n: devices.total })
            : ctx.t('overview.both', {
                devices: ctx.t('count.devices', { n: devices.total }),
                controllers: ctx.t('zones.controllers', { n: controllers.total }),
              }),
        at: ctx.fmt.time(props.checkedAt),
      })}
      actions={
        exchange.setup === 'no-trust' ? undefined : (
          <LinkButton kind="primary" href={paths.exchangeSend()} unavailable={withoutRight(ctx, 'exchange:write')}>
            {ctx.t('exchange.writeRequest', { number: exchange.nextNumber })}
          </LinkButton>
        )
      }
    >
      <KeyDates ctx={ctx} dates={props.keyDates ?? []} />
      <Tiles>
        <Tile
          ctx={ctx}
          level="critical"
          word={ctx.t('level.critical')}
          n={devices.critical}
          href={paths.devices({ status: 'critical' })}
        >
          {ctx.t('overview.ofDevices', { n: devices.total })}
        </Tile>
        <Tile
          ctx={ctx}
          level="warning"
          word={ctx.t('level.warning')}
          n={devices.warning}
          href={paths.devices({ status: 'warning' })}
        >
          {ctx.t('overview.ofDevices', { n: devices.total })}
        </Tile>
        <Tile
          ctx={ctx}
          level="not-visible"
          word={ctx.t('level.not-visible')}
          n={devices.notVisible}
          href={paths.devices({ status: 'not-visible' })}
        >
          {ctx.t('overview.longerThan', { hours: devices.notVisibleHours })}
        </Tile>
        <Tile ctx={ctx} level="ok" word={ctx.t('level.ok')} n={devices.ok} href={paths.devices({ status: 'ok' })}>
          {ctx.t('overview.ofDevices', { n: devices.total })}
        </Tile>
        <Tile
          ctx={ctx}
          level={devices.pending > 0 ? 'running' : 'waiting'}
          word={ctx.t('overview.waiting')}
          n={devices.pending}
          href={paths.devices({ state: 'pending' })}
        >
          {ctx.t('overview.waitingWhy')}
        </Tile>
        {controllers === undefined ? null : (
          <Tile
            ctx={ctx}
            level={controllers.critical > 0 ? 'critical' : 'warning'}
            word={ctx.t('nav.controllers')}
            n={controllers.critical + controllers.warning}
            href={paths.controllerZones()}
          >
            {ctx.t('overview.notNormalOf', { n: controllers.total })}
          </Tile>
        )}
        <Tile
          ctx={ctx}
          level="critical"
          word={ctx.t('decision.act')}
          n={act.findings}
          href={paths.vulnerabilities({ decision: 'act' })}
        >
          {ctx.t('overview.actDevices', { n: act.devices })}
        </Tile>
      </Tiles>
      <ExchangePanel ctx={ctx} exchange={exchange} />
      <div class="grid">
        <Needed {...props} />
        <KnowledgePanel ctx={ctx} knowledge={props.knowledge} />
        {controllers === undefined ? null : <ControllersPanel ctx={ctx} zones={controllers.zones} />}
        <Panel
          {...(controllers === undefined ? {} : { span: 6 as const })}
          title={ctx.t('overview.events')}
          context={ctx.t('overview.eventsSince', { at: ctx.fmt.dayTime(props.eventsSince) })}
          link={<a href={paths.events()}>{ctx.t('nav.events')}</a>}
        >
          {events.length === 0 ? (
            <Empty title={ctx.t('overview.noEvents')} />
          ) : (
            <ol class="feed body">
              {events.map((event) => (
                <li>
                  <Time ctx={ctx} at={event.at} form="time" />
                  <Shape ctx={ctx} name={severityShape(event.severity)} />
                  <span>
                    <span class="vh">{ctx.tDynamic(`eventSeverity.${event.severity}`)}: </span>
                    {event.device === undefined ? null : (
                      <>
                        <a href={paths.device(event.device.id)} translate="no">
                          {event.device.name}
                        </a>
                        {': '}
                      </>
                    )}
                    {ctx.say(event.said)}
                  </span>
                </li>
              ))}
            </ol>
          )}
        </Panel>
      </div>
    </Page>
  );
};
