import { useCtx } from '../context.ts';
import { paths } from '../paths.ts';
import { Notice } from './panel.tsx';
import { To } from './text.tsx';

/** A signed file that runs out; fewer than 0 days: it has. */
type KeyDate = { readonly role: 'root' | 'targets' | 'snapshot' | 'timestamp'; readonly daysLeft: number };

/** What this site trusts runs out: which of it, and whom to tell. Nothing when nothing does. */
export const KeyDates = ({ dates }: { dates: readonly KeyDate[] }) => {
  const ctx = useCtx();
  return dates.length === 0 ? null : (
    <Notice
      level={dates.some(({ role, daysLeft }) => role === 'root' && daysLeft < 30) ? 'critical' : 'warning'}
      title={<To href={paths.exchangeTrust()}>{ctx.t('fingerprint.runsOut')}</To>}
    >
      {dates
        .map(({ role, daysLeft }) => {
          const named = { role: ctx.t(`exchange.role.${role}`) };
          return daysLeft < 0
            ? ctx.t('fingerprint.over', named)
            : ctx.t('fingerprint.daysLeft', { ...named, n: daysLeft });
        })
        .join(' ')}{' '}
      {ctx.t('fingerprint.runsOutWhy')}
    </Notice>
  );
};
