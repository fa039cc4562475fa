import { createHash } from 'node:crypto';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import { FirstPassword } from '@sallyport/ui/accounts/first-password.tsx';
import { KeptForm } from '@sallyport/ui/accounts/kept-form.tsx';
import { Login } from '@sallyport/ui/accounts/login.tsx';
import type { FieldErrors } from '@sallyport/ui/model';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import { AppError, toFailure } from '../../platform/errors.ts';
import {
  dropSessionCookie,
  knownCookie,
  sessionCookie,
  setLoginCookies,
  setPreferencesCookie,
  setToast,
} from '../../server/console/cookies.ts';
import { faultsOf, isPlainForm } from '../../server/console/form.ts';
import { keepForm, readKept } from '../../server/console/kept-form.ts';
import { param } from '../../server/console/lists.ts';
import { isLocalPath } from '../../server/console/local-path.ts';
import { viewContext } from '../../server/console/page.tsx';
import { changePreferences, writePreferences } from '../../server/console/preferences.ts';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';

/** A path of this console to go back to; anything else becomes the overview. */
export const safeBack = (text: string): string =>
  isLocalPath(text) && !text.startsWith('/login') && !text.startsWith('/first/') ? text : paths.work();

/** Of the appliance's certificate, for the foot of the log-in page. */
const fingerprintOf = (deps: Pick<ConsoleDeps, 'ca'>): string =>
  createHash('sha256').update(deps.ca.certificateDer).digest('hex');

/** The answer to a form that comes without a session: log in, and what was entered is kept where it can be. */
export const sessionEnded = (deps: ConsoleDeps, c: Context<ConsoleEnv>): Response | Promise<Response> => {
  const { pathname, search } = new URL(c.req.url);
  const kept = isPlainForm(c.req.raw) ? keepForm(`${pathname}${search}`, c.get('form')) : undefined;
  const referer = c.req.header('referer') ?? '';
  const from = URL.canParse(referer) ? new URL(referer) : undefined;
  return c.html(
    <Login
      ctx={viewContext(deps, c)}
      fingerprint={fingerprintOf(deps)}
      back={safeBack(from === undefined ? '' : `${from.pathname}${from.search}`)}
      ended={{ kept: kept === undefined ? undefined : JSON.stringify(kept) }}
    />,
    401,
  );
};

/** Log-in, the one-time link, log-out, preferences: all that works without a session. */
export const loginPages = (deps: ConsoleDeps): Pages => {
  const { accounts, objects } = deps;
  const fingerprint = fingerprintOf(deps);

  const loginForm = (c: Context<ConsoleEnv>, status: 200 | 401 | 429 | 503, code?: string, retrySeconds = 0) => {
    const form = c.get('form');
    const back = safeBack(form.text('back') || (c.req.query('back') ?? ''));
    const inSeconds = code === 'limited' && retrySeconds < 120;
    const params = { n: Math.max(1, inSeconds ? retrySeconds : Math.ceil(retrySeconds / 60)) };
    const kept = readKept(form.text('kept'));
    return c.html(
      <Login
        ctx={viewContext(deps, c)}
        fingerprint={fingerprint}
        name={form.text('name').slice(0, 100)}
        back={back}
        {...(kept === undefined ? {} : { ended: { kept: JSON.stringify(kept) } })}
        {...(code === undefined
          ? {}
          : { error: { message: { key: `login.error.${code}${inSeconds ? 'Seconds' : ''}`, params } } })}
      />,
      status,
    );
  };

  const firstForm = (c: Context<ConsoleEnv>, token: string, errors?: FieldErrors) => {
    const link = accounts.findLink(token);
    if (link === undefined) throw new AppError('NOT_FOUND', 'the link is unknown, used or too old');
    return c.html(
      <FirstPassword
        ctx={viewContext(deps, c)}
        token={token}
        account={link.name}
        minLength={objects.setting('accounts.password-min-length')}
        asksCode={link.asksCode}
        fingerprint={fingerprint}
        {...defined({ errors })}
      />,
      errors === undefined ? 200 : 422,
    );
  };

  return new Hono<ConsoleEnv>()
    .get(paths.login.pattern, (c) => {
      if (c.get('signedIn') !== undefined) return c.redirect(safeBack(c.req.query('back') ?? ''), 303);
      return loginForm(c, 200);
    })

    .post(paths.login.pattern, async (c) => {
      const form = c.get('form');
      try {
        const session = await accounts.login({
          name: form.text('name'),
          password: form.text('password'),
          code: form.text('code').slice(0, 50),
          from: c.get('from'),
          known: knownCookie(c),
          old: sessionCookie(c),
        });
        setLoginCookies(c, session);
        const since = session.told?.[0];
        if (since !== undefined) {
          const at = new Date(since.at).toISOString().slice(0, 10);
          setToast(c, { message: { key: 'toast.touched', params: { at } } });
        }
        const kept = readKept(form.text('kept'));
        if (kept === undefined) return c.redirect(safeBack(form.text('back')), 303);
        c.set('signedIn', accounts.resume(session.cookie, c.get('from')));
        return c.html(<KeptForm ctx={viewContext(deps, c)} {...kept} />);
      } catch (error) {
        const { code, details } = toFailure(error);
        if (code === 'UNAUTHENTICATED') return loginForm(c, 401, 'wrong');
        if (code !== 'RATE_LIMITED' && code !== 'OVERLOADED') throw error;
        const seconds = Number(details['retryAfterSeconds'] ?? 0);
        c.header('Retry-After', String(seconds));
        return loginForm(
          c,
          code === 'RATE_LIMITED' ? 429 : 503,
          code === 'RATE_LIMITED' ? 'limited' : 'overloaded',
          seconds,
        );
      }
    })

    .post(paths.logout.pattern, (c) => {
      const signedIn = c.get('signedIn');
      if (signedIn !== undefined) accounts.logout(signedIn);
      dropSessionCookie(c);
      return c.redirect(paths.login(), 303);
    })

    .get(paths.first.pattern, (c) => firstForm(c, param(c, 'token')))

    .post(paths.first.pattern, async (c) => {
      const form = c.get('form');
      const token = param(c, 'token');
      try {
        const session = await accounts.useLink(token, {
          password: form.text('password'),
          again: form.text('repeat'),
          code: form.text('code').slice(0, 50),
          from: c.get('from'),
          known: knownCookie(c),
        });
        setLoginCookies(c, session);
        return c.redirect(paths.work(), 303);
      } catch (error) {
        const { again, ...fields } = faultsOf(error);
        return firstForm(c, token, { ...fields, ...defined({ repeat: again }) });
      }
    })

    .post(paths.preferences.pattern, (c) => {
      const form = c.get('form');
      setPreferencesCookie(c, writePreferences(changePreferences(c.get('preferences'), form)));
      const back = form.text('back');
      // Language comes before log-in as well, so these two pages are places to return to.
      const isOpen = /^\/(login(\?[\x21-\x7e]*)?|first\/[A-Za-z0-9_-]{43})$/.test(back);
      return c.redirect(isOpen ? back : safeBack(back), 303);
    });
};
