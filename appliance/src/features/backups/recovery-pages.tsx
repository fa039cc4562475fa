import { RecoveryKey } from '@sallyport/ui/backups/recovery-key.tsx';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import { AppError } from '../../platform/errors.ts';
import { goWith } from '../../server/console/cookies.ts';
import { actorFor, deciderFor } from '../../server/console/guard.ts';
import { operationForm } from '../../server/console/operation-form.tsx';
import { viewContext } from '../../server/console/page.tsx';
import { actorNames } from '../../server/console/records.ts';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import { recoveryKeyAsk, recoveryKeyConfirm } from './recovery-operations.ts';

/** The recovery key: typing its groups, and a new one by two persons. */
export const recoveryKeyPages = (deps: ConsoleDeps): Pages => {
  const { recoveryKey, objects } = deps;
  type Ctx = Context<ConsoleEnv>;

  const show = (c: Ctx, made?: string): Response | Promise<Response> => {
    const ctx = viewContext(deps, c);
    const reader = actorFor(c, 'settings:read');
    const { asked, ...known } = recoveryKey.look();
    const hindrance = recoveryKey.hindrance(reader);
    // Shown once: nothing keeps it on the way.
    if (made !== undefined) c.header('Cache-Control', 'no-store');
    return c.html(
      <RecoveryKey
        ctx={ctx}
        {...known}
        made={made}
        asked={
          asked === null
            ? undefined
            : {
                ...asked,
                by: actorNames(objects)(asked.by),
                hindrance: hindrance === 'APPROVAL_FRESH' ? undefined : hindrance,
              }
        }
        confirm={confirm.form(c, {
          groups:
            known.positions.length === 0
              ? ctx.t('recovery.groupsWhole')
              : ctx.t('recovery.groupsHint', { groups: known.positions.join(', ') }),
        })}
        renew={renew.form(c)}
      />,
    );
  };

  const confirm = operationForm(deps, recoveryKeyConfirm, (c) => show(c));
  const renew = operationForm(deps, recoveryKeyAsk, (c) => show(c));

  return new Hono<ConsoleEnv>()
    .get(paths.recoveryKey.pattern, (c) => show(c))
    .post(paths.recoveryKeyConfirm.pattern, confirm.post)
    .post(paths.recoveryKeyRenew.pattern, renew.post)
    .post(paths.recoveryKeyDecide.pattern, (c) => {
      const action = c.get('form').text('action');
      if (action !== 'approve' && action !== 'refuse') throw new AppError('MALFORMED', 'there is no such action');
      const actor = { ...deciderFor(c, 'safety:write'), from: c.get('from') };
      const made = recoveryKey.decide(actor, action === 'approve');
      if (made !== undefined) return show(c, made);
      return goWith(c, paths.recoveryKey(), { message: { key: 'recovery.toastRefused' } });
    });
};
