import { qrSvg } from '@sallyport/bundle-tools/fingerprint/qr';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import { Me } from '@sallyport/ui/accounts/me.tsx';
import type { FieldErrors } from '@sallyport/ui/model';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import { AppError } from '../../platform/errors.ts';
import { goWith, knownCookie, setLoginCookies } from '../../server/console/cookies.ts';
import { faultsOf } from '../../server/console/form.ts';
import { signedIn } from '../../server/console/guard.ts';
import { isLocalPath } from '../../server/console/local-path.ts';
import { viewContext } from '../../server/console/page.tsx';
import { askAgain, withForm } from '../../server/console/step-up.tsx';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import { assertFresh, sessionId } from './types.ts';

/** The reader's own page: password, sessions, preferences. */
export const mePages = (deps: ConsoleDeps): Pages => {
  const { accounts, objects } = deps;

  const uriOf = (name: string, secret: string): string =>
    `otpauth://totp/${encodeURIComponent(`Sallyport ${deps.config.site}:${name}`)}?${new URLSearchParams({ secret, issuer: 'Sallyport' })}`;
  const setupOf = (name: string, secret: string) => {
    const uri = uriOf(name, secret);
    return { secret: secret.replace(/(.{4})(?=.)/g, '$1 '), uri, qrSvg: qrSvg(uri) };
  };
  /** Of names that people chose nothing goes into the name of a file but what every system takes. */
  const codesFile = (name: string): string =>
    `sallyport-${[deps.config.site, name].map((part) => part.toLowerCase().replace(/[^a-z0-9]+/g, '-')).join('-')}.txt`;

  const show = (
    c: Context<ConsoleEnv>,
    errors?: FieldErrors,
    newCodes?: readonly string[],
  ): Response | Promise<Response> => {
    const { actor, session } = signedIn(c);
    const { body } = objects.get('account', actor.id);
    const name = String(body['name'] ?? '');
    const secret = accounts.twoStep.pending(actor.id);
    const roles = Array.isArray(body['roles']) ? body['roles'].map(String) : [];
    return c.html(
      <Me
        ctx={viewContext(deps, c)}
        account={{
          name,
          ...(typeof body['fullName'] === 'string' ? { fullName: body['fullName'] } : {}),
          roles: roles.map((id) => String(objects.find('role', id)?.body['name'] ?? id)),
        }}
        minLength={objects.setting('accounts.password-min-length')}
        twoStep={{
          enabled: body['twoStep'] === true,
          ...(secret === undefined ? {} : { setup: setupOf(name, secret) }),
          ...(body['twoStep'] === true ? { codesLeft: accounts.twoStep.codesLeft(actor.id) } : {}),
          ...(newCodes === undefined ? {} : { newCodes: { codes: newCodes, file: codesFile(name) } }),
        }}
        sessions={accounts.sessions.list(actor.id).map((one) => ({
          id: sessionId(one),
          startedAt: one.createdAt,
          lastAt: one.usedAt,
          from: one.from ?? '',
          way: one.way,
          current: one.hash.equals(session.hash),
        }))}
        {...defined({ errors })}
      />,
      errors === undefined ? undefined : 422,
    );
  };

  const changePassword = async (c: Context<ConsoleEnv>): Promise<Response> => {
    const form = c.get('form');
    assertFresh(signedIn(c).actor, deps.clock());
    try {
      const renewed = await accounts.changePassword(signedIn(c), {
        current: form.text('current'),
        next: form.text('password'),
        again: form.text('repeat'),
        from: c.get('from'),
        known: knownCookie(c),
      });
      setLoginCookies(c, renewed);
      return goWith(c, paths.me(), { message: { key: 'toast.password' } });
    } catch (error) {
      const { next, again, ...rest } = faultsOf(error);
      return show(c, { ...rest, ...defined({ password: next, repeat: again }) });
    }
  };

  return (
    new Hono<ConsoleEnv>()
      .get(paths.me.pattern, (c) => show(c))
      .post(paths.meTwoStep.pattern, async (c) => {
        const { actor } = signedIn(c);
        const form = c.get('form');
        const from = c.get('from');
        // A stolen session must not be enough to take over the account.
        assertFresh(actor, deps.clock());
        switch (form.text('action')) {
          case 'begin':
            accounts.twoStep.begin(actor.id, from);
            return c.redirect(`${paths.me()}#two-step`, 303);
          case 'disable':
            accounts.twoStep.disable(actor.id, from);
            return goWith(c, paths.me(), { message: { key: 'toast.twoStepOff' } });
          case 'confirm':
            try {
              // The codes are shown by the answer itself: an address to reload would have to keep them.
              return show(c, undefined, (await accounts.twoStep.confirm(actor.id, form.text('code'), from)).codes);
            } catch (error) {
              return show(c, faultsOf(error));
            }
          default:
            throw new AppError('MALFORMED', 'there is no such action');
        }
      })
      .get(paths.meAgain.pattern, (c) => askAgain(deps, c, new AppError('REAUTHENTICATE', 'asked for')))
      // The password came with the form and was checked.
      .post(paths.meAgain.pattern, (c) => {
        assertFresh(signedIn(c).actor, deps.clock());
        const back = c.get('form').text('back');
        return c.redirect(isLocalPath(back) ? back : paths.me(), 303);
      })
      .post(paths.meSessions.pattern, (c) => {
        const { actor, session } = signedIn(c);
        const wanted = c.get('form').text('session');
        const n = wanted === '' ? accounts.sessions.endAll(actor, actor.id, session) : 1;
        if (wanted !== '') accounts.sessions.end(actor, wanted);
        return goWith(c, paths.me(), { message: { key: 'toast.sessionsEnded', params: { n } } });
      })
      .post(
        paths.mePassword.pattern,
        withForm(changePassword, (c) => show(c)),
      )
  );
};
