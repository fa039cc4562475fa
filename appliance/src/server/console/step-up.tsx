import { Again } from '@sallyport/ui/accounts/again.tsx';
import type { Message } from '@sallyport/ui/model';
import { paths } from '@sallyport/ui/paths';
import type { Context, MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import { findTargetHandler } from 'hono/utils/handler';
import { AppError, toFailure } from '../../platform/errors.ts';
import { knownCookie, sessionCookie } from './cookies.ts';
import { isPlainForm } from './form.ts';
import { signedIn } from './guard.ts';
import { maxChars, maxFields } from './kept-form.ts';
import { isLocalPath } from './local-path.ts';
import { viewContext } from './page.tsx';
import type { ConsoleDeps, ConsoleEnv } from './types.ts';

// What is grave takes the person's password again when the log-in is older than ten minutes. The answer to such a form is the form itself,
// with what was sent and a field for the password; nothing of the first POST is stored or done. The second POST goes through all that the
// first went through: origin, token, rights, and whatever its handler checks.

type C = Context<ConsoleEnv>;
type Answer = Response | Promise<Response>;

type IsSecret = (c: C, name: string) => boolean;
type WithForm = { own?: { show: (c: C) => Answer; isSecret: IsSecret } };

/** Of a form that declares none: fields that hold what no page gives back. */
const namedSecret: IsSecret = (_c, name) => /pass|secret|repeat|current|code$/i.test(name);

/**
 * A handler of a POST whose page has the form: with what was sent, it asks for the password itself. After a wrong password nothing of the
 * handler has run, so `show` checks the rights that it takes.
 */
export const withForm = <H extends (c: C) => Answer>(
  handler: H,
  show: (c: C) => Answer,
  /** Its fields that are not given back. */
  isSecret: IsSecret = namedSecret,
): H => Object.assign(handler, { own: { show, isSecret } } satisfies WithForm);

const ownForm = (c: C): WithForm['own'] => {
  const routes = matchedRoutes(c);
  const route = routes.find(({ method }) => method !== 'ALL');
  if (route === undefined) return undefined;
  // The console is mounted in the server's app, which wraps its handlers.
  const { own } = findTargetHandler(route.handler) as WithForm;
  // The parts of the address are those of the route that is at work; a wrong password ends before the handler's.
  c.req.routeIndex = routes.indexOf(route);
  return own;
};

/** Why a try did not count; undefined for what says nothing about the password. */
const faultOf = (code: string, seconds: number): Message | undefined => {
  if (code === 'RATE_LIMITED') return { key: 'login.error.limitedSeconds', params: { n: seconds } };
  return code === 'UNAUTHENTICATED' ? { key: 'login.error.wrong' } : undefined;
};

const isRepeatable = (fields: readonly (readonly [string, string])[]): boolean =>
  fields.length <= maxFields &&
  fields.reduce((chars, [name, value]) => chars + name.length + value.length, 0) <= maxChars;

/** Where the person came from, for the way back. */
const backOf = (c: C): string => {
  const referer = c.req.header('referer') ?? '';
  const from = URL.canParse(referer) ? new URL(referer) : undefined;
  const back = c.get('form').text('back') || (from === undefined ? '' : `${from.pathname}${from.search}`);
  return isLocalPath(back) ? back : paths.me();
};

/**
 * The form that was sent, once more, with the question for the password in it. A file, a secret that is in no page's own form, or more
 * than so much, is not repeated: then the password alone is asked for, and the form is opened again.
 */
export function askAgain(deps: ConsoleDeps, c: C, error: unknown): Answer {
  const { code, details } = toFailure(error);
  const seconds = Number(details['retryAfterSeconds'] ?? 0);
  const fault = faultOf(code, seconds);
  if (fault !== undefined && seconds > 0) c.header('Retry-After', String(seconds));
  const { pathname, search } = new URL(c.req.url);
  const isForm = c.req.method === 'POST' && isPlainForm(c.req.raw);
  const sent = isForm
    ? c
        .get('form')
        .entries()
        .filter(([name]) => name !== 'csrf')
    : [];
  const own = ownForm(c);
  const isSecret = own?.isSecret ?? namedSecret;
  const hasSecrets = sent.some(([name, value]) => value !== '' && isSecret(c, name));
  const isRepeated = isForm && isRepeatable(sent) && (own !== undefined || !hasSecrets);
  const account = deps.objects.get('account', c.get('signedIn')?.actor.id ?? '');
  const action = isRepeated ? `${pathname}${search}` : paths.meAgain();
  c.set('stepUp', {
    action,
    asksCode: account.body['twoStep'] === true,
    mustEnterAgain: hasSecrets || action === paths.meAgain(),
    fault,
  });
  c.status(fault === undefined ? 403 : seconds > 0 ? 429 : 422);
  if (isRepeated && own !== undefined) return own.show(c);
  const back = backOf(c);
  return c.html(<Again ctx={viewContext(deps, c)} back={back} fields={isRepeated ? sent : [['back', back]]} />);
}

/** Whether a refusal asks for the password: an act that is too grave for an old log-in, or a password that was wrong. */
export const asksAgain = (c: C, code: string): boolean =>
  code === 'REAUTHENTICATE' ||
  code === 'APPROVAL_FRESH' ||
  (c.get('proof') !== undefined && (code === 'UNAUTHENTICATED' || code === 'RATE_LIMITED'));

/** Checks what came with a form before its handler runs, as a log-in is checked: UNAUTHENTICATED, RATE_LIMITED, OVERLOADED. */
export const takeProof = (deps: ConsoleDeps): MiddlewareHandler<ConsoleEnv> =>
  async function proveAgain(c, next) {
    const proof = c.get('proof');
    if (proof !== undefined) {
      const [password = '', code = ''] = proof;
      const from = c.get('from');
      const known = knownCookie(c);
      await deps.accounts.reauthenticate(signedIn(c), { password, code: code.slice(0, 50), from, known });
      const renewed = deps.accounts.resume(sessionCookie(c), from);
      if (renewed === undefined) throw new AppError('CONFLICT', 'the session ended meanwhile: log in again');
      c.set('proof', undefined);
      c.set('signedIn', renewed);
    }
    await next();
  };
