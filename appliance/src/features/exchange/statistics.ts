import type { Statistic } from '../trends/types.ts';
import type { ExchangeService } from './service.ts';

/** What is kept of the exchange day by day. */
export const exchangeStatistics = ({
  exchange,
}: {
  exchange: Pick<ExchangeService, 'knowledge'>;
}): readonly Statistic[] => [
  {
    name: 'oldest-advisories',
    unit: 'days',
    right: 'exchange:read',
    measure: () => {
      const ages = exchange.knowledge().map(({ ageDays }) => ageDays);
      // Of a source without a date no age is known, so none is known of the oldest.
      return ages.length === 0 || ages.includes(undefined) ? null : Math.max(...ages.map((age) => age ?? 0));
    },
  },
];
