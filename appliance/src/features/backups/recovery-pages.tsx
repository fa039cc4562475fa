import { RecoveryKey } from '@sallyport/ui/backups/recovery-key.tsx';
import type { FieldErrors } from '@sallyport/ui/model';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import { AppError } from '../../platform/errors.ts';
import { goWith } from '../../server/console/cookies.ts';
import { faultsOf } from '../../server/console/form.ts';
import { actorFor, deciderFor } from '../../server/console/guard.ts';
import { viewContext } from '../../server/console/page.tsx';
import { actorNames } from '../../server/console/records.ts';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';

/** The recovery key: typing its groups, and a new one by two persons. */
export const recoveryKeyPages = (deps: ConsoleDeps): Pages => {
  const { recoveryKey, objects } = deps;
  type Ctx = Context<ConsoleEnv>;

  const show = (
    c: Ctx,
    { errors, made }: { errors?: FieldErrors; made?: string } = {},
  ): Response | Promise<Response> => {
    const reader = actorFor(c, 'settings:read');
    const { asked, ...known } = recoveryKey.look();
    const hindrance = recoveryKey.hindrance(reader);
    // Shown once: nothing keeps it on the way.
    if (made !== undefined) c.header('Cache-Control', 'no-store');
    return c.html(
      <RecoveryKey
        ctx={viewContext(deps, c)}
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
        errors={errors}
      />,
      errors === undefined ? 200 : 422,
    );
  };

  const formOf = (c: Ctx, work: () => void, message: 'recovery.toastConfirmed' | 'recovery.toastAsked') => {
    try {
      work();
    } catch (error) {
      return show(c, { errors: faultsOf(error) });
    }
    return goWith(c, paths.recoveryKey(), { message: { key: message } });
  };

  return new Hono<ConsoleEnv>()
    .get(paths.recoveryKey.pattern, (c) => show(c))
    .post(paths.recoveryKeyConfirm.pattern, (c) => {
      const actor = { ...actorFor(c, 'settings:write'), from: c.get('from') };
      return formOf(c, () => recoveryKey.confirm(actor, c.get('form').text('groups')), 'recovery.toastConfirmed');
    })
    .post(paths.recoveryKeyRenew.pattern, (c) => {
      const actor = { ...actorFor(c, 'safety:write'), from: c.get('from') };
      return formOf(c, () => recoveryKey.ask(actor, c.get('form').text('reason')), 'recovery.toastAsked');
    })
    .post(paths.recoveryKeyDecide.pattern, (c) => {
      const action = c.get('form').text('action');
      if (action !== 'approve' && action !== 'refuse') throw new AppError('MALFORMED', 'there is no such action');
      const actor = { ...deciderFor(c, 'safety:write'), from: c.get('from') };
      const made = recoveryKey.decide(actor, action === 'approve');
      if (made !== undefined) return show(c, { made });
      return goWith(c, paths.recoveryKey(), { message: { key: 'recovery.toastRefused' } });
    });
};
