import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { allOperations, allSchemas, madeOperations } from '../../all-operations.ts';
import type { EntryParts } from '../../entry-parts.ts';
import { AppError, toFailure } from '../../platform/errors.ts';
import { guestOf } from '../../platform/http/guest.ts';
import { addressOf, patternOf } from '../../platform/http/request.ts';
import { toRoute } from '../operations/to-route.ts';
import { type Json, openApiDocument, schemaNames } from './openapi.ts';
import { errorResponse } from './refusal.ts';
import type { ApiRoute } from './route.ts';
import type { ApiEnv } from './types.ts';

type Api = {
  routes: readonly ApiRoute[] /** Made when it is first read: it takes longer than all the rest of the start. */;
  readonly document: Json;
};

/** The table of every call and the document that is made from it. */
export const describeApi = (parts: EntryParts): Api => {
  const names = schemaNames();
  const made = madeOperations(parts);
  for (const [id, schema] of Object.entries({ ...allSchemas, ...made.schemas })) names.add(schema, { id });
  const routes = [...allOperations, ...made.operations].flatMap((operation) => toRoute(operation, parts) ?? []);
  const held: { document?: Json } = {};
  return {
    routes,
    get document() {
      held.document ??= openApiDocument(routes, names);
      return held.document;
    },
  };
};

const bearer = /^Bearer +([\x21-\x7e]{1,512})$/i;

const authenticate = ({ accounts }: EntryParts): MiddlewareHandler<ApiEnv> =>
  async function authenticateToken(c, next) {
    const from = addressOf(c);
    const secret = bearer.exec(c.req.header('authorization') ?? '')?.[1];
    const actor = accounts.authenticateToken(secret, from);
    const key = `${actor.type}:${actor.id}`;
    const guest = guestOf(c.env?.incoming);
    guest.prove(key);
    await guest.turn(key);
    c.set('actor', actor);
    await next();
  };

/** `/devices/{device}` as the router writes it. */
const pattern = (path: string): string => path.replace(/\{(\w+)\}/g, ':$1');

/** Fixed paths before those with parts, so that a word is not taken for an id. */
const bySpecificity = (a: ApiRoute, b: ApiRoute): number => Number(a.path.includes('{')) - Number(b.path.includes('{'));

/** The API over the services, to be mounted at `apiPrefix`. */
export const apiApp = (parts: EntryParts, api: Api = describeApi(parts)): Hono<ApiEnv> => {
  const { routes } = api;
  const app = new Hono<ApiEnv>();
  const notAllowed = (methods: readonly string[]): AppError =>
    new AppError('METHOD', 'this address does not take that method', { allow: methods.join(', ') });

  app.onError((error, c) => {
    parts.health.met(error);
    const { code, status, details } = toFailure(error);
    parts.accounts.refusals.refused(code, {
      actor: c.get('actor'),
      from: addressOf(c),
      path: `${c.req.method} ${patternOf(c)}`,
    });
    if (status >= 500) parts.log.error({ err: error, path: c.req.routePath, method: c.req.method }, 'request failed');
    const allow = details['allow'];
    return errorResponse(error, typeof allow === 'string' ? { Allow: allow } : {});
  });

  // Says what can be asked, which the declarations say as well; nothing of the site.
  app.get('/openapi.json', (c) => c.json(api.document));
  app.all('/openapi.json', () => {
    throw notAllowed(['GET', 'HEAD']);
  });

  // Before anything is looked up: without a token the answer tells nothing of which addresses exist.
  app.use(authenticate(parts));
  for (const route of routes.toSorted(bySpecificity)) {
    app.on(route.method.toUpperCase(), pattern(route.path), (c: Context<ApiEnv>) =>
      route.serve({ actor: c.get('actor'), params: c.req.param() as Record<string, string>, request: c.req.raw }),
    );
  }
  const methods = Map.groupBy(routes, (route) => pattern(route.path));
  for (const [path, sharing] of [...methods].sort(([a], [b]) => Number(a.includes(':')) - Number(b.includes(':')))) {
    const allowed = sharing.flatMap(({ method }) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]));
    app.all(path, () => {
      throw notAllowed(allowed);
    });
  }
  app.all('*', () => {
    throw new AppError('NOT_FOUND', 'the API has no such address');
  });
  return app;
};
