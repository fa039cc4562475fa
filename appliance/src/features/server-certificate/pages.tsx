import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { FieldErrors } from '@sallyport/ui/model';
import { paths } from '@sallyport/ui/paths';
import { ServerCertificate } from '@sallyport/ui/server-certificate/server-certificate.tsx';
import { type Context, Hono } from 'hono';
import { sentFile } from '../../server/api/route.ts';
import { goWith } from '../../server/console/cookies.ts';
import { faultsOf } from '../../server/console/form.ts';
import { actorFor } from '../../server/console/guard.ts';
import { param } from '../../server/console/lists.ts';
import { viewContext } from '../../server/console/page.tsx';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import { shownCertificate } from './operations.ts';

/** Which certificate callers see, setting one of the plant, and the way back. */
export const serverCertificatePages = (deps: ConsoleDeps): Pages => {
  const { serverCertificate } = deps;
  type Ctx = Context<ConsoleEnv>;

  const show = (c: Ctx, errors?: FieldErrors): Response | Promise<Response> => {
    actorFor(c, 'settings:read');
    const form = c.get('form');
    return c.html(
      <ServerCertificate
        ctx={viewContext(deps, c)}
        shown={shownCertificate(deps)}
        // The key is not sent back.
        values={{ certificate: form.text('certificate'), authority: form.text('authority') }}
        {...defined({ errors })}
      />,
      errors === undefined ? 200 : 422,
    );
  };

  /** Back to the page with a word of what was done, or with what is wrong. */
  const done = (c: Ctx, act: () => unknown, toast: 'certificate.toastSet' | 'certificate.toastCleared') => {
    try {
      act();
    } catch (error) {
      return show(c, faultsOf(error));
    }
    return goWith(c, paths.certificate(), { message: { key: toast } });
  };

  const set = (c: Ctx): Response | Promise<Response> => {
    const actor = { ...actorFor(c, 'settings:write'), from: c.get('from') };
    const form = c.get('form');
    const [certificate, key, authority] = [form.text('certificate'), form.text('key'), form.text('authority').trim()];
    const given = { certificate, key, authority: authority === '' ? undefined : authority };
    return done(c, () => serverCertificate.set(actor, given), 'certificate.toastSet');
  };

  const clear = (c: Ctx): Response | Promise<Response> => {
    const actor = { ...actorFor(c, 'settings:write'), from: c.get('from') };
    const confirm = c.get('form').text('confirm').trim();
    return done(c, () => serverCertificate.clear(actor, confirm), 'certificate.toastCleared');
  };

  const authorities = (c: Ctx): Response => {
    actorFor(c, 'settings:read');
    const body = Buffer.from(serverCertificate.authorities(param(c, 'address').slice(0, 253)));
    return sentFile('application/x-pem-file', { name: 'ca.pem', body });
  };

  return new Hono<ConsoleEnv>()
    .get(paths.certificate.pattern, (c) => show(c))
    .post(paths.certificate.pattern, set)
    .post(paths.certificateClear.pattern, clear)
    .get(paths.certificateAuthorities.pattern, authorities);
};
