import { type ReleaseView, StillProtected } from '@sallyport/ui/discovery/still-protected.tsx';
import type { FieldErrors } from '@sallyport/ui/model';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import { AppError, toFailure } from '../../platform/errors.ts';
import { goWith } from '../../server/console/cookies.ts';
import { actorFor, deciderFor } from '../../server/console/guard.ts';
import { viewContext } from '../../server/console/page.tsx';
import { actorNames } from '../../server/console/records.ts';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import type { ProtectedAddress } from './types.ts';

const shownRows = 200;
const mostText = 2_000;

const words = (text: string): string[] => text.split(/[\s,;]+/).filter((word) => word !== '');

/** Addresses that are still protected, and the two steps by which they are released. */
export const protectedPages = (deps: ConsoleDeps): Pages => {
  const { protectedAddresses, objects } = deps;

  const show = (
    c: Context<ConsoleEnv>,
    refused?: { errors: FieldErrors; addresses: string[]; within: string; reason: string },
  ): Response | Promise<Response> => {
    const reader = actorFor(c, 'controllers:read');
    const nameOf = actorNames(objects);
    const named = <T extends ProtectedAddress>(row: T) => ({ ...row, leftBy: nameOf(row.leftBy) });
    const q = (c.req.query('q') ?? '').trim().slice(0, mostText);
    let found: { rows: ProtectedAddress[]; total: number } = { rows: [], total: 0 };
    let errors = refused?.errors;
    try {
      found = protectedAddresses.list({ within: words(q), limit: shownRows });
    } catch (error) {
      const { code, details } = toFailure(error);
      if (code !== 'INVALID' || details.fields === undefined) throw error;
      errors = { '': { key: 'validation.format' } };
    }
    return c.html(
      <StillProtected
        ctx={viewContext(deps, c)}
        rows={found.rows.map(named)}
        total={found.total}
        requests={protectedAddresses.requests().map((request): ReleaseView => {
          const hindrance = protectedAddresses.hindrance(reader, request.id);
          return {
            ...request,
            by: nameOf(request.by),
            addresses: request.addresses.map(named),
            // An old log-in is mended by giving the password again, which the page asks for by itself.
            hindrance: hindrance === 'APPROVAL_FRESH' ? undefined : hindrance,
          };
        })}
        q={q}
        {...(refused === undefined ? {} : { entered: refused })}
        errors={errors}
      />,
      errors === undefined ? 200 : 422,
    );
  };

  const ask = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const actor = actorFor(c, 'controllers:write');
    const form = c.get('form');
    const [within, reason] = [form.text('addresses'), form.text('reason')];
    const addresses = form.texts('address');
    const refuse = (errors: FieldErrors) => show(c, { errors, addresses, within, reason });
    try {
      protectedAddresses.ask(actor, [...addresses, ...words(within)], reason);
    } catch (error) {
      const { code, details } = toFailure(error);
      if (code === 'INVALID' && details.fields !== undefined) return refuse(details.fields);
      if (code === 'NOT_FOUND') return refuse({ addresses: { key: 'protected.noneOfThese' } });
      throw error;
    }
    return goWith(c, paths.discoveryProtected(), { message: { key: 'protected.toastAsked' } });
  };

  const decide = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const actor = deciderFor(c, 'controllers:write');
    const form = c.get('form');
    const action = form.text('action');
    if (action !== 'approve' && action !== 'refuse') throw new AppError('MALFORMED', 'there is no such action');
    const agree = action === 'approve';
    const { addresses } = protectedAddresses.decide(actor, Number(form.text('request')), {
      agree,
      digest: form.text('digest'),
    });
    return goWith(c, paths.discoveryProtected(), {
      message: agree
        ? { key: 'protected.toastReleased', params: { n: addresses.length } }
        : { key: 'protected.toastRefused' },
    });
  };

  return new Hono<ConsoleEnv>()
    .get(paths.discoveryProtected.pattern, (c) => show(c))
    .post(paths.discoveryProtected.pattern, ask)
    .post(paths.discoveryProtectedDecide.pattern, decide);
};
