import { rowAnchor, toPanel } from '../anchors.ts';
import { type UnreadAnnouncements, UnreadLine } from '../announcements/announcements.tsx';
import { LinkButton } from '../components/form.tsx';
import { Empty, Panel } from '../components/panel.tsx';
import { Progress } from '../components/progress.tsx';
import type { PanelPlace } from '../components/side-panel.tsx';
import { Shape, Status, shapeOf } from '../components/status.tsx';
import { To } from '../components/text.tsx';
import { Tile, Tiles } from '../components/tile.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { Message, When } from '../model.ts';
import { paths } from '../paths.ts';
import { TrendLine, trendValue, valuesOf } from '../trends/trend-line.tsx';
import type { Trend, TrendDay } from '../trends/types.ts';
import { ZoneMap, type ZonesMap } from '../zones/zone-map.tsx';
import { type ShownWork, WorkPanel } from './work-item.tsx';
import { type WorkRow, type WorkView, workBands, workDue, workTitle, workViews, workWhy } from './work-row.ts';

type WorklistProps = {
  readonly ctx: Ctx;
  /** The item that is open beside the list. */
  readonly open?: { readonly shown: ShownWork; readonly place: PanelPlace } | undefined;
  /** Where the page of the list begins. */
  readonly after?: string | undefined;
  readonly view: WorkView;
  readonly counts: Readonly<Record<WorkView, number>>;
  /** Items of each band, in all views together. */
  readonly bands: Readonly<Record<(typeof workBands)[number], number>>;
  readonly unread?: UnreadAnnouncements | undefined;
  readonly rows: readonly WorkRow[];
  readonly next?: string | undefined;
  /** Absent for who may not read it. */
  readonly figures?: {
    readonly act: number | undefined;
    /** Of the whole site, those that the reader may see. */
    readonly trends: readonly Trend[];
    readonly trendDays: readonly TrendDay[];
    readonly devices: {
      readonly total: number;
      readonly silent: number;
      readonly hours: number;
      readonly unjudged: number;
      readonly partly: number;
    };
    readonly knowledge?: { readonly days: number; readonly limit: number; readonly feed: string } | undefined;
  };
  /** Zones with controllers, the worst first. */
  readonly zones: readonly {
    readonly id: string;
    readonly name: string;
    readonly health: 'critical' | 'warning' | 'ok';
    readonly abnormal: number;
    readonly unjudged: number;
    readonly reason?: Message | undefined;
  }[];
  readonly map?: ZonesMap | undefined;
  readonly running: readonly {
    readonly id: string;
    readonly name: string;
    readonly done: number;
    readonly total: number;
  }[];
  readonly requestsOut: readonly { readonly number: number; readonly since: When }[];
  /** What begins within a day by its own time, in order; `name` is absent for the backup. */
  readonly soon: readonly { readonly name?: string | undefined; readonly href: string; readonly at: When }[];
};

type RowProps = {
  readonly ctx: Ctx;
  readonly row: WorkRow;
  readonly isFirst: boolean;
  /** The list with the item open. */
  readonly href: string;
  /** An item is open: it has the buttons. */
  readonly isBeside: boolean;
  readonly isCurrent: boolean;
};

const Row = ({ ctx, row, isFirst, href, isBeside, isCurrent }: RowProps) => (
  <li class={isBeside ? 'item short' : 'item'} aria-current={isCurrent ? 'true' : undefined}>
    <Shape name={shapeOf(row.level)} />
    <div>
      <a class="t" id={rowAnchor(row.id)} href={toPanel(href)}>
        {workTitle(ctx, row)}
      </a>
      <p>{workWhy(ctx, row)}</p>
    </div>
    <div class="due">
      {workDue(ctx, row)}
      <small>{row.assigneeName ?? ctx.t('work.unassigned')}</small>
    </div>
    {isBeside ? null : (
      <LinkButton small href={row.path} kind={isFirst ? 'primary' : 'second'} needs={row.does}>
        {ctx.tDynamic(`work.${row.kind}.action`)}
      </LinkButton>
    )}
  </li>
);

/** A line needs two values; before that a tile has its number alone. */
const Line = ({ ctx, trend, days }: { ctx: Ctx; trend: Trend | undefined; days: readonly TrendDay[] }) => {
  const found = trend === undefined ? [] : valuesOf(trend);
  const first = found[0];
  if (trend === undefined || first === undefined || found.length < 2) return null;
  return (
    <>
      <span>
        {ctx.t('trends.ago', {
          first: trendValue(ctx, trend.unit, first.value),
          days: days.length - 1 - days.findIndex(({ day }) => day === first.day),
        })}
      </span>
      <TrendLine ctx={ctx} trend={trend} days={days} />
    </>
  );
};

const Figures = ({ ctx, figures }: { ctx: Ctx; figures: NonNullable<WorklistProps['figures']> }) => {
  const { act, devices, knowledge } = figures;
  const trendOf = (name: string): Trend | undefined => figures.trends.find((trend) => trend.name === name);
  const line = (name: string) => <Line ctx={ctx} trend={trendOf(name)} days={figures.trendDays} />;
  const toFix = trendOf('act-days-to-fix');
  return (
    <Tiles>
      {act === undefined ? null : (
        <Tile level="critical" word={ctx.t('work.openAct')} n={act} href={paths.vulnerabilities({ decision: 'act' })}>
          {line('act-open')}
        </Tile>
      )}
      {toFix === undefined ? null : (
        <Tile word={ctx.t('trends.act-days-to-fix')} n={toFix.kept.at(-1)?.value ?? undefined} href={paths.trends()}>
          {toFix.kept.at(-1)?.value === null ? ctx.t('trends.nothing') : null}
          {line('act-days-to-fix')}
        </Tile>
      )}
      <Tile
        level={devices.silent > 0 ? 'warning' : 'ok'}
        word={ctx.t('work.seen')}
        n={devices.total - devices.silent}
        href={devices.silent > 0 ? paths.devices({ status: 'not-visible' }) : paths.devices()}
      >
        {ctx.t('work.seenOf', { n: devices.total, hours: devices.hours })}
        <br />
        {line('devices-heard')}
      </Tile>
      <Tile
        level="warning"
        word={ctx.t('work.judged')}
        n={devices.unjudged}
        href={paths.devices({ coverage: 'not-judged' })}
      >
        {ctx.t('work.judgedOf', { n: devices.partly })}
      </Tile>
      {knowledge === undefined ? null : (
        <Tile
          level={knowledge.days > knowledge.limit ? 'warning' : 'ok'}
          word={ctx.t('work.knowledge')}
          n={knowledge.days}
          href={paths.exchangeReceive()}
        >
          {ctx.t('work.knowledgeOf', { limit: knowledge.limit, feed: knowledge.feed })}
          <br />
          {line('oldest-advisories')}
        </Tile>
      )}
    </Tiles>
  );
};

/** What a person has to do now, first things first; beside it zones and what moves without a person. */
export const Worklist = (props: WorklistProps) => {
  const { ctx, view, counts, bands, rows, next, figures, zones, map, running, requestsOut, soon, open } = props;
  const at = (item?: string): string =>
    paths.work({ view: view === 'all' ? undefined : view, after: props.after, open: item });
  return (
    <Page
      ctx={ctx}
      title={ctx.t('nav.work')}
      // What is being filled in beside the list is not exchanged.
      refreshSeconds={open === undefined ? 60 : undefined}
      sub={ctx.t('work.sub', { at: ctx.fmt.dateTime(ctx.nowMs), ...bands })}
    >
      <UnreadLine ctx={ctx} unread={props.unread} />
      {figures === undefined || open !== undefined ? null : <Figures ctx={ctx} figures={figures} />}
      <div class={open === undefined ? 'grid' : 'beside'}>
        <section class="panel c8">
          <header>
            <nav class="seg" aria-label={ctx.t('work.view')}>
              {workViews.map((one) => (
                <a
                  href={paths.work({ view: one === 'all' ? undefined : one })}
                  aria-current={one === view ? 'true' : undefined}
                >
                  {ctx.t(`work.view.${one}`)} {ctx.fmt.number(counts[one])}
                </a>
              ))}
            </nav>
            <div>
              <a href={paths.help('worklist')}>{ctx.t('work.howRanked')}</a>
            </div>
          </header>
          {rows.length === 0 ? (
            counts.all === 0 ? (
              <Empty title={ctx.t('work.none')}>
                {ctx.t('work.noneWhy')}
                {soon[0] === undefined ? null : ` ${ctx.t('work.nextRun', { at: ctx.fmt.dateTime(soon[0].at) })}`}
              </Empty>
            ) : (
              <Empty title={ctx.t('work.noneHere')} />
            )
          ) : (
            workBands.map((band) => {
              const inBand = rows.filter((row) => row.band === band);
              return inBand.length === 0 ? null : (
                <>
                  <h2 class="rank">
                    {ctx.t(`work.band.${band}`)} {ctx.fmt.number(inBand.length)}{' '}
                    <span>{ctx.t(`work.band.${band}.why`)}</span>
                  </h2>
                  <ul class="items" id={inBand[0] === rows[0] ? 'rows' : undefined} tabindex={-1}>
                    {inBand.map((row) => (
                      <Row
                        ctx={ctx}
                        row={row}
                        isFirst={row === rows[0]}
                        href={at(row.id)}
                        isBeside={open !== undefined}
                        isCurrent={row.id === open?.shown.row.id}
                      />
                    ))}
                  </ul>
                </>
              );
            })
          )}
          <footer>
            <To href={paths.waiting()}>{ctx.t('waiting.title')}</To>
            {next === undefined ? null : (
              <LinkButton href={paths.work({ view: view === 'all' ? undefined : view, after: next })}>
                {ctx.t('work.next')}
              </LinkButton>
            )}
          </footer>
        </section>
        {open === undefined ? (
          <div class="c4 stack">
            {zones.length === 0 ? null : (
              <Panel
                title={ctx.t('controllers.tab.zones')}
                link={<To href={paths.controllerZones()}>{ctx.t('nav.controllers')}</To>}
              >
                {map === undefined ? null : (
                  <div class="body">
                    <ZoneMap ctx={ctx} map={map} />
                  </div>
                )}
                <ul class="moves">
                  {zones.map((zone) => (
                    <li>
                      <To href={paths.controllerZone(zone.id)} translate="no">
                        {zone.name}
                      </To>
                      <Status level={zone.health === 'ok' && zone.unjudged > 0 ? 'info' : zone.health}>
                        {zone.reason === undefined
                          ? zone.unjudged === 0
                            ? ctx.t('level.ok')
                            : ctx.t('zones.unjudged', { n: zone.unjudged })
                          : zone.abnormal < 2
                            ? ctx.say(zone.reason)
                            : ctx.t('work.andMore', { n: zone.abnormal - 1, reason: ctx.say(zone.reason) })}
                      </Status>
                    </li>
                  ))}
                </ul>
              </Panel>
            )}
            <Panel title={ctx.t('work.progress')} context={ctx.t('work.progressWhy')}>
              {running.length + requestsOut.length === 0 ? (
                <p class="body dim">{ctx.t('work.noProgress')}</p>
              ) : (
                <ul class="moves">
                  {requestsOut.map(({ number, since }) => (
                    <li>
                      <To href={paths.exchange()}>{ctx.t('work.requestOut', { number })}</To>
                      <span class="second">{ctx.t('work.since', { at: ctx.fmt.dateTime(since) })}</span>
                    </li>
                  ))}
                  {running.map(({ id, name, done, total }) => (
                    <li>
                      <To href={paths.deployment(id)} translate="no">
                        {name}
                      </To>
                      <span class="second">{ctx.t('work.installed', { done, total })}</span>
                      <Progress label={name} done={done} total={total} />
                    </li>
                  ))}
                </ul>
              )}
            </Panel>
            {soon.length === 0 ? null : (
              <Panel title={ctx.t('work.soon')} link={<To href={paths.windows()}>{ctx.t('windows.title')}</To>}>
                <ul class="moves">
                  {soon.map(({ name, href, at: from }) => (
                    <li>
                      <To href={href} {...(name === undefined ? {} : { translate: 'no' })}>
                        {name ?? ctx.t('work.backup')}
                      </To>
                      <span class="second">{ctx.fmt.dateTime(from)}</span>
                    </li>
                  ))}
                </ul>
              </Panel>
            )}
          </div>
        ) : (
          <WorkPanel ctx={ctx} shown={open.shown} place={open.place} shut={at()} />
        )}
      </div>
    </Page>
  );
};
