import type { FieldErrors } from '@sallyport/ui/model';
import { paths, routePatterns } from '@sallyport/ui/paths';
import { Me } from '@sallyport/ui/views/me';
import { type Context, Hono } from 'hono';
import { AppError, toFailure } from '../../../platform/errors.ts';
import { setSessionCookie, setToast } from '../cookies.ts';
import { signedIn } from '../guard.ts';
import { viewContext } from '../page.tsx';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../types.ts';

/** The reader's own page: password, sessions, preferences. */
export const mePages = (deps: ConsoleDeps): Pages => {
  const { accounts, objects } = deps;

  const uriOf = (name: string, secret: string): string =>
    `otpauth://totp/${encodeURIComponent(`Sallyport ${deps.config.site}:${name}`)}?${new URLSearchParams({ secret, issuer: 'Sallyport' })}`;
  const grouped = (secret: string): string => secret.replace(/(.{4})(?=.)/g, '$1 ');

  const show = (
    c: Context<ConsoleEnv>,
    errors?: FieldErrors,
    newCodes?: readonly string[],
  ): Response | Promise<Response> => {
    const { actor, session } = signedIn(c);
    const { body } = objects.get('account', actor.id);
    const secret = accounts.twoStep.pending(actor.id);
    const roles = Array.isArray(body['roles']) ? body['roles'].map(String) : [];
    return c.html(
      <Me
        ctx={viewContext(deps, c)}
        account={{
          name: String(body['name'] ?? ''),
          ...(typeof body['fullName'] === 'string' ? { fullName: body['fullName'] } : {}),
          roles: roles.map((id) => String(objects.find('role', id)?.body['name'] ?? id)),
        }}
        minLength={objects.settingInteger('accounts.password-min-length')}
        twoStep={{
          enabled: body['twoStep'] === true,
          ...(secret === undefined
            ? {}
            : { setup: { secret: grouped(secret), uri: uriOf(String(body['name'] ?? ''), secret) } }),
          ...(body['twoStep'] === true ? { codesLeft: accounts.twoStep.codesLeft(actor.id) } : {}),
          ...(newCodes === undefined ? {} : { newCodes }),
        }}
        sessions={accounts.sessions(actor.id).map((one) => ({
          startedAt: one.createdAt,
          lastAt: one.usedAt,
          from: one.from ?? '',
          current: one.hash.equals(session.hash),
        }))}
        {...(errors === undefined ? {} : { errors })}
      />,
      errors === undefined ? 200 : 422,
    );
  };

  return new Hono<ConsoleEnv>()
    .get(routePatterns.me, (c) => show(c))
    .post(routePatterns.meTwoStep, (c) => {
      const { actor } = signedIn(c);
      const form = c.get('form');
      const from = c.get('from');
      switch (form.text('action')) {
        case 'begin':
          accounts.twoStep.begin(actor.id, from);
          return c.redirect(paths.me(), 303);
        case 'disable':
          accounts.twoStep.disable(actor.id, from);
          setToast(c, { said: { key: 'toast.twoStepOff' } });
          return c.redirect(paths.me(), 303);
        case 'confirm':
          try {
            // The codes are shown by the answer itself: an address to reload would have to keep them.
            return show(c, undefined, accounts.twoStep.confirm(actor.id, form.text('code'), from).codes);
          } catch (error) {
            const { code, details } = toFailure(error);
            if (code !== 'INVALID' || details.fields === undefined) throw error;
            return show(c, details.fields);
          }
        default:
          throw new AppError('MALFORMED', 'there is no such action');
      }
    })
    .post(routePatterns.mePassword, async (c) => {
      const form = c.get('form');
      try {
        const renewed = await accounts.changePassword(signedIn(c), {
          current: form.text('current'),
          next: form.text('password'),
          again: form.text('repeat'),
          from: c.get('from'),
        });
        setSessionCookie(c, renewed.cookie, renewed.maxAgeSeconds);
        setToast(c, { said: { key: 'toast.password' } });
        return c.redirect(paths.me(), 303);
      } catch (error) {
        const { code, details } = toFailure(error);
        if (code !== 'INVALID' || details.fields === undefined) throw error;
        const { next, again, ...rest } = details.fields;
        return show(c, {
          ...rest,
          ...(next === undefined ? {} : { password: next }),
          ...(again === undefined ? {} : { repeat: again }),
        });
      }
    });
};
