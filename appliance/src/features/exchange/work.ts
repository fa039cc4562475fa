import { notFilledWords } from '@sallyport/ui/exchange/not-filled.tsx';
import { paths } from '@sallyport/ui/paths';
import type { WorkKind, WorkName } from '../worklist/types.ts';
import type { ExchangeService } from './service.ts';

const dayMs = 86_400_000;
const longestKey = 400;

/** What the exchange with the connected side asks of a person. */
export const exchangeWork = (parts: {
  exchange: Pick<ExchangeService, 'state' | 'knowledge' | 'unfulfilled' | 'keyDates' | 'imports' | 'waiting' | 'time'>;
}): WorkKind[] => {
  const { exchange } = parts;
  const kind = (name: WorkName, find: WorkKind['find']): WorkKind => ({
    name,
    sees: 'exchange:read',
    does: 'exchange:write',
    find,
  });
  return [
    kind('clock-doubt', () => {
      const targets = exchange.time().doubtful.length;
      return targets === 0
        ? []
        : [{ key: 'all', params: {}, level: 'critical', targets, isUrgent: true, path: paths.exchange() }];
    }),
    kind('bundle-refused', () => {
      // A later one that was taken shows that the connected side knows.
      const last = exchange.imports({ limit: 20 }).find(({ state }) => state === 'refused' || state === 'done');
      return last?.state !== 'refused'
        ? []
        : [
            {
              key: String(last.id),
              params: { code: last.code ?? '' },
              level: 'critical',
              targets: 1,
              since: Date.parse(last.startedAt),
              path: last.receipt === undefined ? paths.exchange() : paths.receipt(last.receipt),
            },
          ];
    }),
    kind('bundle-volumes', () =>
      exchange.waiting().map(({ bundleId, seq, missing, firstSeenAt }) => ({
        key: bundleId,
        params: { seq, n: missing.length },
        level: 'warning',
        targets: missing.length,
        since: Date.parse(firstSeenAt),
        path: paths.exchange(),
      })),
    ),
    kind('advisories-old', () =>
      exchange.knowledge().flatMap(({ feed, stale, ageDays, limitDays, goneSince }) =>
        !stale || goneSince !== undefined
          ? []
          : [
              {
                key: feed,
                params: { feed, days: Math.floor(ageDays ?? 0), limit: limitDays },
                level: 'warning',
                targets: 1,
                path: paths.exchangeReceive(),
              },
            ],
      ),
    ),
    kind('feed-gone', () =>
      exchange.knowledge().flatMap(({ feed, goneSince }) =>
        goneSince === undefined
          ? []
          : [
              {
                key: feed,
                params: { feed },
                level: 'warning',
                targets: 1,
                since: Date.parse(goneSince),
                path: paths.exchangeReceive(),
              },
            ],
      ),
    ),
    kind('not-delivered', () =>
      // Updates stand in their list, each with its reason.
      exchange
        .unfulfilled()
        .filter((row) => row.kind !== 'update')
        .map((row) => {
          const { want, ...words } = notFilledWords(row);
          return {
            key: `${row.kind}:${row.want}`.replaceAll(/[^\x21-\x7e]/g, '_').slice(0, longestKey),
            params: { want, code: row.reason },
            words,
            level: 'warning',
            targets: 1,
            since: Date.parse(row.since),
            path: paths.exchange(),
          };
        }),
    ),
    kind('updates-missing', () => {
      const rows = exchange.unfulfilled().filter((row) => row.kind === 'update');
      return rows.length === 0
        ? []
        : [
            {
              key: 'all',
              params: { n: rows.length },
              level: 'warning',
              targets: rows.length,
              since: Math.min(...rows.map(({ since }) => Date.parse(since))),
              path: paths.updates({ supply: 'unfulfilled' }),
            },
          ];
    }),
    kind('request-overdue', () => {
      const limitDays = Math.max(1, ...exchange.knowledge().map((feed) => feed.limitDays));
      return exchange
        .state()
        .openRequests.map(({ number, createdAt }) => ({ number, at: Date.parse(createdAt) }))
        .map(({ number, at }) => ({ number, at, end: at + limitDays * dayMs }))
        .flatMap(({ number, at, end }) =>
          end > Date.parse(exchange.time().believed)
            ? []
            : [
                {
                  key: String(number),
                  params: { number, days: limitDays },
                  level: 'warning' as const,
                  targets: 1,
                  since: at,
                  dueAt: end,
                  path: paths.exchange(),
                },
              ],
        );
    }),
    kind('trust-ends', () =>
      exchange.keyDates().map(({ role, version, expires, daysLeft }) => ({
        key: `${role}-${version}`,
        params: { n: Math.max(0, daysLeft) },
        words: { role: `exchange.role.${role}` },
        level: daysLeft <= 7 ? 'critical' : 'warning',
        moreHarm: daysLeft <= 7 ? 20 : 0,
        targets: 1,
        dueAt: Date.parse(expires),
        isUrgent: role === 'root' && daysLeft <= 0,
        path: paths.exchangeTrust(),
      })),
    ),
  ];
};
