import { defined } from '@sallyport/bundle-tools/platform/defined';
import { clockAnchor, requestAnchor, sourceAnchor, toRow } from '@sallyport/ui/anchors';
import { notFilledWords, wantKey } from '@sallyport/ui/exchange/not-filled-words';
import { paths } from '@sallyport/ui/paths';
import { askAgain, type WorkKind, type WorkName } from '../worklist/types.ts';
import type { ExchangeService } from './service.ts';

/** What the exchange with the connected side asks of a person. */
export const exchangeWork = (parts: {
  exchange: Pick<
    ExchangeService,
    'overdue' | 'knowledge' | 'unfulfilled' | 'keyDates' | 'imports' | 'waiting' | 'time'
  >;
}): WorkKind[] => {
  const { exchange } = parts;
  const kind = (name: WorkName, find: WorkKind['find'], act?: WorkKind['act']): WorkKind => ({
    name,
    sees: 'exchange:read',
    does: 'exchange:write',
    find,
    ...defined({ act }),
  });
  return [
    kind('clock-doubt', () => {
      const { doubtful, isBehind } = exchange.time();
      const targets = doubtful.length + Number(isBehind);
      return targets === 0
        ? []
        : [
            {
              key: 'all',
              params: {},
              level: 'critical',
              targets,
              isUrgent: true,
              path: `${paths.exchange()}#${clockAnchor}`,
            },
          ];
    }),
    kind('bundle-refused', () => {
      // A later one that was taken shows that the connected side knows. A medium without a bundle says nothing, and has no receipt.
      const last = exchange.imports({ limit: 20 }).find(({ receipt }) => receipt !== undefined);
      return last?.state !== 'refused' || last.receipt === undefined
        ? []
        : [
            {
              key: String(last.id),
              params: { code: last.code ?? '' },
              level: 'critical',
              targets: 1,
              since: Date.parse(last.startedAt),
              path: paths.receipt(last.receipt),
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
        path: toRow(paths.exchange(), bundleId),
      })),
    ),
    kind(
      'advisories-old',
      () =>
        exchange.knowledge().flatMap(({ feed, stale, ageDays, limitDays, goneSince }) =>
          !stale || goneSince !== undefined
            ? []
            : [
                {
                  key: feed,
                  params: { feed, days: Math.floor(ageDays ?? 0), limit: limitDays },
                  level: 'warning',
                  targets: 1,
                  path: toRow(paths.exchangeReceive(), sourceAnchor(feed)),
                },
              ],
        ),
      askAgain,
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
                path: toRow(paths.exchangeReceive(), sourceAnchor(feed)),
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
            key: wantKey(row),
            params: { want, code: row.reason },
            words,
            level: 'warning',
            targets: 1,
            // No host reads the repositories of such a system.
            canRest: row.kind === 'unread',
            since: Date.parse(row.since),
            path: toRow(paths.exchange(), wantKey(row)),
          };
        }),
    ),
    kind(
      'request-overdue',
      () =>
        exchange.overdue().map(({ number, createdAt, dueAt, limitDays }) => ({
          key: String(number),
          params: { number, days: limitDays },
          level: 'warning' as const,
          targets: 1,
          since: Date.parse(createdAt),
          dueAt,
          path: toRow(paths.exchange(), requestAnchor(number)),
        })),
      askAgain,
    ),
    kind('trust-ends', () =>
      exchange.keyDates().map(({ role, version, expires, daysLeft }) => ({
        key: `${role}-${version}`,
        params: { n: Math.max(0, daysLeft) },
        words: { role: `exchange.role.${role}`, ends: `work.trust-ends.${daysLeft < 0 ? 'ended' : 'in'}` },
        level: daysLeft <= 7 ? 'critical' : 'warning',
        moreHarm: daysLeft <= 7 ? 20 : 0,
        targets: 1,
        dueAt: Date.parse(expires),
        isUrgent: role === 'root' && daysLeft <= 0,
        path: toRow(paths.exchangeTrust(), role),
      })),
    ),
  ];
};
