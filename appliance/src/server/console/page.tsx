import { defined } from '@sallyport/bundle-tools/platform/defined';
import { type Ctx, pageContext } from '@sallyport/ui/context';
import { ErrorView } from '@sallyport/ui/frame/error.tsx';
import type { Context } from 'hono';
import type { Actor, Right } from '../../engine/objects/types.ts';
import { toFailure } from '../../platform/errors.ts';
import { addressOf, patternOf } from '../../platform/http/request.ts';
import { takeToast } from './cookies.ts';
import { mayOpen } from './opens.ts';
import type { ConsoleDeps, ConsoleEnv } from './types.ts';

/** An upload by script follows its redirect before the browser opens the same address: the line is for that second look. */
const isReadAhead = (c: Context<ConsoleEnv>): boolean =>
  c.req.header('sec-fetch-dest') === 'empty' && c.req.header('hx-request') === undefined;

/** What views need of every request. A page takes the line that was left for it; parts of pages and files do not. */
export const viewContext = (deps: ConsoleDeps, c: Context<ConsoleEnv>, kind: 'page' | 'part' = 'page'): Ctx => {
  const { lang, theme, density, shortcuts } = c.get('preferences');
  const signedIn = c.get('signedIn');
  const url = new URL(c.req.url);
  const toast = signedIn === undefined || kind === 'part' || isReadAhead(c) ? undefined : takeToast(c);
  return pageContext({
    lang,
    theme,
    density,
    shortcuts,
    csrf: signedIn?.csrf ?? '',
    url: `${url.pathname}${url.search}`,
    person: signedIn === undefined ? null : { id: signedIn.actor.id, name: signedIn.actor.label },
    site: { id: deps.config.site, name: deps.objects.setting('appliance.site-title') || deps.config.site },
    badges: signedIn === undefined || kind === 'part' ? {} : deps.badges(signedIn.actor),
    advisories: signedIn === undefined ? null : advisoryAge(deps),
    version: deps.version,
    schema: deps.schema,
    nowMs: deps.clock(),
    timeZone: deps.timeZone(),
    rights: signedIn === undefined ? new Set() : shownRights(signedIn.actor),
    siteRights: signedIn?.actor.rights ?? new Set(),
    opens: (href) => signedIn === undefined || mayOpen(deps, signedIn.actor, href),
    asset: (name) => deps.assets[name]?.path ?? `/assets/${name}`,
    ...defined({ toast, viewAs: signedIn?.viewAs, stepUp: c.get('stepUp') }),
    ...(signedIn === undefined || kind === 'part'
      ? {}
      : {
          views: deps.listViews.ofPage(signedIn.actor, url.pathname),
          ...wentBack(deps),
          failedUpgrade: deps.failedUpgrade(),
          unwell: unwell(deps),
        }),
  });
};

/** The rights whose buttons are shown: those over the site, and those to write a part of it. */
const shownRights = ({ rights, grants = [] }: Actor): ReadonlySet<Right> =>
  new Set([...rights, ...grants.flatMap(({ right }) => (right.endsWith(':write') ? [right] : []))]);

/** The newest return to an older state that waits for an administrator. */
const wentBack = (deps: ConsoleDeps): Pick<Ctx, 'wentBack'> => {
  const [back] = deps.rollbackDetector.unacknowledged();
  return back === undefined ? {} : { wentBack: { cause: back.cause, at: back.at } };
};

/** What is wrong with the appliance itself. */
const unwell = (deps: ConsoleDeps): Ctx['unwell'] =>
  deps.health
    .current()
    .checks.flatMap(({ code, state }) => (state === 'ok' ? [] : [{ code, isFailed: state === 'failed' }]));

/** Of the feed that has gone longest without news; null before the first import. */
const advisoryAge = (deps: ConsoleDeps): Ctx['advisories'] => {
  const knowledge = deps.exchange.knowledge();
  const [first] = knowledge;
  if (first === undefined) return null;
  const ageDays = Math.max(...knowledge.map((feed) => feed.ageDays ?? 0));
  return { ageDays, limitDays: first.limitDays };
};

/** A refusal as a page: its code, why, and what to do next. */
export const errorPage = (
  deps: ConsoleDeps,
  error: unknown,
  c: Context<ConsoleEnv>,
  /** Asks for the password where that is what is missing. */
  again?: (code: string) => Response | Promise<Response> | undefined,
): Response | Promise<Response> => {
  deps.health.met(error);
  const failure = toFailure(error);
  if (failure.status >= 500)
    deps.log.error({ err: error, path: c.req.routePath, requestId: c.get('requestId') }, 'request failed');
  deps.accounts.refusals.refused(failure.code, {
    actor: c.get('signedIn')?.actor,
    from: c.get('from') ?? addressOf(c),
    path: `${c.req.method} ${patternOf(c)}`,
  });
  const asked = again?.(failure.code);
  if (asked !== undefined) return asked;
  const { right, retryAfterSeconds: retry } = failure.details;
  if (typeof retry === 'number') c.header('Retry-After', String(retry));
  // Files of the console are served to all, before a session is read: there is nothing to make a page of.
  if (c.get('preferences') === undefined)
    return c.json(
      { error: failure.code, message: failure.code === 'INTERNAL' ? 'internal error' : failure.message },
      failure.status as 400,
    );
  return c.html(
    <ErrorView
      ctx={viewContext(deps, c)}
      status={failure.status}
      code={failure.code}
      detail={failure.code === 'INTERNAL' ? undefined : failure.message}
      right={typeof right === 'string' ? right : undefined}
      requestId={c.get('requestId')}
    />,
    failure.status as 400,
  );
};
