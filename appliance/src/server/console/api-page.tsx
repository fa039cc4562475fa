import { ApiArea, type Tried } from '@sallyport/ui/api/area.tsx';
import { ApiContents } from '@sallyport/ui/api/contents.tsx';
import { type ApiDocument, canBeTried, readApiDocument } from '@sallyport/ui/api/document';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import type { Actor } from '../../engine/objects/types.ts';
import { AppError, toFailure } from '../../platform/errors.ts';
import { operationId } from '../api/openapi.ts';
import { errorResponse } from '../api/refusal.ts';
import { apiPrefix } from '../api/types.ts';
import type { Form } from './form.ts';
import { signedIn } from './guard.ts';
import { viewContext } from './page.tsx';
import type { ConsoleDeps, ConsoleEnv, Pages } from './types.ts';

/** Of an answer that is tried, so much is shown. */
const maxShownChars = 20_000;
const maxSearchLength = 200;
const fieldPrefix = 'with-';

/** The filled fields of the form of a call, by the names of its parameters. */
const valuesOf = (form: Form): Readonly<Record<string, string>> =>
  Object.fromEntries(
    form
      .entries()
      .filter(([name, value]) => name.startsWith(fieldPrefix) && value !== '')
      .map(([name, value]) => [name.slice(fieldPrefix.length), value]),
  );

/** The reference of the API, from its own OpenAPI document; calls that read can be tried with the reader's session. */
export const apiPages = (deps: ConsoleDeps): Pages => {
  const held: { document?: ApiDocument } = {};
  const document = (): ApiDocument => {
    held.document ??= readApiDocument(deps.apiDocument());
    return held.document;
  };

  const areaOf = (c: Context<ConsoleEnv>): string => {
    const area = c.req.param('area') ?? '';
    if (!document().calls.some((call) => call.area === area))
      throw new AppError('NOT_FOUND', 'the API has no such area');
    return area;
  };

  const tried = async (c: Context<ConsoleEnv>, actor: Actor, id: string): Promise<Tried> => {
    const call = document().calls.find((one) => one.id === id);
    const route = deps.apiRoutes().find((one) => operationId(one) === id);
    if (call === undefined || route === undefined || !canBeTried(call))
      throw new AppError('NOT_FOUND', 'there is no such call to try');
    const values = valuesOf(c.get('form'));
    const inPath = call.parameters.filter(({ place }) => place === 'path').map(({ name }) => name);
    const url = new URL(`${apiPrefix}${route.path}`, c.req.url);
    for (const [name, value] of Object.entries(values)) if (!inPath.includes(name)) url.searchParams.set(name, value);
    const params = Object.fromEntries(inPath.map((name) => [name, values[name] ?? '']));
    const answer = await route.serve({ actor, params, request: new Request(url) }).catch((error: unknown) => {
      const { status, code } = toFailure(error);
      if (status >= 500) throw error;
      deps.accounts.refusals.refused(code, { actor, from: c.get('from'), path: `GET ${apiPrefix}${route.path}` });
      return errorResponse(error);
    });
    const text = JSON.stringify(await answer.json(), null, 2);
    const isCut = text.length > maxShownChars;
    return { values, status: answer.status, text: isCut ? text.slice(0, maxShownChars) : text, isCut };
  };

  return new Hono<ConsoleEnv>()
    .get(paths.api.pattern, (c) => {
      signedIn(c);
      const q = (c.req.query('q') ?? '').trim();
      if (q.length > maxSearchLength) throw new AppError('MALFORMED', 'the search text is too long');
      return c.html(<ApiContents ctx={viewContext(deps, c)} document={document()} q={q} />);
    })
    .get(paths.apiArea.pattern, (c) => {
      signedIn(c);
      const area = areaOf(c);
      return c.html(
        <ApiArea ctx={viewContext(deps, c)} document={document()} area={area} call={c.req.query('call')} />,
      );
    })
    .post(paths.apiArea.pattern, async (c) => {
      const { actor } = signedIn(c);
      const area = areaOf(c);
      const call = c.get('form').text('call');
      const answer = await tried(c, actor, call);
      return c.html(
        <ApiArea ctx={viewContext(deps, c)} document={document()} area={area} call={call} tried={answer} />,
      );
    });
};
