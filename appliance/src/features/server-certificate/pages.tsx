import { paths } from '@sallyport/ui/paths';
import { ServerCertificate } from '@sallyport/ui/server-certificate/server-certificate.tsx';
import { type Context, Hono } from 'hono';
import { sentFile } from '../../server/api/route.ts';
import { actorFor } from '../../server/console/guard.ts';
import { param } from '../../server/console/lists.ts';
import { operationForm } from '../../server/console/operation-form.tsx';
import { viewContext } from '../../server/console/page.tsx';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import { certificateClear, certificateSet, shownCertificate } from './operations.ts';

/** Which certificate callers see, setting one of the plant, and the way back. */
export const serverCertificatePages = (deps: ConsoleDeps): Pages => {
  type Ctx = Context<ConsoleEnv>;

  const show = (c: Ctx): Response | Promise<Response> => {
    actorFor(c, 'settings:read');
    return c.html(
      <ServerCertificate
        ctx={viewContext(deps, c)}
        shown={shownCertificate(deps)}
        set={set.form(c)}
        clear={clear.form(c)}
        clears={clear.isRefused(c)}
      />,
    );
  };
  const set = operationForm(deps, certificateSet, show);
  const clear = operationForm(deps, certificateClear, show);

  const authorities = (c: Ctx): Response => {
    actorFor(c, 'settings:read');
    const body = Buffer.from(deps.serverCertificate.authorities(param(c, 'address').slice(0, 253)));
    return sentFile('application/x-pem-file', { name: 'ca.pem', body });
  };

  return new Hono<ConsoleEnv>()
    .get(paths.certificate.pattern, show)
    .post(paths.certificate.pattern, set.post)
    .post(paths.certificateClear.pattern, clear.post)
    .get(paths.certificateAuthorities.pattern, authorities);
};
