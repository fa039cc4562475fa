import type { FieldErrors } from '@sallyport/ui/model';
import { paths } from '@sallyport/ui/paths';
import type { HeldTokensProps } from '@sallyport/ui/rollback/held-tokens.tsx';
import { Rollback } from '@sallyport/ui/rollback/rollback.tsx';
import { type Context, Hono } from 'hono';
import { type Actor, hasRight } from '../../engine/objects/types.ts';
import { AppError, toFailure } from '../../platform/errors.ts';
import { wholeSite } from '../../platform/scope.ts';
import { goWith } from '../../server/console/cookies.ts';
import { faultsOf } from '../../server/console/form.ts';
import { actorFor, deciderFor } from '../../server/console/guard.ts';
import { viewContext } from '../../server/console/page.tsx';
import { actorNames, objectNamesFor } from '../../server/console/records.ts';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import { type HeldToken, maxAtOnce } from './held-tokens.ts';

/** Lines of one return on the page; the command shows more, the journal all. */
const maxShown = 500;
/** Tokens that can be asked for at once, and as many are decided about at once. */
const shownTokens = maxAtOnce;

/** Returns of the database to an older state, and their acknowledgement. */
export const rollbackPages = (deps: ConsoleDeps): Pages => {
  const { rollbackDetector, objects } = deps;

  type Entered = HeldTokensProps['entered'];

  /** Those that wait, by what was asked for together. */
  const heldFor = (reader: Actor, nameOf: (ref: string) => string, entered: Entered): HeldTokensProps | undefined => {
    if (!hasRight(reader, 'accounts:read')) return undefined;
    const shown = ({ account, group, ...token }: HeldToken) => {
      const kind = account === null ? 'group' : 'account';
      const id = account ?? group;
      const name = id === null ? undefined : objects.ofAnyKind.find(kind, id)?.body['name'];
      return {
        ...token,
        of: id === null || name === undefined ? undefined : { name: String(name), href: paths.object(kind, id) },
      };
    };
    const tokens = rollbackDetector.tokens.list();
    const unasked = tokens.filter(({ asked }) => asked === undefined);
    const asked = Map.groupBy(
      tokens.flatMap((token) => (token.asked === undefined ? [] : [{ token, asked: token.asked }])),
      // No more together than are decided about at once.
      ({ asked: { by, reason } }, at) => JSON.stringify([by, reason, Math.floor(at / maxAtOnce)]),
    );
    return {
      tokens: unasked.slice(0, shownTokens).map(shown),
      moreTokens: Math.max(0, unasked.length - shownTokens),
      requests: [...asked.values()].flatMap((together) => {
        const first = together.toSorted((a, b) => b.asked.at - a.asked.at)[0];
        if (first === undefined) return [];
        const hindrance = together
          .map(({ token }) => rollbackDetector.tokens.hindrance(reader, token))
          .find((one) => one !== undefined);
        return [
          {
            ...first.asked,
            by: nameOf(first.asked.by),
            // An old log-in is mended by giving the password again, which the page asks for by itself.
            hindrance: hindrance === 'APPROVAL_FRESH' ? undefined : hindrance,
            tokens: together.map(({ token }) => shown(token)),
          },
        ];
      }),
      entered,
    };
  };

  const show = (
    c: Context<ConsoleEnv>,
    { errors, entered }: { errors?: FieldErrors; entered?: Entered } = {},
  ): Response | Promise<Response> => {
    const reader = actorFor(c, 'settings:read');
    const nameOf = actorNames(objects);
    const ctx = viewContext(deps, c);
    const objectName = objectNamesFor(ctx, deps, wholeSite('site-right'));
    return c.html(
      <Rollback
        ctx={ctx}
        returns={rollbackDetector.returns().map((back) => {
          const {
            was,
            found,
            since,
            uncompared = [],
            lines = [],
            moreLines = 0,
            lost = {},
            asked,
            acknowledged,
          } = back;
          const hindrance = rollbackDetector.hindrance(reader, back);
          return {
            ...back,
            found: found.entries,
            was: was?.entries,
            since: since === 0 ? undefined : since,
            uncompared,
            lines: lines.slice(0, maxShown).map((line) => ({ ...line, name: objectName(line.kind, line.id) })),
            inCommand: Math.max(0, lines.length - maxShown),
            inJournal: moreLines,
            lost,
            // An old log-in is mended by giving the password again, which the page asks for by itself.
            asked: asked && {
              ...asked,
              by: nameOf(asked.by),
              hindrance: hindrance === 'APPROVAL_FRESH' ? undefined : hindrance,
            },
            acknowledged: acknowledged && { ...acknowledged, by: nameOf(acknowledged.by) },
          };
        })}
        errors={errors}
        held={heldFor(reader, nameOf, entered)}
      />,
      errors === undefined && entered === undefined ? 200 : 422,
    );
  };

  return new Hono<ConsoleEnv>()
    .get(paths.rollback.pattern, (c) => show(c))
    .post(paths.rollback.pattern, (c) => {
      const form = c.get('form');
      const actor = { ...actorFor(c, 'safety:write'), from: c.get('from') };
      let waits = false;
      try {
        waits = rollbackDetector.acknowledge(actor, form.text('id'), form.text('reason')).acknowledged === undefined;
      } catch (error) {
        return show(c, { errors: faultsOf(error) });
      }
      return goWith(c, paths.rollback(), { message: { key: waits ? 'rollback.toastWaits' : 'rollback.toast' } });
    })
    .post(paths.rollbackTokens.pattern, (c) => {
      const form = c.get('form');
      const actor = { ...actorFor(c, 'accounts:write'), from: c.get('from') };
      const [ids, reason] = [form.texts('token'), form.text('reason')];
      try {
        rollbackDetector.tokens.ask(actor, ids, reason);
      } catch (error) {
        // Where none is left to ask for there is no form to come back to.
        if (!rollbackDetector.tokens.list().some(({ asked }) => asked === undefined)) throw error;
        const { code } = toFailure(error);
        const isGone = code === 'NOT_FOUND' || code === 'CONFLICT';
        const errors = isGone ? { token: { key: 'rollback.tokensNotFound' } } : faultsOf(error);
        return show(c, { entered: { ids, reason, errors } });
      }
      return goWith(c, paths.rollback(), { message: { key: 'rollback.toastTokens' } });
    })
    .post(paths.rollbackTokensDecide.pattern, (c) => {
      const form = c.get('form');
      const action = form.text('action');
      if (action !== 'approve' && action !== 'refuse') throw new AppError('MALFORMED', 'there is no such action');
      const actor = { ...deciderFor(c, 'accounts:write'), from: c.get('from') };
      const ids = form.text('ids').split(' ');
      rollbackDetector.tokens.decide(actor, ids, action === 'approve');
      return goWith(c, paths.rollback(), {
        message:
          action === 'approve'
            ? { key: 'rollback.toastTokensLive', params: { n: ids.length } }
            : { key: 'rollback.toastTokensRefused' },
      });
    })
    .post(paths.rollbackDecide.pattern, (c) => {
      const form = c.get('form');
      const action = form.text('action');
      if (action !== 'approve' && action !== 'refuse') throw new AppError('MALFORMED', 'there is no such action');
      const actor = { ...deciderFor(c, 'safety:write'), from: c.get('from') };
      rollbackDetector.decide(actor, form.text('id'), action === 'approve');
      return goWith(c, paths.rollback(), {
        message: { key: action === 'approve' ? 'rollback.toast' : 'rollback.toastRefused' },
      });
    });
};
