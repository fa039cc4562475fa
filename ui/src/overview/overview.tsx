import { UnreadLine } from '../announcements/announcements.tsx';
import { LinkButton, withoutRight } from '../components/form.tsx';
import { KeyDates } from '../components/key-dates.tsx';
import { Empty, Panel } from '../components/panel.tsx';
import { Shape } from '../components/status.tsx';
import { Time } from '../components/text.tsx';
import { Tile, Tiles } from '../components/tile.tsx';
import { severityShape } from '../events/events.tsx';
import { NotFilled } from '../exchange/not-filled.tsx';
import { Page } from '../frame/page.tsx';
import { paths } from '../paths.ts';
import { OverviewControllers } from './overview-controllers.tsx';
import { OverviewExchange } from './overview-exchange.tsx';
import { OverviewKnowledge } from './overview-knowledge.tsx';
import type { OverviewProps } from './overview-model.ts';
import { OverviewNeeded } from './overview-needed.tsx';

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
      <UnreadLine ctx={ctx} unread={props.unread} />
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
        <Tile
          ctx={ctx}
          level={props.notJudged.wholly > 0 ? 'warning' : 'info'}
          word={ctx.t('coverage.not-judged')}
          n={props.notJudged.wholly}
          href={paths.devices({ coverage: 'not-judged' })}
        >
          {ctx.t('overview.partlyJudged', { n: props.notJudged.partly })}
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
      <OverviewExchange ctx={ctx} exchange={exchange} />
      <NotFilled ctx={ctx} rows={props.notFilled} />
      <div class="grid">
        <OverviewNeeded {...props} />
        <OverviewKnowledge ctx={ctx} knowledge={props.knowledge} />
        {controllers === undefined ? null : <OverviewControllers ctx={ctx} zones={controllers.zones} />}
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
                    {ctx.say(event.message)}
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
