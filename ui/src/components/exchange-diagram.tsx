import { type Ctx, useCtx } from '../context.ts';
import { firstFitting, textWidth } from '../drawing/text-width.ts';
import type { When } from '../model.ts';

/** A round trip of the medium: a request that left and what came for it. */
export type ExchangeTrip = {
  readonly request: number;
  readonly leftAt: When;
  readonly came?:
    | { readonly seq: number | null; readonly at: When; readonly result: 'imported' | 'partial' | 'refused' }
    | undefined;
  /** Median travel time says when the answer is due. */
  readonly dueAt?: When | undefined;
};

const ms = (at: When): number => (typeof at === 'number' ? at : Date.parse(at));
const dayMs = 86_400_000;
const round = (n: number): number => Math.round(n * 10) / 10;
const narrowWidth = 340;
/** Between two labels on one line. */
const labelGap = 6;
const top = 30;
const bottom = 78;

type Shared = { ctx: Ctx; x: (at: number) => number; nowMs: number; width: number };

const Mark = ({ at, kind }: { at: number; kind: 'request' | 'imported' | 'partial' | 'refused' | 'open' }) => {
  switch (kind) {
    case 'request':
      return <circle class="dot" cx={at} cy={top} r="3" />;
    case 'open':
      return <circle class="dot move-ink" cx={at} cy={top} r="3.5" />;
    case 'imported':
      return <rect class="dot" x={round(at - 3.5)} y={top - 3.5} width="7" height="7" />;
    case 'partial':
      return <path class="warn-fill" d={`M${at} ${top - 6}l6 10h-12z`} />;
    case 'refused':
      return <path class="crit-fill" d={`M${at} ${top - 6}l6 6-6 6-6-6z`} />;
  }
};

const markInk = { imported: 'ink', partial: 'warn-ink', refused: 'crit-ink' } as const;

// One trip: down when the request leaves, up when its bundle comes; an open one goes as far as the time has.
const Trip = ({ trip, shared }: { trip: ExchangeTrip; shared: Shared }) => {
  const { ctx, x, nowMs, width } = shared;
  const left = round(x(ms(trip.leftAt)));
  const request = ctx.t('exchange.short.request', { number: trip.request });
  if (trip.came !== undefined) {
    const came = round(x(ms(trip.came.at)));
    const mid = round((left + came) / 2);
    const bundle =
      trip.came.seq === null
        ? ctx.tDynamic(`exchange.result.${trip.came.result}`)
        : ctx.t('exchange.short.bundle', { number: trip.came.seq });
    // Labels that would lie on each other: only the one of the bundle stays.
    const tight = came - left < 34;
    return (
      <g>
        <path class="trip" d={`M${left} ${top}L${mid} ${bottom}L${came} ${top}`} />
        <Mark at={left} kind="request" />
        <Mark at={came} kind={trip.came.result} />
        {tight ? null : (
          <text x={left} y="16" text-anchor="middle">
            {request}
          </text>
        )}
        <text class={markInk[trip.came.result]} x={came} y="16" text-anchor="middle">
          {bundle}
        </text>
      </g>
    );
  }
  const dueMs = trip.dueAt === undefined ? nowMs + 3 * dayMs : ms(trip.dueAt);
  const due = round(x(Math.max(dueMs, nowMs)));
  const mid = round((left + due) / 2);
  const gone = Math.min(Math.max(round(x(nowMs)), left), mid);
  const depth = mid === left ? bottom : round(top + ((gone - left) / (mid - left)) * (bottom - top));
  const dueText = trip.dueAt === undefined ? '' : ctx.t('exchange.due', { day: ctx.fmt.day(trip.dueAt) });
  const dueWidth = textWidth(dueText);
  // It may end a little behind the day, up to the edge.
  const dueEnd = round(Math.min(width, Math.max(due, left + dueWidth + labelGap)));
  const room = dueEnd - left - dueWidth;
  const hasDue = dueText !== '' && room >= labelGap;
  // Where the two would touch, the name of the request stands before its mark.
  const isTight = hasDue && room < textWidth(request) / 2 + labelGap;
  return (
    <g>
      <path class="move" d={`M${left} ${top}L${gone} ${depth}`} />
      <path class="move due" d={`M${gone} ${depth}L${mid} ${bottom}L${due} ${top}`} />
      <Mark at={left} kind="open" />
      <text class="move-ink" x={left} y="16" text-anchor={isTight ? 'end' : 'middle'}>
        {request}
      </text>
      {hasDue ? (
        <text class="move-ink" x={dueEnd} y="16" text-anchor="end">
          {dueText}
        </text>
      ) : null}
    </g>
  );
};

const Drawing = ({
  ctx,
  trips,
  days,
  width,
  label,
}: {
  ctx: Ctx;
  trips: readonly ExchangeTrip[];
  days: number;
  width: number;
  label: string;
}) => {
  const from = ctx.nowMs - days * dayMs;
  const ends = trips.map((trip) => (trip.came === undefined && trip.dueAt !== undefined ? ms(trip.dueAt) : 0));
  const to = Math.max(ctx.nowMs + days * 0.05 * dayMs, ...ends) + days * 0.03 * dayMs;
  const side = ctx.t('exchange.connectedSide');
  const start = width < narrowWidth * 2 ? 108 : Math.max(108, textWidth(side) + 12);
  const end = width - 12;
  const x = (at: number) => start + ((at - from) / (to - from)) * (end - start);
  const shown = trips.filter((trip) => ms(trip.leftAt) >= from);
  const step = days > 20 ? 7 : days > 10 ? 5 : 1;
  const ticks = Array.from({ length: Math.floor(days / step) + 1 }, (_, index) => ctx.nowMs - index * step * dayMs)
    .filter((at) => at > from + dayMs * 0.5)
    .reverse();
  return (
    <svg class="chart" viewBox={`0 0 ${width} 104`} role="img" aria-label={label}>
      {ticks.map((at) => (
        <g>
          <path class="hair" d={`M${round(x(at))} ${top}V${bottom}`} />
          <text x={round(x(at))} y="98" text-anchor="middle">
            {ctx.fmt.day(at)}
          </text>
        </g>
      ))}
      <text class="ink" x="0" y={top + 4}>
        {ctx.t('exchange.thisSite')}
      </text>
      <text x="0" y={(top + bottom) / 2 + 4}>
        {ctx.t('exchange.gap')}
      </text>
      <text class="ink" x="0" y={bottom + 4}>
        {firstFitting([side, ctx.t('exchange.connectedSideShort')], start)}
      </text>
      <path class="axis" d={`M${start} ${top}H${end}M${start} ${bottom}H${end}`} />
      <path class="gap" d={`M${start} ${(top + bottom) / 2 - 2}H${end}M${start} ${(top + bottom) / 2 + 2}H${end}`} />
      {shown.map((trip) => (
        <Trip trip={trip} shared={{ ctx, x, nowMs: ctx.nowMs, width }} />
      ))}
    </svg>
  );
};

/**
 * Time across, this site above, the connected side below: the slope is travel time. On narrow screens the last 14 days.
 * The list of receipts beside it has the same facts as text.
 */
export const ExchangeDiagram = ({ trips }: { trips: readonly ExchangeTrip[] }) => {
  const ctx = useCtx();
  const came = trips.filter((trip) => trip.came !== undefined).length;
  const label = ctx.t('exchange.diagram', { trips: trips.length, came, open: trips.length - came });
  return (
    <>
      <div class="hide-narrow">
        <Drawing ctx={ctx} trips={trips} days={30} width={960} label={label} />
      </div>
      <div class="only-narrow-chart">
        <Drawing ctx={ctx} trips={trips} days={14} width={narrowWidth} label={label} />
      </div>
    </>
  );
};
