import { randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import { stepUpField } from '@sallyport/ui/components/form.tsx';
import { paths } from '@sallyport/ui/paths';
import type { Context, MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import {
  type Actor,
  hasRight,
  type Right,
  requireDecider,
  scopeOf,
  type WriteRight,
} from '../../engine/objects/types.ts';
import { isRight, type SignedIn } from '../../features/accounts/types.ts';
import { AppError } from '../../platform/errors.ts';
import { guestOf } from '../../platform/http/guest.ts';
import { addressOf } from '../../platform/http/request.ts';
import type { Scope } from '../../platform/scope.ts';
import { preferencesCookie, sessionCookie } from './cookies.ts';
import { isPlainForm, maxFormBytes, noForm, readForm, strangerFormBytes, withoutProof } from './form.ts';
import { readPreferences } from './preferences.ts';
import { holdsNeed, needsByRoute, type RouteNeed, routeKey } from './route-needs.ts';
import type { ConsoleDeps, ConsoleEnv } from './types.ts';

type Ctx = Context<ConsoleEnv>;

const isSafe = (method: string): boolean => method === 'GET' || method === 'HEAD';

/**
 * Whether a request that changes something comes from a page of this server. Browsers send Sec-Fetch-Site to every
 * secure origin; for the few that do not, Origin must name the host that was asked. Neither: refused.
 */
const isOwnOrigin = (request: Request): boolean => {
  const site = request.headers.get('sec-fetch-site');
  if (site !== null) return site === 'same-origin';
  const origin = request.headers.get('origin');
  return origin !== null && origin === new URL(request.url).origin;
};

/** Who asks, from where, and how the answer should look. */
export const identify = (deps: ConsoleDeps): MiddlewareHandler<ConsoleEnv> =>
  async function identifyCaller(c, next) {
    const from = addressOf(c);
    c.set('requestId', Buffer.from(randomBytes(6)).toString('hex'));
    c.set('from', from);
    const siteLanguage = deps.objects.setting('appliance.language');
    c.set('preferences', readPreferences(preferencesCookie(c), c.req.header('accept-language'), siteLanguage));
    const signedIn = deps.accounts.resume(sessionCookie(c), from);
    c.set('signedIn', signedIn);
    c.set('form', noForm);
    if (signedIn !== undefined) {
      const key = `${signedIn.actor.type}:${signedIn.actor.id}`;
      const guest = guestOf(c.env?.incoming);
      guest.prove(key);
      await guest.turn(key);
    }
    await next();
    // Pages hold what only this person may see; an answer to a swap is not an answer to a load.
    if (!c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'no-store');
    c.res.headers.append('vary', 'HX-Request-Type, Cookie');
  };

/** The columns that a list opens with for who asks. */
export const ownColumns = (deps: ConsoleDeps): MiddlewareHandler<ConsoleEnv> =>
  async function readOwnColumns(c, next) {
    const signedIn = c.get('signedIn');
    c.set('ownColumns', signedIn === undefined ? [] : deps.listViews.columns(signedIn.actor, c.req.path));
    await next();
  };

/** Checks a form's token; CSRF. Uploads call it with their first part. */
export const checkToken = (deps: ConsoleDeps, c: Ctx, token: string): void => {
  const signedIn = c.get('signedIn');
  // Without a session there is nothing to misuse; the origin was checked all the same.
  if (signedIn !== undefined && !deps.accounts.isCsrfToken(signedIn, token))
    throw new AppError('CSRF', 'the form is not of this session');
};

const isUpload = (c: Ctx): boolean =>
  (c.req.header('content-type') ?? '').toLowerCase().startsWith('multipart/form-data');

const needs = needsByRoute();

/**
 * What the address asks of the caller; undefined where there is no address, or none that is declared. The first route
 * with a method of its own is the one that answers; middleware has none.
 */
const needOf = (c: Ctx): RouteNeed | undefined => {
  const route = matchedRoutes(c).find(({ method }) => method !== 'ALL');
  return route === undefined ? undefined : needs.get(routeKey(route));
};

/** What who sees the console as a role may still send: the way back, the way out, and how pages look. */
const openWhileViewing: readonly string[] = [paths.viewAs(), paths.logout(), paths.preferences()];

/** VIEWING: nothing is written while the console is shown as a role. */
const assertNotViewing = (c: Ctx): void => {
  const viewAs = c.get('signedIn')?.viewAs;
  if (viewAs === undefined) return;
  const isEnd = c.req.path !== paths.viewAs() || c.get('form').text('role') === '';
  if (!openWhileViewing.includes(c.req.path) || !isEnd)
    throw new AppError('VIEWING', `the console is shown as the role ${viewAs.name}: nothing is written`);
};

/** Origin, then the form under a bound, then its token, for every request that may change something. */
export const guard = (deps: ConsoleDeps): MiddlewareHandler<ConsoleEnv> =>
  async function guardChanges(c, next) {
    if (!isSafe(c.req.method)) {
      if (!isOwnOrigin(c.req.raw)) throw new AppError('ORIGIN', 'the request comes from another page');
      if (isPlainForm(c.req.raw)) {
        const form = await readForm(c.req.raw, c.get('signedIn') === undefined ? strangerFormBytes : maxFormBytes);
        c.set('form', withoutProof(form));
        c.set('proof', form.has(stepUpField) ? form.texts(stepUpField) : undefined);
        checkToken(deps, c, form.text('csrf'));
      } else if (!isUpload(c) || needOf(c)?.upload !== true) {
        // An upload's token is read with its first part, by its page; no other page would look for one there.
        throw new AppError('UNSUPPORTED_TYPE', 'forms are application/x-www-form-urlencoded');
      }
      assertNotViewing(c);
    }
    await next();
  };

/** The person behind the request; UNAUTHENTICATED. */
export const signedIn = (c: Ctx): SignedIn => {
  const found = c.get('signedIn');
  if (found === undefined) throw new AppError('UNAUTHENTICATED', 'log in first');
  return found;
};

/** The actor, with a right that the page cannot do without; FORBIDDEN. */
export const actorFor = (c: Ctx, right: Right): Actor => {
  const { actor } = signedIn(c);
  if (!hasRight(actor, right)) throw new AppError('FORBIDDEN', `needs the right ${right}`, { right });
  return actor;
};

/** The actor, with the right to write or the one to approve; FORBIDDEN. */
export const deciderFor = (c: Ctx, right: WriteRight): Actor => {
  const { actor } = signedIn(c);
  requireDecider(actor, right);
  return actor;
};

/** Where the person holds a right; FORBIDDEN where nowhere. */
export const scopeFor = (c: Ctx, right: Right): Scope => scopeOf(signedIn(c).actor, right);

/** The outer wall: an address without declared needs is not there, one with a right is only for who has it. */
export const requireNeed: MiddlewareHandler<ConsoleEnv> = async function requireDeclaredNeed(c, next) {
  const needed = needOf(c);
  if (needed === undefined) throw new AppError('NOT_FOUND', 'there is no such page');
  const { actor } = signedIn(c);
  const { need: right } = needed;
  if (isRight(right) && !holdsNeed(actor, right, needed))
    throw new AppError('FORBIDDEN', `needs the right ${right}`, { right });
  await next();
};
