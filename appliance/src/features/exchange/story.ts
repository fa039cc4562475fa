import { basename, join } from 'node:path';
import { BundleError } from '@sallyport/bundle-tools/errors';
import type { ExchangeTrip } from '@sallyport/ui/components/exchange-diagram.tsx';
import type { Ctx } from '@sallyport/ui/context';
import type { ExchangeStoryProps } from '@sallyport/ui/exchange/exchange-story.tsx';
import type { StoryRow } from '@sallyport/ui/exchange/story-timeline.tsx';
import type { OpenRow, WaitingRow } from '@sallyport/ui/exchange/story-waiting.tsx';
import type { Actor } from '../../engine/objects/types.ts';
import { toFailure } from '../../platform/errors.ts';
import { wholeSite } from '../../platform/scope.ts';
import { actorNames, eventWords } from '../../server/console/records.ts';
import type { ConsoleDeps } from '../../server/console/types.ts';
import type { WrittenRequest } from './types.ts';

const shownTrips = 12;
const shownRows = 40;
/** What decided which bundles may come, beside the bundles themselves. */
const shownTypes = [
  'trust-imported',
  'root-updated',
  'site-card-exported',
  'site-card-compared',
  'clock-agreed',
  'inventory-reverted',
];

type StoryDeps = Pick<
  ConsoleDeps,
  | 'exchange'
  | 'queries'
  | 'events'
  | 'objects'
  | 'devices'
  | 'deviceQueries'
  | 'deviceFilters'
  | 'controllers'
  | 'updates'
  | 'clock'
  | 'paths'
>;

const median = (values: readonly number[]): number | undefined => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
};

/** Round trips of the medium, oldest first; an open one is due when the median journey would be over. */
const exchangeTrips = ({ queries }: Pick<ConsoleDeps, 'queries'>): ExchangeTrip[] => {
  const requests = queries.requests(shownTrips).reverse();
  const came = requests.map(({ closedBy }) => (closedBy === null ? undefined : queries.receiptOfBundle(closedBy)));
  const usual = median(
    requests.flatMap(({ createdAt }, at) => {
      const receipt = came[at];
      return receipt === undefined ? [] : [Date.parse(receipt.createdAt) - Date.parse(createdAt)];
    }),
  );
  return requests.map((request, at) => {
    const receipt = came[at];
    const leftAt = Date.parse(request.createdAt);
    return {
      request: request.number,
      leftAt,
      ...(receipt === undefined
        ? {}
        : {
            came: {
              seq: receipt.seq,
              at: receipt.createdAt,
              result: receipt.result as 'imported' | 'partial' | 'refused',
            },
          }),
      ...(receipt === undefined && request.closedAt === null && usual !== undefined ? { dueAt: leftAt + usual } : {}),
    };
  });
};

/** Who wrote what, and to which medium; a file to download has the empty name. */
const requestNames = ({ events, objects, paths }: StoryDeps, limit: number) => {
  const nameOf = actorNames(objects);
  const downloads = join(paths.staging, 'requests');
  const media = new Map(
    events
      .list({ scope: wholeSite('job'), type: ['request-exported'], limit })
      .rows.map(({ params }) => [params['number'], params['medium']]),
  );
  return {
    who: ({ writtenBy }: WrittenRequest): string => nameOf(writtenBy),
    medium: ({ number }: WrittenRequest): string | undefined => {
      const medium = media.get(number);
      return typeof medium !== 'string' ? undefined : medium === downloads ? '' : basename(medium);
    },
  };
};

const openRows = (
  deps: StoryDeps,
  requests: readonly WrittenRequest[],
  names: ReturnType<typeof requestNames>,
): OpenRow[] => {
  const overdue = new Map(deps.exchange.overdue().map(({ number, dueAt }) => [number, dueAt]));
  const due = new Map(exchangeTrips(deps).map(({ request, dueAt }) => [request, dueAt]));
  return requests
    .filter(({ closedAt }) => closedAt === null)
    .map((request) => ({
      number: request.number,
      at: request.createdAt,
      who: names.who(request),
      medium: names.medium(request),
      bytes: request.sizeBytes,
      dueAt: due.get(request.number),
      overdueAt: overdue.get(request.number),
    }))
    .reverse();
};

/** Bundles of which volumes are missing. */
export const waitingRows = ({ exchange, queries }: Pick<ConsoleDeps, 'exchange' | 'queries'>): WaitingRow[] =>
  exchange.waiting().map(({ requestId, ...row }) => ({
    ...row,
    request: requestId === undefined ? undefined : queries.requestNumber(requestId),
  }));

type Predicate = ReturnType<ConsoleDeps['exchange']['receipt']>['predicate'];

/** What a receipt says; undefined when it was changed, so that the page which must show that still opens. */
const predicateOf = (exchange: StoryDeps['exchange'], number: number): Predicate | undefined => {
  try {
    return exchange.receipt(number).predicate;
  } catch (error) {
    if (error instanceof BundleError || toFailure(error).code === 'CHAIN_BROKEN') return undefined;
    throw error;
  }
};

const bundleRows = ({ exchange, queries, objects }: StoryDeps): StoryRow[] => {
  const nameOf = actorNames(objects);
  const imports = new Map(
    exchange.imports({ limit: 200 }).flatMap((row) => (row.receipt === undefined ? [] : [[row.receipt, row] as const])),
  );
  return exchange.receipts({ limit: shownRows }).rows.map(({ number, createdAt, result, code, seq }) => {
    const messageOf = predicateOf(exchange, number);
    const row = imports.get(number);
    const volumes = row?.summary?.volumes;
    return {
      kind: 'bundle',
      at: createdAt,
      who: row === undefined ? undefined : nameOf(row.startedBy),
      receipt: number,
      seq,
      isBroadcast: row?.summary?.broadcast === true,
      request: messageOf?.request_id === undefined ? undefined : queries.requestNumber(messageOf.request_id),
      result: messageOf === undefined ? 'refused' : result,
      code: messageOf === undefined ? 'CHAIN' : code,
      new: messageOf?.counts.new ?? 0,
      bytes: messageOf?.counts.bytes ?? 0,
      unfulfilled: messageOf?.counts.unfulfilled ?? 0,
      volumes:
        volumes === undefined || messageOf === undefined
          ? undefined
          : { seen: volumes - messageOf.volumes.missing.length, of: volumes },
    };
  });
};

const requestRows = (
  deps: StoryDeps,
  requests: readonly WrittenRequest[],
  names: ReturnType<typeof requestNames>,
): StoryRow[] =>
  requests.map((request) => {
    const receipt = request.closedBy === null ? undefined : deps.queries.receiptOfBundle(request.closedBy);
    return {
      kind: 'request',
      at: request.createdAt,
      who: names.who(request),
      number: request.number,
      wants: request.wants,
      bytes: request.sizeBytes,
      medium: names.medium(request),
      state: request.closedAt === null ? 'open' : receipt === undefined ? 'closed' : 'answered',
      seq: receipt?.seq ?? undefined,
    };
  });

const eventRowsOf = (ctx: Ctx, deps: StoryDeps): StoryRow[] => {
  const messageOf = eventWords(ctx, deps, wholeSite('site-right'));
  const nameOf = actorNames(deps.objects);
  return deps.events.list({ scope: wholeSite('job'), type: shownTypes, limit: shownRows }).rows.map((event) => ({
    kind: 'event',
    at: event.at,
    who: event.actor === null || event.actor.startsWith('system:') ? undefined : nameOf(event.actor),
    message: messageOf(event),
  }));
};

const ms = (at: number | string): number => (typeof at === 'number' ? at : Date.parse(at));

const cameOf = ({ exchange, objects }: StoryDeps): ExchangeStoryProps['came'] => {
  const nameOf = actorNames(objects);
  const row = exchange
    .imports({ limit: 50 })
    .find(({ state, summary }) => state === 'done' && summary?.broadcast === false);
  if (row?.summary === undefined || row.receipt === undefined) return undefined;
  return {
    seq: row.summary.seq,
    at: row.finishedAt ?? row.startedAt,
    receipt: row.receipt,
    advisories: row.summary.advisories,
    updates: row.summary.updates,
    bytes: row.summary.counts.bytes,
    unfulfilled: row.summary.counts.unfulfilled,
    who: nameOf(row.startedBy),
  };
};

const timeOf = ({ exchange, objects }: StoryDeps, reader: Actor): Omit<ExchangeStoryProps['time'], 'ctx'> => {
  const time = exchange.time();
  const asked = exchange.clockBackAsked();
  const hindrance = asked && exchange.clockBackHindrance(reader);
  return {
    systemTime: time.systemTime,
    floor: time.floor,
    ceiling: time.ceiling,
    counts: time.counts,
    isBehind: time.isBehind,
    doubtful: time.doubtful.map(({ source, time: at, daysAhead }) => {
      const { expires, ends } = exchange.previewClock(source);
      return { source, time: at, daysAhead, expires: expires.map(({ role }) => role), ends };
    }),
    back: exchange.clockBackOffer(),
    asked: asked && {
      ...asked,
      by: actorNames(objects)(asked.by),
      // An old log-in is mended by giving the password again, which the page asks for by itself.
      hindrance: hindrance === 'APPROVAL_FRESH' ? undefined : hindrance,
    },
  };
};

/** Everything of the story but the frame around it. */
export const exchangeStory = (
  ctx: Ctx,
  deps: StoryDeps,
  reader: Actor,
): Omit<ExchangeStoryProps, 'ctx' | 'receiptCount' | 'introduction'> => {
  const requests = deps.queries.requests(shownRows);
  const names = requestNames(deps, shownRows);
  const [left] = requests;
  const all = [...requestRows(deps, requests, names), ...bundleRows(deps), ...eventRowsOf(ctx, deps)].sort(
    (a, b) => ms(b.at) - ms(a.at),
  );
  return {
    trips: exchangeTrips(deps),
    nextNumber: deps.exchange.state().requestNumber + 1,
    left:
      left === undefined
        ? undefined
        : {
            number: left.number,
            at: left.createdAt,
            wants: left.wants,
            bytes: left.sizeBytes,
            who: names.who(left),
            medium: names.medium(left),
          },
    came: cameOf(deps),
    open: openRows(deps, requests, names),
    waiting: waitingRows(deps),
    knowledge: deps.exchange.knowledge(),
    notFilled: deps.exchange.unfulfilled(),
    time: { ctx, ...timeOf(deps, reader) },
    rows: all.slice(0, shownRows),
    hasMore: all.length > shownRows,
  };
};
