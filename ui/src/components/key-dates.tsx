import type { Ctx } from '../context.ts';
import { paths } from '../paths.ts';
import { Notice } from './panel.tsx';
import { To } from './text.tsx';

/** A signed file that runs out; fewer than 0 days: it has. */
type KeyDate = { readonly role: 'root' | 'targets' | 'snapshot' | 'timestamp'; readonly daysLeft: number };

/** What this site trusts runs out: which of it, and whom to tell. Nothing when nothing does. */
export const KeyDates = ({ ctx, dates }: { ctx: Ctx; dates: readonly KeyDate[] }) =>
  dates.length === 0 ? null : (
    <Notice
      ctx={ctx}
      level={dates.some(({ role, daysLeft }) => role === 'root' && daysLeft < 30) ? 'critical' : 'warning'}
      title={
        <To ctx={ctx} href={paths.exchangeTrust()}>
          {ctx.t('fingerprint.runsOut')}
        </To>
      }
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
