import { ExchangeDiagram, type ExchangeTrip } from '../components/exchange-diagram.tsx';
import { LinkButton } from '../components/form.tsx';
import { type KnowledgeRow, KnowledgeTable } from '../components/knowledge.tsx';
import { Empty, Notice, Panel } from '../components/panel.tsx';
import { Shape, Status } from '../components/status.tsx';
import { To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import type { When } from '../model.ts';
import { paths } from '../paths.ts';
import { ExchangeFrame } from './exchange-frame.tsx';
import { NotFilled } from './not-filled.tsx';
import type { NotFilledRow } from './not-filled-words.ts';
import { SiteTime, type SiteTimeProps } from './site-time.tsx';
import { type StoryRow, StoryTimeline } from './story-timeline.tsx';
import { OpenRequests, type OpenRow, WaitingBundles, type WaitingRow } from './story-waiting.tsx';

export type ExchangeStoryProps = {
  readonly ctx: Ctx;
  /** How many receipts there are. */
  readonly receiptCount: number;
  readonly trips: readonly ExchangeTrip[];
  readonly nextNumber: number;
  /** The first exchange of the two sides is not complete. */
  readonly introduction?: { readonly done: number; readonly of: number } | undefined;
  readonly left?:
    | {
        readonly number: number;
        readonly at: When;
        readonly wants: number;
        readonly bytes: number;
        readonly who?: string | undefined;
        readonly medium?: string | undefined;
      }
    | undefined;
  readonly came?:
    | {
        readonly seq: number;
        readonly at: When;
        readonly receipt: number;
        readonly advisories: number;
        readonly updates: number;
        readonly bytes: number;
        readonly unfulfilled: number;
        readonly who?: string | undefined;
      }
    | undefined;
  readonly open: readonly OpenRow[];
  readonly waiting: readonly WaitingRow[];
  readonly knowledge: readonly KnowledgeRow[];
  readonly notFilled: readonly NotFilledRow[];
  readonly time: SiteTimeProps;
  readonly rows: readonly StoryRow[];
  /** More lies behind the receipts and events. */
  readonly hasMore: boolean;
};

const Left = ({ ctx, left }: Pick<ExchangeStoryProps, 'ctx' | 'left'>) => (
  <div>
    <h3>
      <Shape name="right" /> {ctx.t('exchange.whatLeft')}
    </h3>
    {left === undefined ? (
      <p class="second">
        {ctx.t('exchange.nothingLeft')} <To href={paths.exchangeSend()}>{ctx.t('exchange.seeRequest')}</To>
      </p>
    ) : (
      <>
        <strong>{ctx.t('story.requestAt', { number: left.number, at: ctx.fmt.dayTime(left.at) })}</strong>
        <p class="second">
          {ctx.t('story.leftCounts', { wants: left.wants, size: ctx.fmt.bytes(left.bytes) })}
          {left.who === undefined ? null : <span translate="no"> {left.who}.</span>}
          {left.medium === undefined || left.medium === '' ? null : <span translate="no"> {left.medium}</span>}
        </p>
      </>
    )}
  </div>
);

const OnTheWay = ({ ctx, open, waiting }: Pick<ExchangeStoryProps, 'ctx' | 'open' | 'waiting'>) => {
  const [oldest] = open;
  const [first] = waiting;
  return (
    <div>
      <h3>
        <Shape name="half" /> {ctx.t('exchange.onTheWay')}
      </h3>
      {oldest === undefined && first === undefined ? <p class="second">{ctx.t('exchange.nothingOnTheWay')}</p> : null}
      {oldest === undefined ? null : (
        <>
          <strong>{ctx.t('story.openCount', { n: open.length })}</strong>
          <p class="second">{ctx.t('story.oldest', { number: oldest.number, age: ctx.fmt.age(oldest.at) })}</p>
        </>
      )}
      {first === undefined ? null : (
        <Status level="warning">
          {ctx.t('story.waitingShort', {
            number: first.seq,
            have: first.volumes - first.missing.length,
            of: first.volumes,
          })}
        </Status>
      )}
    </div>
  );
};

const Came = ({ ctx, came }: Pick<ExchangeStoryProps, 'ctx' | 'came'>) => (
  <div>
    <h3>
      <Shape name="left" /> {ctx.t('exchange.whatCame')}
    </h3>
    {came === undefined ? (
      <p class="second">
        {ctx.t('exchange.nothingCame')} <To href={paths.exchangeReceive()}>{ctx.t('exchange.importBundle')}</To>
      </p>
    ) : (
      <>
        <strong>
          {ctx.rich('exchange.bundleAt', {
            bundle: <To href={paths.receipt(came.receipt)}>{ctx.t('exchange.bundle', { number: came.seq })}</To>,
            at: ctx.fmt.dayTime(came.at),
          })}
        </strong>
        <p class="second">
          {ctx.t('exchange.cameCounts', {
            advisories: came.advisories,
            updates: came.updates,
            size: ctx.fmt.bytes(came.bytes),
          })}
          {came.who === undefined ? null : <span translate="no"> {came.who}.</span>}{' '}
          {came.unfulfilled === 0 ? null : (
            <To href={paths.receipt(came.receipt)}>{ctx.t('exchange.unfulfilled', { n: came.unfulfilled })}</To>
          )}
        </p>
      </>
    )}
  </div>
);

const Known = ({ ctx, knowledge }: Pick<ExchangeStoryProps, 'ctx' | 'knowledge'>) => {
  const dated = knowledge.filter((row) => row.ageDays !== undefined);
  const oldest = dated.reduce<KnowledgeRow | undefined>(
    (worst, row) => (worst === undefined || (row.ageDays ?? 0) > (worst.ageDays ?? 0) ? row : worst),
    undefined,
  );
  const stale = knowledge.filter((row) => row.ageDays === undefined || row.ageDays > row.limitDays).length;
  return (
    <div>
      <h3>
        <Shape name="info" /> {ctx.t('story.known')}
      </h3>
      {oldest === undefined ? (
        <p class="second">{ctx.t('common.noAdvisoriesShort')}</p>
      ) : (
        <>
          <strong>{ctx.t('story.oldestSource', { n: Math.floor(oldest.ageDays ?? 0) })}</strong>
          <p class="second" translate="no">
            {oldest.feed}
          </p>
          {stale === 0 ? null : <Status level="warning">{ctx.t('story.staleSources', { n: stale })}</Status>}
        </>
      )}
    </div>
  );
};

/** The exchange as a story: where the medium is, what left, what came, what is on the way, how old knowledge is. */
export const ExchangeStory = (props: ExchangeStoryProps) => {
  const { ctx, introduction, trips, knowledge, rows } = props;
  return (
    <ExchangeFrame
      ctx={ctx}
      current="story"
      refreshSeconds={60}
      actions={
        <>
          <a class="btn" href={paths.exchange()} data-print="1">
            {ctx.t('common.print')}
          </a>
          <LinkButton href={paths.exchangeReceive()}>{ctx.t('exchange.importBundle')}</LinkButton>
          <LinkButton kind="primary" href={paths.exchangeSend()} needs="exchange:write">
            {ctx.t('exchange.writeRequest', { number: props.nextNumber })}
          </LinkButton>
        </>
      }
    >
      {introduction === undefined ? null : (
        <Notice level="warning" title={ctx.t('story.notIntroduced', introduction)}>
          <To href={paths.introduction()}>{ctx.t('story.goOnIntroduction')}</To>
        </Notice>
      )}
      <SiteTime {...props.time} />
      <NotFilled ctx={ctx} rows={props.notFilled} />
      <Panel
        title={ctx.t('story.title')}
        context={trips.length === 0 ? undefined : ctx.t('exchange.trips', { n: trips.length })}
      >
        {trips.length === 0 ? null : (
          <div class="body">
            <ExchangeDiagram trips={trips} />
          </div>
        )}
        <div class="three quarter">
          <Left ctx={ctx} left={props.left} />
          <OnTheWay ctx={ctx} open={props.open} waiting={props.waiting} />
          <Came ctx={ctx} came={props.came} />
          <Known ctx={ctx} knowledge={knowledge} />
        </div>
      </Panel>
      <div class="grid">
        <OpenRequests ctx={ctx} rows={props.open} />
        <WaitingBundles ctx={ctx} rows={props.waiting} />
      </div>
      <Panel title={ctx.t('exchange.knowledge')} context={ctx.t('exchange.perSource')}>
        {knowledge.length === 0 ? (
          <Empty
            title={ctx.t('common.noAdvisoriesShort')}
            action={<LinkButton href={paths.exchangeReceive()}>{ctx.t('exchange.importBundle')}</LinkButton>}
          >
            {ctx.t('exchange.noKnowledgeWhy')}
          </Empty>
        ) : (
          <KnowledgeTable knowledge={knowledge} />
        )}
      </Panel>
      <Panel
        title={ctx.t('story.timeline')}
        context={ctx.t('exchange.receiptOrder')}
        link={<To href={paths.exchangeReceipts()}>{ctx.t('exchange.allReceipts', { n: props.receiptCount })}</To>}
        foot={props.hasMore ? <To href={paths.events({ area: 'exchange' })}>{ctx.t('story.older')}</To> : undefined}
      >
        {rows.length === 0 ? (
          <Empty
            title={ctx.t('story.nothingYet')}
            action={<LinkButton href={paths.introduction()}>{ctx.t('story.begin')}</LinkButton>}
          >
            {ctx.t('story.nothingYetWhy')}
          </Empty>
        ) : (
          <StoryTimeline ctx={ctx} rows={rows} />
        )}
      </Panel>
    </ExchangeFrame>
  );
};
